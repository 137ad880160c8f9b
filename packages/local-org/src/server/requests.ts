import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Store } from "../store/store.ts";
import type { Context, RecordedRequest, RevokedGrant } from "./context.ts";
import { tokenToRevoke } from "./revoke.ts";
import { isSoap, isSoapWrite } from "./soap.ts";
import { isSubrequest } from "./subrequest.ts";

type Entry = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

const entries = new WeakMap<FastifyRequest, Entry>();

/** Records every request but the admin's as it comes in, and its status when it is answered. */
export function recordRequests(server: FastifyInstance, { store, requests, writes, options }: Context): void {
  server.addHook("onRequest", async (request) => {
    if (isAdmin(request)) return;
    const q = [(request.query as { q?: string | string[] }).q].flat()[0];
    const entry: Entry = {
      method: request.method,
      path: request.url.split("?")[0]!,
      soql: q === undefined ? null : withoutTokens(q, store),
      status: 0,
      form: [],
      grant: null,
      isPart: isSubrequest(request),
    };
    entries.set(request, entry);
    requests.push(entry);
    if (options.readOnly && !isToldByBody(request) && isWrite(request))
      writes.push(`${entry.method} ${entry.path}`);
  });
  server.addHook("preHandler", async (request) => {
    const entry = entries.get(request);
    if (entry === undefined) return;
    if (options.readOnly && isToldByBody(request) && isWrite(request))
      writes.push(`${entry.method} ${entry.path}`);
    if (!isSoap(request) && typeof request.body === "object" && request.body !== null)
      entry.form = Object.keys(request.body);
    entry.grant = revokedGrant(request, store);
  });
  server.addHook("onResponse", async (request, reply) => {
    const entry = entries.get(request);
    if (entry !== undefined) entry.status = reply.statusCode;
  });
}

/** The grant that a revoke call is about, as long as it is there. */
export function revokedGrant(request: FastifyRequest, store: Store): RevokedGrant | null {
  const recorded = entries.get(request)?.grant;
  if (recorded) return recorded;
  const token = request.url.startsWith("/services/oauth2/revoke")
    ? tokenToRevoke(request, store.platform)
    : undefined;
  const row = token === undefined ? undefined : store.grantOfToken(token);
  return row === undefined
    ? null
    : { id: String(row.usageId), username: store.username(row), app: String(row.AppName) };
}

export function isAdmin(request: FastifyRequest): boolean {
  return request.url.startsWith("/__local-org/");
}

/** What asks by other methods than GET. A query job is no record of the org. */
const ASKING =
  /^\/services\/(oauth2\/(token|userinfo)|data\/v[\d.]+\/(composite\/sobjects\/\w+|jobs\/query(\/\w+)?)\/?(\?|$))/;

const COMPOSITE = /^\/services\/data\/v[\d.]+\/composite(\/batch)?\/?(\?|$)/;

/** Whether the address does not say what a request does: that of SOAP, and of a composite. */
function isToldByBody(request: FastifyRequest): boolean {
  return isSoap(request) || COMPOSITE.test(request.url);
}

/** Whether a composite has nothing but questions. */
function asksOnly(body: unknown): boolean {
  const { compositeRequest, batchRequests } = (body ?? {}) as Record<string, unknown>;
  const parts: unknown = compositeRequest ?? batchRequests;
  return Array.isArray(parts) && parts.every((part: { method?: unknown } | null) => part?.method === "GET");
}

/** Whether a request would change the org. Logins and questions by POST do not. */
export function isWrite(request: FastifyRequest): boolean {
  const { method, url } = request;
  if (isSoap(request)) return isSoapWrite(request);
  if (COMPOSITE.test(url)) return !asksOnly(request.body);
  if (url.startsWith("/services/oauth2/revoke")) return true;
  return !["GET", "HEAD"].includes(method) && !ASKING.test(url);
}

/** A query as it may be kept: with no token of the org among its literals. */
function withoutTokens(soql: string, store: Store): string {
  return soql.replace(/'([^'\\]*)'/g, (literal, text: string) =>
    store.isSecret(text) ? "'[token]'" : literal,
  );
}
