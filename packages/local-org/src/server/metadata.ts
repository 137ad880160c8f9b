import type { FastifyInstance } from "fastify";
import type { Session } from "../store/sessions.ts";
import { type Component, METADATA_TYPES, type MetadataType } from "./components.ts";
import type { Context } from "./context.ts";
import { apiLimit, VERSIONS } from "./dataApi.ts";
import { Retrievals } from "./retrieve.ts";
import { type SoapCall, SoapFault, soapAnswer, soapScope, type Xml } from "./soap.ts";

/** Names that one readMetadata may ask for, and queries that one listMetadata may hold. */
const MOST_NAMES = 10;
const MOST_QUERIES = 3;
/** The version of the API that first had the metadata of external client apps. */
const EXTERNAL_SINCE = 60;
/** The org has no word on when an app was made. */
const CREATED = "2020-01-01T00:00:00.000Z";

/** The Metadata API, as far as it is read: describe, list, read and retrieve (docs/salesforce.md#metadata-of-apps). */
export async function metadataRoutes(server: FastifyInstance, context: Context): Promise<void> {
  const retrievals = new Retrievals();
  await soapScope(server, (scope) => {
    scope.post<{ Params: { version: string }; Body: SoapCall | undefined }>(
      "/services/Soap/m/:version",
      async ({ params, body }, reply) => {
        if (!VERSIONS.includes(params.version))
          throw new SoapFault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL");
        if (body === undefined) throw new SoapFault("soapenv:Client", "no envelope");
        const session = admitted(body, context);
        const version = Number(params.version);
        return soapAnswer(reply, body.operation, answer(body, { version, session, context, retrievals }));
      },
    );
  });
}

function admitted({ sessionId }: SoapCall, context: Context): Session {
  const { store } = context;
  const session = store.session(sessionId);
  if (session === undefined)
    throw new SoapFault(
      "INVALID_SESSION_ID",
      "Invalid Session ID found in SessionHeader: Illegal Session. Session not found",
    );
  context.apiUsage++;
  if (context.apiUsage > apiLimit(context))
    throw new SoapFault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  if (!["ModifyAllData", "ModifyMetadata"].some((name) => store.may(session.userId, name)))
    throw new SoapFault(
      "INSUFFICIENT_ACCESS",
      "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions",
    );
  return session;
}

/** Who calls which org, in which version of the API. */
interface Call {
  readonly version: number;
  readonly session: Session;
  readonly context: Context;
  readonly retrievals: Retrievals;
}

function answer({ operation, args }: SoapCall, { version, session, context, retrievals }: Call): Xml | Xml[] {
  const hasExternal = version >= EXTERNAL_SINCE && context.options.externalClientApps !== false;
  const types = METADATA_TYPES.filter(({ external }) => !external || hasExternal);
  const components = ({ name, of }: MetadataType): readonly Component[] => {
    const { consumerSecretsInMetadata } = context.store.platform;
    if (name !== "ExtlClntAppOauthSettings" || consumerSecretsInMetadata === "allowed")
      return of(context.options.org);
    if (consumerSecretsInMetadata === "empty") return [];
    throw new SoapFault(
      "INSUFFICIENT_ACCESS",
      "access to OAuth consumer secrets through the Metadata API is not allowed in this org",
    );
  };

  switch (operation) {
    case "describeMetadata":
      return describe(types);
    case "listMetadata":
      return few(args.queries, MOST_QUERIES)
        .map((query) => typeNamed((query as { type?: unknown } | null)?.type, types, "listedAs"))
        .flatMap((type) => components(type).map((component) => listed(type, component, session, context)));
    case "readMetadata": {
      const type = typeNamed(args.type, types);
      const all = components(type);
      return {
        records: few(args.fullNames, MOST_NAMES).map((name) => {
          const component = all.find(({ fullName }) => fullName === name);
          // An answer for every name, in their order; what is not there, or not shown, is nil.
          if (component === undefined) return { $: { "xsi:nil": "true" } };
          return { $: { "xsi:type": type.name }, fullName: component.fullName, ...component.fields };
        }),
      };
    }
    case "retrieve":
      return retrievals.begin(args, {
        types,
        components,
        listed: (type, component) => listed(type, component, session, context),
      });
    case "checkRetrieveStatus":
      return retrievals.check(args);
    default:
      throw new SoapFault("soapenv:Client", `the local org knows no operation ${operation}`);
  }
}

function typeNamed(
  name: unknown,
  types: readonly MetadataType[],
  key: "name" | "listedAs" = "name",
): MetadataType {
  const found = types.find((type) => (type[key] ?? type.name) === name);
  if (found === undefined) throw new SoapFault("INVALID_TYPE", `Unknown type:${String(name)}`);
  return found;
}

function describe(types: readonly MetadataType[]): Xml {
  return {
    metadataObjects: types.map(({ name, listedAs = name, directory, suffix }) => ({
      directoryName: directory,
      inFolder: false,
      metaFile: false,
      suffix,
      xmlName: listedAs,
    })),
    organizationNamespace: "",
    partialSaveAllowed: true,
    testRequired: false,
  };
}

function listed(
  { name, listedAs = name, directory, suffix }: MetadataType,
  { fullName, id }: Component,
  { userId }: Session,
  { store }: Context,
): Xml {
  const by = String(store.lookUp("User", userId)!.Name);
  return {
    createdById: userId,
    createdByName: by,
    createdDate: CREATED,
    fileName: `${directory}/${fullName}.${suffix}`,
    fullName,
    ...(id === undefined ? {} : { id }),
    lastModifiedById: userId,
    lastModifiedByName: by,
    lastModifiedDate: CREATED,
    manageableState: "unmanaged",
    type: listedAs,
  };
}

/** An argument that may stand there several times, as a list. @throws SoapFault where it is too long */
function few(argument: unknown, most: number): unknown[] {
  const list = argument === undefined ? [] : [argument].flat();
  if (list.length > most)
    throw new SoapFault(
      "EXCEEDED_ID_LIMIT",
      `record limit reached. cannot submit more than ${most} records in this operation`,
    );
  return list;
}
