import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { columnMetadata } from "../soql/columns.ts";
import { type Answer, datetime, evaluate } from "../soql/evaluate.ts";
import { SoqlError } from "../soql/soqlError.ts";
import { canonical } from "../store/schema.ts";
import { apiLimit, authorized, bearerSession, refuse, VERSIONS } from "./authorized.ts";
import type { Context } from "./context.ts";

const PAGE = 2_000;
const SMALLEST_PAGE = 200;
/** OauthToken pages by 500 and stops at 2,500 without a word (salesforce-facts 1.3). */
const TOKEN_PAGE = 500;
const TOKEN_CEILING = 2_500;
/** Queries whose pages are kept; the oldest go first. */
const MOST_CURSORS = 1_000;

/** A query under way, for queryMore. */
interface Cursor {
  readonly answer: Answer;
  readonly userId: string;
  readonly totalSize: number;
  readonly available: number;
  readonly pageSize: number;
}

/** `/services/data/…`: versions, query and queryMore, sObjects, limits (salesforce-facts 7). */
export function dataRoutes(server: FastifyInstance, context: Context): void {
  const { store, options } = context;
  const cursors = new Map<string, Cursor>();
  const preHandler = authorized(context);

  server.get("/services/data", async () =>
    VERSIONS.map((version) => ({ version, label: `Release ${version}`, url: `/services/data/v${version}` })),
  );
  const base = (version: string) => `/services/data/v${version}`;

  server.get<{ Params: { version: string } }>("/services/data/v:version", { preHandler }, async (request) => {
    const { version } = request.params;
    const { userId } = bearerSession(request, store)!;
    return {
      ...Object.fromEntries(
        ["query", "sobjects", "limits"].map((name) => [name, `${base(version)}/${name}`]),
      ),
      identity: `http://${request.host}/id/${store.organization.id}/${userId}`,
    };
  });
  server.get<{ Params: { version: string } }>(
    "/services/data/v:version/limits",
    { preHandler },
    async (request, reply) => {
      if (!store.may(bearerSession(request, store)!.userId, "ViewSetup"))
        return refuse(reply, 403, "INSUFFICIENT_ACCESS", "You don't have access to the limits of this org");
      const limit = apiLimit(context);
      return { DailyApiRequests: { Max: limit, Remaining: limit - context.apiUsage } };
    },
  );

  const page = (version: string, id: string, cursor: Cursor, from: number) => {
    const { answer, totalSize, available, pageSize } = cursor;
    const to = Math.min(from + pageSize, available);
    const done = to >= available;
    return {
      totalSize,
      done,
      ...(done ? {} : { nextRecordsUrl: `${base(version)}/query/${id}-${to}` }),
      records: answer.rows.slice(from, to).map((row) => answer.record(row, base(version))),
    };
  };
  server.get<{ Params: { version: string }; Querystring: { q?: string | string[]; columns?: string } }>(
    "/services/data/v:version/query",
    { preHandler },
    async (request, reply) => {
      const { version } = request.params;
      const session = bearerSession(request, store)!;
      let answer: Answer;
      try {
        answer = evaluate([request.query.q].flat()[0] ?? "", store, session);
      } catch (error) {
        if (!(error instanceof SoqlError)) throw error;
        return refuse(reply, 400, error.code, error.message);
      }
      if (request.query.columns === "true") return columnMetadata(answer.object, answer.readings);
      if (answer.count) return { totalSize: answer.rows.length, done: true, records: [] };
      const tokens = answer.object === "OauthToken";
      const available = tokens ? Math.min(answer.rows.length, TOKEN_CEILING) : answer.rows.length;
      const totalSize = options.totalSizeAtCeiling === "capped" ? available : answer.rows.length;
      const cursor = {
        answer: { ...answer, rows: answer.rows.slice(0, available) },
        userId: session.userId,
        totalSize,
        available,
        pageSize: tokens ? TOKEN_PAGE : pageSize(request),
      };
      const id = `01g${randomUUID().replaceAll("-", "").slice(0, 15)}`;
      if (available > cursor.pageSize) cursors.set(id, cursor);
      if (cursors.size > MOST_CURSORS) cursors.delete(cursors.keys().next().value!);
      return page(version, id, cursor, 0);
    },
  );
  server.get<{ Params: { version: string; locator: string } }>(
    "/services/data/v:version/query/:locator",
    { preHandler },
    async (request, reply) => {
      const { version, locator } = request.params;
      const [, id, from] = /^(01g\w+)-(\d+)$/.exec(locator) ?? [];
      const cursor = cursors.get(id ?? "");
      if (cursor === undefined || cursor.userId !== bearerSession(request, store)!.userId)
        return refuse(reply, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
      return page(version, id!, cursor, Number(from));
    },
  );

  server.get<{ Params: { version: string } }>(
    "/services/data/v:version/sobjects",
    { preHandler },
    async ({ params: { version } }) => ({
      encoding: "UTF-8",
      maxBatchSize: 200,
      sobjects: Object.keys(store.schema).map((name) => ({
        name,
        label: name,
        queryable: true,
        urls: { describe: `${base(version)}/sobjects/${name}/describe` },
      })),
    }),
  );
  server.get<{ Params: { version: string; object: string } }>(
    "/services/data/v:version/sobjects/:object/describe",
    { preHandler },
    async (request, reply) => {
      const object = canonical(store.schema, request.params.object);
      if (object === undefined)
        return refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist");
      return {
        name: object,
        label: object,
        queryable: true,
        fields: Object.entries(store.schema[object]!).map(
          ([name, { type, to, filterable = false, sortable = false }]) => ({
            name,
            label: name,
            type,
            filterable,
            sortable,
            nillable: true,
            referenceTo: to === undefined ? [] : [to.object],
            relationshipName: to?.relationship ?? null,
          }),
        ),
      };
    },
  );
  server.get<{ Params: { version: string; object: string; id: string } }>(
    "/services/data/v:version/sobjects/:object/:id",
    { preHandler },
    async (request, reply) => {
      const { object: wanted, id, version } = request.params;
      const object = canonical(store.schema, wanted);
      const row =
        object === undefined
          ? undefined
          : store
              .rows(object, bearerSession(request, store)!)
              .find(({ Id }) => typeof Id === "string" && Id.slice(0, 15) === id.slice(0, 15));
      if (object === undefined || row === undefined)
        return refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist");
      const values = Object.entries(store.schema[object]!).map(([name, { type }]) => [
        name,
        type === "datetime" && typeof row[name] === "number" ? datetime(row[name]) : (row[name] ?? null),
      ]);
      return {
        attributes: { type: object, url: `${base(version)}/sobjects/${object}/${row.Id}` },
        ...Object.fromEntries(values),
      };
    },
  );
}

/** `Sforce-Query-Options: batchSize=200`; out of range, the nearest bound. */
function pageSize(request: FastifyRequest): number {
  const asked = /batchSize=(\d+)/i.exec(String(request.headers["sforce-query-options"] ?? ""))?.[1];
  return asked === undefined ? PAGE : Math.min(PAGE, Math.max(SMALLEST_PAGE, Number(asked)));
}
