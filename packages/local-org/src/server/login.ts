import { createPublicKey } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import { decodeJwt, errors, jwtVerify } from "jose";
import { sameId } from "../ids.ts";
import { bearerSession, invalidSession } from "./authorized.ts";
import type { Context } from "./context.ts";
import { CALLER_APP, type Client } from "./options.ts";

const AUDIENCES = ["https://login.salesforce.com", "https://test.salesforce.com"];

/** The login grants and the identity of a session (salesforce-facts 7). */
export function loginRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;
  const refuse = (reply: FastifyReply, error: string, description: string) =>
    reply.code(400).send({ error, error_description: description });
  const accept = (origin: string, client: Client, username: string | undefined, reply: FastifyReply) => {
    const userId = username === undefined ? undefined : store.userId(username);
    if (userId === undefined) return refuse(reply, "invalid_grant", "user hasn't approved this consumer");
    if (store.lookUp("User", userId)!.IsActive !== true)
      return refuse(reply, "inactive_user", "user is inactive");
    return {
      access_token: store.openSession(userId, client.name ?? CALLER_APP).token,
      scope: "id api",
      instance_url: origin,
      id: `${origin}/id/${store.organization.id}/${userId}`,
      token_type: "Bearer",
    };
  };

  server.post("/services/oauth2/token", async (request, reply) => {
    const body = (request.body ?? {}) as Record<string, string | undefined>;
    const origin = `http://${request.host}`;
    if (body.grant_type === "client_credentials") {
      const { id = body.client_id, secret = body.client_secret } = basic(request.headers.authorization);
      const client = context.options.clients?.find(({ clientId }) => clientId === id);
      if (client === undefined) return refuse(reply, "invalid_client_id", "client identifier invalid");
      if (client.clientSecret === undefined || client.clientSecret !== secret)
        return refuse(reply, "invalid_client", "invalid client credentials");
      if (client.runAs === undefined)
        return refuse(reply, "invalid_grant", "no client credentials user enabled");
      return accept(origin, client, client.runAs, reply);
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
        return accept(origin, client, payload.sub, reply);
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
    const { org, user } = request.params;
    if (!sameId(org, store.organization.id) || !sameId(user, session.userId))
      return reply.code(404).type("text/plain").send("Bad_Id");
    return {
      ...identity(session.userId, `http://${request.host}`),
      id: `http://${request.host}${request.url}`,
    };
  });
}

/** The client's id and secret in an Authorization header, where they may be in place of the form. */
function basic(header: string | undefined): { id?: string; secret?: string } {
  const encoded = /^Basic (\S+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return {};
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret.join(":")) };
}

function issuerOf(assertion: string | undefined): string | undefined {
  try {
    return decodeJwt(assertion ?? "").iss;
  } catch {
    return undefined;
  }
}
