import { randomBytes } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import { Builder } from "xml2js";
import type { Component, MetadataType } from "./components.ts";
import { METADATA_NAMESPACE, SoapFault, type Xml } from "./soap.ts";

/** What a retrieval found: the files of a package, and what it could not find. */
interface Retrieved {
  readonly files: Readonly<Record<string, string>>;
  readonly properties: readonly Xml[];
  readonly messages: readonly Xml[];
}

/** What of a package is asked for: components of a type by name, `*` for all. */
interface Member {
  readonly type: string;
  readonly fullName: string;
}

/** How the types of an org, their components and what is listed of these are looked up. */
export interface RetrieveSource {
  readonly types: readonly MetadataType[];
  readonly components: (type: MetadataType) => readonly Component[];
  readonly listed: (type: MetadataType, component: Component) => Xml;
}

const builder = new Builder({ xmldec: { version: "1.0", encoding: "UTF-8" } });
/** Of the zip's files: the same content makes the same bytes. */
const WRITTEN = new Date("2020-01-01T00:00:00Z");

/**
 * Retrievals of components as the files of a package (Metadata API, `retrieve` and `checkRetrieveStatus`). What is asked for
 * is found at once; the caller learns of it by checking, as it does of a real org.
 */
export class Retrievals {
  readonly #done = new Map<string, Retrieved>();

  /**
   * Begins one. Its argument is `retrieveRequest` in the WSDL and `request` in jsforce, which real orgs take as well.
   * @throws SoapFault for a request that names no package
   */
  begin(
    { request, retrieveRequest = request }: Readonly<Record<string, unknown>>,
    source: RetrieveSource,
  ): Xml {
    const { unpackaged, packageNames } = (retrieveRequest ?? {}) as Readonly<Record<string, unknown>>;
    if (packageNames !== undefined)
      throw new SoapFault("INVALID_CROSS_REFERENCE_KEY", "the local org has no packages");
    if (typeof unpackaged !== "object" || unpackaged === null)
      throw new SoapFault("INVALID_OPERATION", "a retrieval has to name what is unpackaged");
    const id = `09S${randomBytes(8).toString("hex").slice(0, 12)}AAA`;
    this.#done.set(id, retrieved(membersOf(unpackaged as { types?: unknown }), source));
    return { done: false, id, state: "Queued" };
  }

  /** What became of one. @throws SoapFault for an id that is none of theirs */
  check({ asyncProcessId, id = asyncProcessId, includeZip }: Readonly<Record<string, unknown>>): Xml {
    const found = typeof id === "string" ? this.#done.get(id) : undefined;
    if (found === undefined) throw new SoapFault("INVALID_ID_FIELD", `no retrieval ${String(id)}`);
    const { files, properties, messages } = found;
    return {
      done: true,
      fileProperties: properties,
      id: String(id),
      messages,
      status: "Succeeded",
      success: true,
      ...(includeZip === "false" ? {} : { zipFile: zipped(files) }),
    };
  }
}

function membersOf({ types }: { readonly types?: unknown }): Member[] {
  const list = types === undefined ? [] : ([types].flat() as { name?: unknown; members?: unknown }[]);
  return list.flatMap(({ name, members }) =>
    [members ?? []].flat().map((fullName) => ({ type: String(name), fullName: String(fullName) })),
  );
}

function retrieved(members: readonly Member[], { types, components, listed }: RetrieveSource): Retrieved {
  const files: Record<string, string> = {};
  const properties: Xml[] = [];
  const messages: Xml[] = [];
  const found: Member[] = [];
  const problem = (text: string) => messages.push({ fileName: "unpackaged/package.xml", problem: text });
  for (const { type: name, fullName } of members) {
    const type = types.find((one) => (one.listedAs ?? one.name) === name);
    if (type === undefined) {
      problem(`Entity type: '${name}' is unknown`);
      continue;
    }
    const all = components(type).filter((one) => fullName === "*" || one.fullName === fullName);
    if (all.length === 0 && fullName !== "*")
      problem(`Entity of type '${name}' named '${fullName}' cannot be found`);
    for (const component of all) {
      const file = `unpackaged/${type.directory}/${component.fullName}.${type.suffix}`;
      files[file] = document(type.name, component.fields);
      properties.push({ ...listed(type, component), fileName: file });
      found.push({ type: name, fullName: component.fullName });
    }
  }
  files["unpackaged/package.xml"] = packageOf(found);
  return { files, properties, messages };
}

function packageOf(found: readonly Member[]): string {
  const types = [...Map.groupBy(found, ({ type }) => type)].map(([name, members]) => ({
    members: members.map(({ fullName }) => fullName),
    name,
  }));
  return document("Package", { types, version: "67.0" });
}

/** A component as the file that a project has of it. */
function document(root: string, fields: Xml): string {
  return builder.buildObject({ [root]: { $: { xmlns: METADATA_NAMESPACE }, ...fields } });
}

function zipped(files: Retrieved["files"]): string {
  const bytes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]));
  return Buffer.from(zipSync(bytes, { mtime: WRITTEN })).toString("base64");
}
