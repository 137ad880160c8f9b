import type { FastifyInstance, FastifyRequest } from "fastify";
import { sameId } from "../ids.ts";
import { resolvePath } from "../soql/reading.ts";
import { Records } from "../soql/record.ts";
import { canonical, type Field } from "../store/schema.ts";
import type { Deletion } from "../store/sessions.ts";
import type { View } from "../store/view.ts";
import type { Context } from "./context.ts";
import { apiBase, authorized, bearerSession, notFound, refuse, type Versioned } from "./dataApi.ts";

const MOST_RETRIEVED = 2_000;

type OfObject = Versioned & { object: string };
type OfRecord = OfObject & { id: string };

/** sObjects: which there are, what fields they have, single records, and the end of sessions and account links (docs/salesforce.md#sessions). */
export function sobjectRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;
  const preHandler = authorized(context);
  const root = "/services/data/v:version/sobjects";

  const viewOf = (request: FastifyRequest<{ Params: Versioned }>) =>
    store.view(bearerSession(request, store)!, Number(request.params.version));

  server.get<{ Params: Versioned }>(root, { preHandler }, async (request) => ({
    encoding: "UTF-8",
    maxBatchSize: 200,
    sobjects: Object.keys(viewOf(request).schema).map((name) => ({
      name,
      label: name,
      queryable: true,
      urls: { describe: `${apiBase(request.params)}/sobjects/${name}/describe` },
    })),
  }));
  server.get<{ Params: OfObject }>(`${root}/:object/describe`, { preHandler }, async (request, reply) => {
    const { schema } = viewOf(request);
    const name = canonical(schema, request.params.object);
    if (name === undefined) return notFound(reply);
    const fields = Object.entries(schema[name]!).map(describeField);
    return { name, label: name, queryable: true, deletable: isDeletable(name, context), fields };
  });
  server.get<{ Params: OfRecord; Querystring: { fields?: string } }>(
    `${root}/:object/:id`,
    { preHandler },
    async (request, reply) => {
      const { params, query } = request;
      const [record] = retrieve([params.id], query.fields?.split(","), params, viewOf(request)) ?? [];
      return record ?? notFound(reply);
    },
  );
  server.post<{ Params: OfObject; Body: { ids?: unknown; fields?: unknown } | undefined }>(
    "/services/data/v:version/composite/sobjects/:object",
    { preHandler },
    async (request, reply) => {
      const { ids, fields } = request.body ?? {};
      if (!areTexts(ids) || !areTexts(fields))
        return refuse(reply, 400, "JSON_PARSER_ERROR", "ids and fields are lists of texts");
      if (ids.length > MOST_RETRIEVED)
        return refuse(reply, 400, "LIMIT_EXCEEDED", `no more than ${MOST_RETRIEVED} records at once`);
      return retrieve(ids, fields, request.params, viewOf(request)) ?? notFound(reply);
    },
  );
  // The ends of a session and of an account link are the deletions that the local org knows.
  server.delete<{ Params: OfRecord }>(`${root}/:object/:id`, { preHandler }, async (request, reply) => {
    const { object, id } = request.params;
    const caller = bearerSession(request, store)!;
    const deletions: Readonly<Record<string, () => Deletion | "read-only">> = {
      authsession: () => store.deleteSession(id, caller),
      thirdpartyaccountlink: () => store.deleteAccountLink(id, caller),
    };
    switch (deletions[object.toLowerCase()]?.()) {
      case "deleted":
        return reply.code(204).send();
      case "deleted before":
        return refuse(reply, 404, "ENTITY_IS_DELETED", "entity is deleted");
      case "read-only":
        return refuse(
          reply,
          400,
          "INVALID_TYPE_FOR_OPERATION",
          `entity type ${object} does not support delete`,
        );
      case "not allowed":
        return refuse(reply, 403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id");
      default:
        return notFound(reply);
    }
  });
}

/** Records by their ids, null for one that is not there; undefined where the object is not. @throws SoqlError where a field is not */
function retrieve(
  ids: readonly string[],
  fields: readonly string[] | undefined,
  params: OfObject,
  view: View,
): (Record<string, unknown> | null)[] | undefined {
  const object = canonical(view.schema, params.object);
  if (object === undefined) return undefined;
  const names = fields ?? Object.keys(view.schema[object]!);
  const readings = names.map((name) => resolvePath(object, name.trim().split("."), view));
  const shown = new Records(view, apiBase(params));
  const rows = view.rows(object);
  return ids.map((id) => {
    const row = rows.find(({ Id }) => typeof Id === "string" && sameId(Id, id));
    return row === undefined ? null : shown.show(object, row, readings);
  });
}

function areTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((one) => typeof one === "string");
}

function isDeletable(name: string, { store }: Context): boolean {
  return (
    name === "AuthSession" ||
    (name === "ThirdPartyAccountLink" && store.platform.accountLinks === "deletable")
  );
}

function describeField([name, { type, to, filterable = false, sortable = false }]: [string, Field]) {
  return {
    name,
    label: name,
    type,
    filterable,
    sortable,
    nillable: true,
    referenceTo: to === undefined ? [] : [to.object],
    relationshipName: to?.relationship ?? null,
  };
}
