import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { columnMetadata } from "../soql/columns.ts";
import { type Answer, evaluate } from "../soql/evaluate.ts";
import type { Session } from "../store/sessions.ts";
import type { Context } from "./context.ts";
import { apiBase, authorized, bearerSession, invalidSession, refuse, type Versioned } from "./dataApi.ts";

/** What pages and stops as OauthToken does (docs/salesforce.md#links-to-identity-providers). */
const CAPPED = ["OauthToken", "ThirdPartyAccountLink"];
const PAGE = 2_000;
const SMALLEST_PAGE = 200;
/** OauthToken pages by 500 and stops at 2,500 without a word (docs/salesforce.md#pages-and-the-ceiling). */
const TOKEN_PAGE = 500;
const TOKEN_CEILING = 2_500;
/** Queries whose pages are kept; the oldest go first. */
const MOST_CURSORS = 1_000;

interface AskedVersioned {
  readonly Params: Versioned;
  readonly Querystring: { readonly q?: string | string[]; readonly columns?: string };
}

/** A query under way, for queryMore. */
interface Cursor {
  readonly id: string;
  readonly session: Session;
  readonly pageSize: number;
  /** What the query finds: what it found at first, or what it finds now. */
  readonly found: () => Answer;
}

/** query and queryMore (docs/salesforce.md#queries-and-errors). A query that the org refuses is thrown, as SoqlError. */
export function queryRoutes(server: FastifyInstance, context: Context): void {
  const { store, options } = context;
  const cursors = new Map<string, Cursor>();
  const preHandler = authorized(context);
  const isLive = store.platform.queryPages === "live";

  const page = ({ id, found, pageSize }: Cursor, from: number, base: string) => {
    const answer = found();
    const rows = handedOut(answer);
    const to = Math.min(from + pageSize, rows.length);
    const done = to >= rows.length;
    return {
      totalSize: options.totalSizeAtCeiling === "capped" ? rows.length : answer.rows.length,
      done,
      ...(done ? {} : { nextRecordsUrl: `${base}/query/${id}-${to}` }),
      records: rows.slice(from, to).map((row) => answer.record(row, base)),
    };
  };

  const ask = async (request: FastifyRequest<AskedVersioned>) => {
    const { q, columns } = request.query;
    const session = bearerSession(request, store)!;
    const view = store.view(session, Number(request.params.version));
    const query = () => evaluate([q].flat()[0] ?? "", view);
    const answer = query();
    if (columns === "true") return columnMetadata(answer);
    if (answer.count) return { totalSize: answer.rows.length, done: true, records: [] };
    const cursor: Cursor = {
      id: `0r8${randomUUID().replaceAll("-", "").slice(0, 15)}`,
      session,
      pageSize: isCapped(answer) ? TOKEN_PAGE : askedPageSize(request),
      found: isLive ? query : () => answer,
    };
    if (answer.rows.length > cursor.pageSize) cursors.set(cursor.id, cursor);
    if (cursors.size > MOST_CURSORS) cursors.delete(cursors.keys().next().value!);
    return page(cursor, 0, apiBase(request.params));
  };
  server.get<AskedVersioned>("/services/data/v:version/query", { preHandler }, ask);
  // Nothing of the local org goes to a recycle bin, so that this finds the same.
  server.get<AskedVersioned>("/services/data/v:version/queryAll", { preHandler }, ask);
  server.get<{ Params: Versioned & { locator: string } }>(
    "/services/data/v:version/query/:locator",
    { preHandler },
    async (request, reply) => {
      const [, id, from] = /^(0r8\w+)-(\d+)$/.exec(request.params.locator) ?? [];
      const cursor = cursors.get(id ?? "");
      const session = bearerSession(request, store)!;
      if (cursor === undefined || cursor.session.userId !== session.userId)
        return refuse(reply, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
      // A renewed login cannot go on where the old one stood (docs/salesforce.md#queries-and-errors).
      if (store.platform.locatorsBoundTo === "session" && cursor.session !== session)
        return invalidSession(reply);
      return page(cursor, Number(from), apiBase(request.params));
    },
  );
}

/** What of an answer a client gets to see. */
export function handedOut(answer: Answer): Answer["rows"] {
  return isCapped(answer) ? answer.rows.slice(0, TOKEN_CEILING) : answer.rows;
}

function isCapped({ object, grouped }: Answer): boolean {
  return CAPPED.includes(object) && !grouped;
}

/** `Sforce-Query-Options: batchSize=200`; out of range, the nearest bound. */
function askedPageSize({ headers }: FastifyRequest): number {
  const asked = /batchSize=(\d+)/i.exec(String(headers["sforce-query-options"] ?? ""))?.[1];
  return asked === undefined ? PAGE : Math.min(PAGE, Math.max(SMALLEST_PAGE, Number(asked)));
}
