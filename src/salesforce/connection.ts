import { createRequire } from "node:module";
import { importPKCS8, SignJWT } from "jose";
import jsforce from "jsforce";
import pLimit from "p-limit";
import { UserError } from "../errors.ts";
import { toId18 } from "../inventory/id.ts";
import type { Caller, Org } from "../inventory/inventory.ts";
import type { Credentials, Login } from "./credentials.ts";
import { ApiError, describeFailure, describeLoginFailure, networkCode } from "./failure.ts";
import { type OrgReader, refuseTokenFields } from "./reader.ts";
import { retryAfterMs, retryReads, TransientError } from "./retry.ts";

/** The highest API version that this release was written for. */
const HIGHEST_API_VERSION = 67;
const CONCURRENCY = 8;
const TIMEOUT_MS = 120_000;
const TRANSIENT = new Set([429, 500, 502, 503, 504]);

// jsforce's own HTTP layer: the one place where status and headers of an answer can be seen.
const { HttpApi } = createRequire(import.meta.url)(
  "jsforce/lib/http-api.js",
) as typeof import("jsforce/lib/http-api.js");

/** A connection with what only the apply step may use: a query that may name DeleteToken. */
export interface OrgConnection extends OrgReader {
  /** As `query`, without its guard: for src/apply alone, for the grants that a plan names. */
  queryForRevocation<Row>(soql: string): Promise<{ rows: Row[]; totalSize: number }>;
}

interface QueryPage {
  readonly totalSize: number;
  readonly done: boolean;
  readonly records: unknown[];
  readonly nextRecordsUrl?: string;
}

/**
 * Logs in and learns which org and user it is.
 * @throws UserError for an org that cannot be reached, credentials that are refused and the like; no message holds a token
 */
export async function connect({ login, apiVersion, ownApp }: Credentials): Promise<OrgConnection> {
  const session = new Session(login);
  await session.logIn();
  const version = await session.version(apiVersion);
  const base = `/services/data/v${version}`;

  const query = async <Row>(soql: string): Promise<{ rows: Row[]; totalSize: number }> => {
    const rows: unknown[] = [];
    let page = queryPage(await session.get(`${base}/query?q=${encodeURIComponent(soql)}`), session.host);
    const { totalSize } = page;
    rows.push(...page.records);
    while (!page.done && page.nextRecordsUrl !== undefined) {
      page = queryPage(await session.get(page.nextRecordsUrl), session.host);
      rows.push(...page.records);
    }
    return { rows: rows as Row[], totalSize };
  };

  const identity = await session.get<{
    user_id: string;
    organization_id: string;
    preferred_username: string;
  }>("/services/oauth2/userinfo");
  if (typeof identity?.user_id !== "string" || typeof identity.organization_id !== "string")
    throw new UserError(`${session.host} does not say who the access token belongs to: check the address.`);
  const organization = await query<{ Id: string; Name: string; IsSandbox: boolean }>(
    "SELECT Id, Name, IsSandbox FROM Organization",
  );
  const [first] = organization.rows;
  if (first === undefined)
    throw new UserError(
      `The user ${identity.preferred_username} may not read the Organization of ${session.host}: grant them API Enabled.`,
    );
  const org: Org = {
    id: toId18(first.Id),
    name: first.Name,
    isSandbox: first.IsSandbox,
    instanceUrl: session.instanceUrl,
    apiVersion: version,
  };
  const caller: Caller = {
    userId: toId18(identity.user_id),
    username: identity.preferred_username,
    app: ownApp ?? (await appOfSession(query)),
  };
  return {
    org,
    caller,
    get calls() {
      return session.calls;
    },
    query: (soql) => {
      refuseTokenFields(soql);
      return query(soql);
    },
    count: async (soql) => (await query(soql)).totalSize,
    queryForRevocation: query,
  };
}

/** The app that the current session was made through, where the org says; never a guess (salesforce-facts 3.6). */
async function appOfSession(query: <Row>(soql: string) => Promise<{ rows: Row[] }>): Promise<string | null> {
  try {
    const sessions = await query<{ LoginHistoryId: string | null }>(
      "SELECT LoginHistoryId FROM AuthSession WHERE IsCurrent = true",
    );
    const id = sessions.rows[0]?.LoginHistoryId;
    if (!id || !/^[A-Za-z0-9]+$/.test(id)) return null;
    const history = await query<{ Application: string | null }>(
      `SELECT Application FROM LoginHistory WHERE Id = '${id}'`,
    );
    return history.rows[0]?.Application || null;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500 && error.status !== 401) return null;
    throw error;
  }
}

function queryPage(answer: unknown, host: string): QueryPage {
  const page = answer as Partial<QueryPage> | null | undefined;
  if (typeof page?.totalSize !== "number" || typeof page.done !== "boolean" || !Array.isArray(page.records))
    throw new UserError(
      `${host} answered a query with something that is not the Salesforce API's: check the address.`,
    );
  return page as QueryPage;
}

