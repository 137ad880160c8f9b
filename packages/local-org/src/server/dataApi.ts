import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import { isSubrequest } from "./subrequest.ts";

/** Down to 50.0, since clients ask for the version that they know before they ask which there are. */
export const VERSIONS = Array.from({ length: 18 }, (_, i) => `${50 + i}.0`);

/** Parameters of every address below a version of the data API. */
export interface Versioned {
  readonly version: string;
}

/** Where a version of the data API begins. */
export function apiBase({ version }: Versioned): string {
  return `/services/data/v${version}`;
}

/** The versions, what there is below one, and limits (docs/salesforce.md#queries-and-errors). */
export function apiRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;
  const preHandler = authorized(context);
  const resources = (base: string) =>
    Object.fromEntries(
      ["composite", "jobs", "limits", "query", "queryAll", "sobjects"].map((name) => [
        name,
        `${base}/${name}`,
      ]),
    );

  server.get("/services/data", async () =>
    VERSIONS.map((version) => ({ version, label: `Release ${version}`, url: apiBase({ version }) })),
  );
  server.get<{ Params: Versioned }>("/services/data/v:version", { preHandler }, async (request) => ({
    ...resources(apiBase(request.params)),
    identity: `http://${request.host}/id/${store.organization.id}/${bearerSession(request, store)!.userId}`,
  }));
  server.get("/services/data/v:version/limits", { preHandler }, async (request, reply) => {
    if (!store.may(bearerSession(request, store)!.userId, "ViewSetup"))
      return refuse(reply, 403, "INSUFFICIENT_ACCESS", "You don't have access to the limits of this org");
    const limit = apiLimit(context);
    return { DailyApiRequests: { Max: limit, Remaining: limit - context.apiUsage } };
  });
}

/** API calls a day. */
export function apiLimit({ options: { apiLimit = 100_000 } }: Context): number {
  return apiLimit;
}

/** Answers with an error of the data API: an array of one (docs/salesforce.md#queries-and-errors). */
export function refuse(
  reply: FastifyReply,
  status: number,
  errorCode: string,
  message: string,
): FastifyReply {
  return reply.code(status).send([{ errorCode, message }]);
}

/** 401 as Salesforce words it. */
export function invalidSession(reply: FastifyReply): FastifyReply {
  return refuse(reply, 401, "INVALID_SESSION_ID", "Session expired or invalid");
}

/** 403 as the identity endpoints word it, in plain text (docs/salesforce.md#logging-in). */
export function badToken(reply: FastifyReply): FastifyReply {
  return reply.code(403).type("text/plain").send("Bad_OAuth_Token");
}

/** 404 as Salesforce words it. */
export function notFound(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist");
}

/** The session of a request's bearer token. */
export function bearerSession(request: FastifyRequest, store: Store): Session | undefined {
  return store.session(/^(?:Bearer|OAuth) (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
}

/** Every call below an API version needs a session, counts, and says so. Use as `preHandler`. */
export function authorized(
  context: Context,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const limit = apiLimit(context);
  return async (request, reply) => {
    const { version } = request.params as Versioned;
    if (!VERSIONS.includes(version)) return notFound(reply);
    if (bearerSession(request, context.store) === undefined) return invalidSession(reply);
    if (isSubrequest(request)) return undefined;
    context.apiUsage++;
    if (context.apiUsage > limit)
      return refuse(reply, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    reply.header("Sforce-Limit-Info", `api-usage=${context.apiUsage}/${limit}`);
    return undefined;
  };
}
