import type { FastifyReply, FastifyRequest } from "fastify";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";

/** Down to 50.0, since clients ask for the version that they know before they ask which there are. */
export const VERSIONS = Array.from({ length: 18 }, (_, i) => `${50 + i}.0`);

/** API calls a day. */
export function apiLimit({ options: { apiLimit = 100_000 } }: Context): number {
  return apiLimit;
}

/** Answers with an error of the data API: an array of one (salesforce-facts 7). */
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
    const { version } = request.params as { version: string };
    if (!VERSIONS.includes(version))
      return refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist");
    if (bearerSession(request, context.store) === undefined) return invalidSession(reply);
    context.apiUsage++;
    if (context.apiUsage > limit)
      return refuse(reply, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    reply.header("Sforce-Limit-Info", `api-usage=${context.apiUsage}/${limit}`);
    return undefined;
  };
}
