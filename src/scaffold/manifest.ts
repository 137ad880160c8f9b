import { scaffoldErrors } from "./errors.ts";
import type { Mark } from "./mark.ts";

export const MANIFEST = "package.json";
const SECTIONS = ["dependencies", "devDependencies"] as const;
type Section = (typeof SECTIONS)[number];

/** The packages of a version of this tool, by where they stand. */
export type Packages = Readonly<Record<Section, Readonly<Record<string, string>>>>;

/** A version that the team chose, where this version of the tool comes with another. */
export interface OwnVersion {
  readonly name: string;
  /** Null where the team took the package out. */
  readonly present: string | null;
  readonly offered: string;
}

/**
 * The manifest with the versions of this tool, as far as the team did not choose its own.
 * @param take whether theirs go too
 * @throws UserError where it is no manifest
 */
export function manifestWith(
  text: string,
  mark: Pick<Mark, "packages">,
  packages: Packages,
  take: boolean,
): { readonly text: string; readonly yours: readonly OwnVersion[] } {
  const manifest = parsed(text);
  const differing = differingVersions(manifest, mark, packages);
  const isOpen = ({ present, base }: Differing) => present !== base && !take;
  const moving = differing.filter((one) => !isOpen(one) && (take || one.offered !== one.base));
  for (const { name, section, offered } of moving)
    manifest[section] = sortedWith(manifest[section] ?? {}, name, offered);
  return {
    text: moving.length === 0 ? text : written(manifest, text),
    yours: differing
      .filter((one) => isOpen(one) && one.offered !== one.base)
      .map(({ name, present, offered }) => ({ name, present, offered })),
  };
}

interface Differing extends OwnVersion {
  /** What was offered last. */
  readonly base: string | null;
  /** Where it stands, else where it belongs. */
  readonly section: Section;
}

function differingVersions(
  manifest: Manifest,
  mark: Pick<Mark, "packages">,
  packages: Packages,
): Differing[] {
  return SECTIONS.flatMap((belongs) =>
    Object.entries(packages[belongs]).map(([name, offered]) => {
      const section = SECTIONS.find((one) => manifest[one]?.[name] !== undefined) ?? belongs;
      const base = Object.hasOwn(mark.packages, name) ? mark.packages[name]! : null;
      return { name, section, offered, base, present: manifest[section]?.[name] ?? null };
    }),
  ).filter(({ present, offered }) => present !== offered);
}

/** Each package with its version. */
export function versionsIn(packages: Packages): Record<string, string> {
  return { ...packages.dependencies, ...packages.devDependencies };
}

type Manifest = Record<string, unknown> & Partial<Record<Section, Record<string, string>>>;

function parsed(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw notValid("is not JSON");
  }
  const isMap = (one: unknown) => typeof one === "object" && one !== null && !Array.isArray(one);
  if (!isMap(value)) throw notValid("holds no manifest");
  const manifest = value as Manifest;
  if (!SECTIONS.every((section) => manifest[section] === undefined || isMap(manifest[section])))
    throw notValid("does not list packages as npm does");
  return manifest;
}

function sortedWith(list: Record<string, string>, name: string, version: string): Record<string, string> {
  if (Object.hasOwn(list, name)) return { ...list, [name]: version };
  const entries = Object.entries({ ...list, [name]: version });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As npm itself writes it back: with the indent and the line ends that it has. */
function written(manifest: Manifest, before: string): string {
  const indent = /^[{]\r?\n([ \t]+)/.exec(before)?.[1] ?? 2;
  const text = `${JSON.stringify(manifest, null, indent)}\n`;
  return before.includes("\r\n") ? text.replaceAll("\n", "\r\n") : text;
}

function notValid(why: string) {
  return scaffoldErrors["repository-file-not-valid"]({ file: MANIFEST, why });
}
