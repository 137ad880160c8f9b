import { createPublicKey } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";
import { sameId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import { badToken, bearerSession } from "./dataApi.ts";
import { CALLER_APP, type Client } from "./options.ts";

const LOGIN = "https://login.salesforce.com";
const TEST = "https://test.salesforce.com";
/** Which the org is known by differs between orgs (docs/salesforce.md#logging-in). */
const AUDIENCES = { login: [LOGIN], test: [TEST], any: [LOGIN, TEST] };

/** A login that the org refuses, with an error code of OAuth's or Salesforce's. */
export class LoginError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a login comes to: through which client or app, as whom. */
interface Login {
  readonly client?: Client;
  /** As LoginHistory names it; as the client is named, without it. */
  readonly app?: string;
  /** The refresh token that is good from now on, where it is another. */
  readonly refreshToken?: string;
  readonly username: string | undefined;
  /** As LoginHistory has it, which has no value for JWT bearer. */
  readonly loginSubType: string | null;
}

type Form = Readonly<Record<string, string | undefined>>;

/** How each grant type logs in. @throws LoginError as Salesforce would refuse */
const LOGINS = new Map<string | undefined, (request: FastifyRequest, context: Context) => Promise<Login>>([
  ["client_credentials", clientCredentials],
  ["refresh_token", refreshToken],
  ["urn:ietf:params:oauth:grant-type:jwt-bearer", jwtBearer],
]);

/** The login grants and the identity of a session (docs/salesforce.md#logging-in). */
export function loginRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;

  server.post("/services/oauth2/token", async (request) => {
    const login = LOGINS.get(formOf(request).grant_type);
    if (login === undefined) throw new LoginError("unsupported_grant_type", "grant type not supported");
    const { client, app, username, loginSubType, refreshToken } = await login(request, context);
    const userId = mayLogIn(username, store);
    if (client !== undefined) checkApp(client, userId, context);
    return {
      access_token: store.openSession(userId, app ?? client?.name ?? CALLER_APP, { loginSubType }).token,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      scope: "id api",
      instance_url: originOf(request),
      id: `${originOf(request)}/id/${store.organization.id}/${userId}`,
      token_type: "Bearer",
    };
  });
  server.route({
    method: ["GET", "POST"],
    url: "/services/oauth2/userinfo",
    handler: async (request, reply) => {
      const session = bearerSession(request, store);
      return session === undefined ? badToken(reply) : identity(session.userId, originOf(request), store);
    },
  });
  server.get<{ Params: { org: string; user: string } }>("/id/:org/:user", async (request, reply) => {
    const session = bearerSession(request, store);
    if (session === undefined) return badToken(reply);
    const { org, user } = request.params;
    if (!sameId(org, store.organization.id) || !sameId(user, session.userId))
      return reply.code(404).type("text/plain").send("Bad_Id");
    return {
      ...identity(session.userId, originOf(request), store),
      id: `${originOf(request)}${request.url}`,
    };
  });
}

/** An app's use of its grant; one whose tokens rotate is handed the next. */
async function refreshToken(request: FastifyRequest, { store }: Context): Promise<Login> {
  const { refresh_token: token = "" } = formOf(request);
  const before = store.grantOfToken(token);
  // Whose account is closed keeps the grant, and cannot use it.
  if (before !== undefined) mayLogIn(store.username(before), store);
  const row = store.refresh(token);
  if (row === undefined) throw new LoginError("invalid_grant", "expired access/refresh token");
  return {
    app: String(row.AppName),
    username: store.username(row),
    loginSubType: "OauthRefreshToken",
    ...(row.AccessToken === token ? {} : { refreshToken: String(row.AccessToken) }),
  };
}

async function clientCredentials(request: FastifyRequest, { options, store }: Context): Promise<Login> {
  if (store.platform.loginHost === "my-domain" && /^(login|test)\./i.test(request.host))
    throw new LoginError("invalid_grant", "request not supported on this domain");
  const form = formOf(request);
  const { id = form.client_id, secret = form.client_secret } = basic(request.headers.authorization);
  const client = options.clients?.find(({ clientId }) => clientId === id);
  if (client === undefined) throw new LoginError("invalid_client_id", "client identifier invalid");
  if (client.clientSecret === undefined || client.clientSecret !== secret)
    throw new LoginError("invalid_client", "invalid client credentials");
  if (client.runAs === undefined) throw new LoginError("invalid_grant", "no client credentials user enabled");
  return { client, username: client.runAs, loginSubType: "OauthClientCredentials" };
}

async function jwtBearer(request: FastifyRequest, { options, store }: Context): Promise<Login> {
  const { assertion = "" } = formOf(request);
  const issuer = issuerOf(assertion);
  const client = options.clients?.find(({ clientId }) => clientId === issuer);
  if (client?.certificate === undefined)
    throw new LoginError("invalid_client_id", "client identifier invalid");
  const { sub } = await verified(assertion, client.certificate, AUDIENCES[store.platform.audience]);
  return { client, username: sub, loginSubType: null };
}

/** What an assertion says. @throws LoginError where it is not signed by the certificate's owner, or not for this org */
async function verified(assertion: string, certificate: string, audience: string[]): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(assertion, createPublicKey(certificate), {
      algorithms: ["RS256"],
      audience,
      requiredClaims: ["exp", "sub"],
    });
    return payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    const isAudience = error instanceof errors.JWTClaimValidationFailed && error.claim === "aud";
    throw new LoginError("invalid_grant", isAudience ? "audience is invalid" : "invalid assertion");
  }
}

/** The id of a user who may log in. @throws LoginError where nobody has the name, or has left */
export function mayLogIn(username: string | undefined, store: Store): string {
  const userId = username === undefined ? undefined : store.userId(username);
  if (userId === undefined) throw new LoginError("invalid_grant", "user hasn't approved this consumer");
  if (store.lookUp("User", userId)!.IsActive !== true)
    throw new LoginError("inactive_user", "user is inactive");
  if (store.isFrozen(userId)) throw new LoginError("invalid_grant", "inactive user");
  return userId;
}

/** Lets in who may use an app. @throws LoginError where it is blocked, not installed, or not approved for the user */
function checkApp(
  { clientId, installed = true, name }: Client,
  userId: string,
  { options, store }: Context,
): void {
  const { apps, blockedConsumers = [], connectedAppSettings = {} } = options.org;
  if (blockedConsumers.some(({ consumerKey }) => consumerKey === clientId))
    throw new LoginError("app_blocked", "this app is blocked by admin");
  if (!installed) throw new LoginError("app_not_found", "External client app is not installed in this org");
  if (!connectedAppSettings.enableAdminApprovedAppsOnly || store.may(userId, "UseAnyApiClient")) return;
  const app = apps.find((one) => one.id !== null && one.name === name);
  if (app === undefined || !store.isPreauthorized(app.id!, userId))
    throw new LoginError("invalid_app_access", "user is not admin approved to access this app");
}

function identity(userId: string, origin: string, store: Store) {
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
}

function formOf({ body }: FastifyRequest): Form {
  return (body ?? {}) as Form;
}

function originOf({ host }: FastifyRequest): string {
  return `http://${host}`;
}

/** The client's id and secret in an Authorization header, where they may be in place of the form. */
function basic(header: string | undefined): { id?: string; secret?: string } {
  const encoded = /^Basic (\S+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return {};
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return { id: decodeURIComponent(id), secret: decodeURIComponent(secret.join(":")) };
}

function issuerOf(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).iss;
  } catch {
    return undefined;
  }
}
