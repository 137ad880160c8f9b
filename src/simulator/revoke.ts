import type { FastifyInstance, FastifyReply } from "fastify";
import type { Context } from "./simulator.ts";

/** The revoke endpoint: no authentication but the token itself; errors form-encoded (salesforce-facts 2.1). */
export function revokeRoutes(server: FastifyInstance, { store }: Context): void {
  const revoke = (token: string | undefined, reply: FastifyReply) => {
    if (token !== undefined && store.revoke(token) !== undefined) return reply.code(200).send();
    const [error, description] =
      token === undefined
        ? ["unsupported_token_type", "this token type is not supported"]
        : ["invalid_token", "invalid token"];
    return reply
      .code(400)
      .type("application/x-www-form-urlencoded")
      .send(new URLSearchParams({ error, error_description: description } as never).toString());
  };
  server.post<{ Body?: { token?: string } }>("/services/oauth2/revoke", async ({ body }, reply) =>
    revoke(body?.token, reply),
  );
  server.get<{ Querystring: { token?: string } }>("/services/oauth2/revoke", async ({ query }, reply) =>
    revoke(query.token, reply),
  );
}
