import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { columnMetadata } from "../soql/columns.ts";
import { type Answer, evaluate } from "../soql/evaluate.ts";
import type { Context } from "./context.ts";
import { apiBase, authorized, bearerSession, refuse, type Versioned } from "./dataApi.ts";
import type { LocalOrgOptions } from "./options.ts";

const PAGE = 2_000;
const SMALLEST_PAGE = 200;
/** OauthToken pages by 500 and stops at 2,500 without a word (docs/salesforce.md#pages-and-the-ceiling). */
const TOKEN_PAGE = 500;
const TOKEN_CEILING = 2_500;
/** Queries whose pages are kept; the oldest go first. */
const MOST_CURSORS = 1_000;

/** A query under way, for queryMore. */
interface Cursor {
  readonly id: string;
  readonly answer: Answer;
  readonly userId: string;
  readonly totalSize: number;
  readonly pageSize: number;
}

/** query and queryMore (docs/salesforce.md#queries-and-errors). A query that the org refuses is thrown, as SoqlError. */
export function queryRoutes(server: FastifyInstance, context: Context): void {
  const { store, options } = context;
  const cursors = new Map<string, Cursor>();
  const preHandler = authorized(context);

  server.get<{ Params: Versioned; Querystring: { q?: string | string[]; columns?: string } }>(
    "/services/data/v:version/query",
    { preHandler },
    async (request) => {
      const { q, columns } = request.query;
      const session = bearerSession(request, store)!;
      const answer = evaluate([q].flat()[0] ?? "", store, session);
      if (columns === "true") return columnMetadata(answer.object, answer.readings);
      if (answer.count) return { totalSize: answer.rows.length, done: true, records: [] };
      const cursor = newCursor(answer, session.userId, askedPageSize(request), options);
      if (cursor.answer.rows.length > cursor.pageSize) cursors.set(cursor.id, cursor);
      if (cursors.size > MOST_CURSORS) cursors.delete(cursors.keys().next().value!);
      return page(cursor, 0, apiBase(request.params));
    },
  );
  server.get<{ Params: Versioned & { locator: string } }>(
    "/services/data/v:version/query/:locator",
    { preHandler },
    async (request, reply) => {
      const [, id, from] = /^(01g\w+)-(\d+)$/.exec(request.params.locator) ?? [];
      const cursor = cursors.get(id ?? "");
      if (cursor === undefined || cursor.userId !== bearerSession(request, store)!.userId)
        return refuse(reply, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
      return page(cursor, Number(from), apiBase(request.params));
    },
  );
}

function newCursor(
  answer: Answer,
  userId: string,
  pageSize: number,
  { totalSizeAtCeiling }: LocalOrgOptions,
): Cursor {
  const isTokens = answer.object === "OauthToken";
  const rows = isTokens ? answer.rows.slice(0, TOKEN_CEILING) : answer.rows;
  return {
    id: `01g${randomUUID().replaceAll("-", "").slice(0, 15)}`,
    answer: { ...answer, rows },
    userId,
    totalSize: totalSizeAtCeiling === "capped" ? rows.length : answer.rows.length,
    pageSize: isTokens ? TOKEN_PAGE : pageSize,
  };
}

function page({ id, answer, totalSize, pageSize }: Cursor, from: number, base: string) {
  const to = Math.min(from + pageSize, answer.rows.length);
  const done = to >= answer.rows.length;
  return {
    totalSize,
    done,
    ...(done ? {} : { nextRecordsUrl: `${base}/query/${id}-${to}` }),
    records: answer.rows.slice(from, to).map((row) => answer.record(row, base)),
  };
}

/** `Sforce-Query-Options: batchSize=200`; out of range, the nearest bound. */
function askedPageSize({ headers }: FastifyRequest): number {
  const asked = /batchSize=(\d+)/i.exec(String(headers["sforce-query-options"] ?? ""))?.[1];
  return asked === undefined ? PAGE : Math.min(PAGE, Math.max(SMALLEST_PAGE, Number(asked)));
}
