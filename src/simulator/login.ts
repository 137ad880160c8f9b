import { createPublicKey } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import { decodeJwt, errors, jwtVerify } from "jose";
import { bearerSession, invalidSession } from "./data.ts";
import type { Context } from "./simulator.ts";

/** An app that may log in to the local org. */
export interface Client {
  readonly clientId: string;
  /** For JWT bearer: the registered certificate or public key, PEM. */
  readonly certificate?: string;
  /** For client credentials, with the user that it runs as. */
  readonly clientSecret?: string;
  readonly runAs?: string;
}

const AUDIENCES = ["https://login.salesforce.com", "https://test.salesforce.com"];

/** The login grants and the identity of a session (salesforce-facts 7). */
export function loginRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;
  const refuse = (reply: FastifyReply, error: string, description: string) =>
    reply.code(400).send({ error, error_description: description });
  const accept = (origin: string, username: string) => {
    const session = store.openSession(store.userId(username)!);
    return {
      access_token: session.token,
      scope: "id api",
      instance_url: origin,
      id: `${origin}/id/${store.organization.id}/${session.userId}`,
      token_type: "Bearer",
    };
  };

  server.post("/services/oauth2/token", async (request, reply) => {
    const body = (request.body ?? {}) as Record<string, string | undefined>;
    const origin = `http://${request.host}`;
    if (body.grant_type === "client_credentials") {
      const client = context.options.clients?.find(({ clientId }) => clientId === body.client_id);
      if (client === undefined) return refuse(reply, "invalid_client_id", "client identifier invalid");
      if (client.clientSecret === undefined || client.clientSecret !== body.client_secret)
        return refuse(reply, "invalid_client", "invalid client credentials");
      if (client.runAs === undefined || store.userId(client.runAs) === undefined)
        return refuse(reply, "invalid_grant", "no client credentials user enabled");
      return accept(origin, client.runAs);
    }
    if (body.grant_type === "urn:ietf:params:oauth:grant-type:jwt-bearer") {
      const issuer = issuerOf(body.assertion);
      const client = context.options.clients?.find(({ clientId }) => clientId === issuer);
      if (client?.certificate === undefined)
        return refuse(reply, "invalid_client_id", "client identifier invalid");
      try {
        const { payload } = await jwtVerify(body.assertion!, createPublicKey(client.certificate), {
          algorithms: ["RS256"],
          audience: [...AUDIENCES, origin],
          requiredClaims: ["exp", "sub"],
        });
        if (store.userId(payload.sub!) === undefined)
          return refuse(reply, "invalid_grant", "user hasn't approved this consumer");
        return accept(origin, payload.sub!);
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        const audience = error instanceof errors.JWTClaimValidationFailed && error.claim === "aud";
        return refuse(reply, "invalid_grant", audience ? "audience is invalid" : "invalid assertion");
      }
    }
    return refuse(reply, "unsupported_grant_type", "grant type not supported");
  });

  const identity = (userId: string, origin: string) => {
    const user = store.lookUp("User", userId)!;
    return {
      sub: `${origin}/id/${store.organization.id}/${userId}`,
      user_id: userId,
      organization_id: store.organization.id,
      preferred_username: user.Username,
      username: user.Username,
      display_name: user.Name,
      name: user.Name,
      email: user.Email,
      active: user.IsActive,
      urls: { rest: `${origin}/services/data/v{version}/` },
    };
  };
  server.route({
    method: ["GET", "POST"],
    url: "/services/oauth2/userinfo",
    handler: async (request, reply) => {
      const session = bearerSession(request, store);
      return session === undefined
        ? invalidSession(reply)
        : identity(session.userId, `http://${request.host}`);
    },
  });
  server.get<{ Params: { org: string; user: string } }>("/id/:org/:user", async (request, reply) => {
    const session = bearerSession(request, store);
    if (session === undefined) return reply.code(403).type("text/plain").send("Bad_OAuth_Token");
    return {
      ...identity(session.userId, `http://${request.host}`),
      id: `http://${request.host}${request.url}`,
    };
  });
}

function issuerOf(assertion: string | undefined): string | undefined {
  try {
    return decodeJwt(assertion ?? "").iss;
  } catch {
    return undefined;
  }
}
