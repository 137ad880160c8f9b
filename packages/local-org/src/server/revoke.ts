import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Platform } from "../fixture/platform.ts";
import type { Context } from "./context.ts";

/**
 * The revoke endpoint: no authentication but the token itself; errors form-encoded (docs/salesforce.md#the-revoke-call).
 * A delete or refresh token takes the grant away, an access token ends its session.
 */
export function revokeRoutes(server: FastifyInstance, { store }: Context): void {
  server.route({
    method: ["GET", "POST"],
    url: "/services/oauth2/revoke",
    handler: async (request, reply) => {
      const token = tokenToRevoke(request, store.platform);
      if (token === undefined)
        return refuseRevocation(reply, "unsupported_token_type", "this token type is not supported");
      if (store.revoke(token) === undefined && !store.endSession(token) && store.platform.deadToken !== "200")
        return refuseRevocation(reply, "invalid_token", "invalid token");
      return reply.code(200).send();
    },
  });
}

/** The token of a revoke call; a POST may carry it in its address as well, as public tools do, and perhaps must. */
export function tokenToRevoke(
  { body, query }: FastifyRequest,
  { revokeBody }: Pick<Platform, "revokeBody">,
): string | undefined {
  const inBody = revokeBody === "form" ? (body as { token?: unknown } | undefined | null)?.token : undefined;
  const token = inBody ?? (query as { token?: unknown }).token;
  return typeof token === "string" && token !== "" ? token : undefined;
}

/** HTTP 400 with a form as its body. */
export function refuseRevocation(reply: FastifyReply, error: string, description: string): FastifyReply {
  return reply
    .code(400)
    .type("application/x-www-form-urlencoded")
    .send(`error=${encodeURIComponent(error)}&error_description=${encodeURIComponent(description)}`);
}