/** One login and the requests made with it. A session that expires is renewed once; never in a loop. */
class Session {
  readonly #login: Login;
  readonly #limit = pLimit(CONCURRENCY);
  #connection: jsforce.Connection;
  #renewal: Promise<void> | undefined;
  calls = 0;
  /** Whether the org has answered at all: before that, a refused connection is a wrong address, not a passing fault. */
  #answered = false;

  constructor(login: Login) {
    this.#login = login;
    this.#connection = new jsforce.Connection({});
  }

  get instanceUrl(): string {
    return this.#connection.instanceUrl;
  }

  get host(): string {
    return new URL(this.instanceUrl).host;
  }

  async logIn(): Promise<void> {
    const login = this.#login;
    if (login.kind === "access-token") {
      this.#connection = new jsforce.Connection({
        instanceUrl: login.instanceUrl,
        accessToken: login.accessToken,
      });
      return;
    }
    const { loginUrl } = login;
    const connection = new jsforce.Connection({ oauth2: { loginUrl, clientId: login.clientId }, loginUrl });
    const parameters: Record<string, string> =
      login.kind === "client-credentials"
        ? { grant_type: "client_credentials", client_secret: login.clientSecret }
        : {
            grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
            assertion: await signedAssertion(login),
          };
    try {
      await connection.authorize(parameters as never);
    } catch (error) {
      throw describeLoginFailure(new URL(loginUrl).host, error);
    }
    // A connection that knows the client id would try to refresh an expired session by itself, without end.
    const { instanceUrl, accessToken } = connection;
    if (!accessToken)
      throw new UserError(`${new URL(loginUrl).host} answered the login without an access token.`);
    this.#connection = new jsforce.Connection({ instanceUrl, accessToken });
  }

  /** The pinned version where the org has it, else the highest that both sides know. */
  async version(pinned: string | null): Promise<string> {
    const answer = await this.get<{ version: string }[]>("/services/data/");
    if (!Array.isArray(answer) || !answer.every((entry) => typeof entry?.version === "string"))
      throw new UserError(`${this.host} has no Salesforce API: check the address.`);
    const versions = answer.map(({ version }) => version);
    if (pinned !== null) {
      if (versions.includes(pinned)) return pinned;
      throw new UserError(
        `${this.host} has no API version ${pinned}: it knows ${versions.at(0)} to ${versions.at(-1)}.`,
      );
    }
    const known = versions
      .filter((version) => Number(version) <= HIGHEST_API_VERSION)
      .sort((a, b) => Number(a) - Number(b));
    const highest = known.at(-1);
    if (highest === undefined)
      throw new UserError(
        `${this.host} knows only API versions above ${HIGHEST_API_VERSION}.0: get a newer release of sanctioned.`,
      );
    return highest;
  }

  get<T>(path: string): Promise<T> {
    return this.#limit(() => retryReads(() => this.#getOnce<T>(path, true)));
  }

  async #getOnce<T>(path: string, mayRenew: boolean): Promise<T> {
    const connection = this.#connection;
    let status = 0;
    let wait: number | null = null;
    const api = new HttpApi(connection, {
      retry: { maxRetries: 0 },
      followRedirect: false,
      timeout: TIMEOUT_MS,
    } as object);
    api.on("response", (response: { statusCode: number; headers: Record<string, string> }) => {
      this.#answered = true;
      status = response.statusCode;
      wait = retryAfterMs(response.headers["retry-after"], Date.now());
    });
    this.calls++;
    try {
      const answer = await api.request<T>({ method: "GET", url: `${connection.instanceUrl}${path}` });
      if (status >= 300)
        throw new UserError(
          `${this.host} answered HTTP ${status}, a redirect, which is not followed: check the address.`,
        );
      return answer;
    } catch (error) {
      if (status === 401 && mayRenew && this.#login.kind !== "access-token") {
        await this.#renew(connection);
        return await this.#getOnce<T>(path, false);
      }
      if (error instanceof UserError) throw error;
      const described = describeFailure({ host: this.host, status, error });
      const passing =
        TRANSIENT.has(status) || (status === 0 && this.#answered && networkCode(error) !== null);
      if (passing) throw new TransientError(described, wait);
      throw described;
    }
  }

  /** Several requests can find the same session expired: the first renews it, the others wait for that. */
  async #renew(expired: jsforce.Connection): Promise<void> {
    if (this.#connection !== expired) return;
    this.#renewal ??= this.logIn().finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }
}

async function signedAssertion(login: Extract<Login, { kind: "jwt-bearer" }>): Promise<string> {
  const test = /(^|\.)test\.salesforce\.com$|\.sandbox\./.test(new URL(login.loginUrl).hostname);
  let key: Awaited<ReturnType<typeof importPKCS8>>;
  try {
    key = await importPKCS8(login.privateKey, "RS256");
  } catch {
    // The library's message could quote the key.
    throw new UserError(
      "The private key of the JWT login cannot be read: it must be an RSA key in PKCS#8 form (-----BEGIN PRIVATE KEY-----).",
    );
  }
  return await new SignJWT({})
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(login.clientId)
    .setSubject(login.username)
    .setAudience(test ? "https://test.salesforce.com" : "https://login.salesforce.com")
    .setExpirationTime("3m")
    .sign(key);
}
