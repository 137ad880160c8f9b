import type jsforce from "jsforce";
import { RemoteError } from "../errors.ts";
import { ask, FEW_WORDS } from "../http/request.ts";
import { newPatience, type RetryClock, retryReads, TransientError, waitAskedMs } from "../http/retry.ts";
import type { Login } from "./credentials.ts";
import { salesforceErrors } from "./errors.ts";
import {
  ApiError,
  describeFailure,
  isPassing,
  isTooMany,
  networkCode,
  slowFault,
  soapFault,
} from "./failure.ts";
import { Connection, HttpApi, isJWTToken, SOAP } from "./jsforce.ts";
import { Pace } from "./pace.ts";
import { askSfCli } from "./sfCli.ts";
import { TokenLogin } from "./tokenLogin.ts";
import { clockSkewMs, PlainTransport } from "./transport.ts";

const METADATA_NAMESPACE = "http://soap.sforce.com/2006/04/metadata";
const TIMEOUT_MS = 30_000;
/** What takes longer than this to fail may be more than one call should ask for. */
const HUNG_MS = 60_000;
const TOO_MANY_WAIT_MS = 10_000;
/** Whatever an org says that it has in a day: a run takes a share of it. */
const MOST_CALLS_OF_ORG = 20_000_000;
/** Salesforce answers with a dozen; whoever makes up others in each answer has them forgotten. */
const MOST_HEADER_NAMES = 200;
/** A session id (`00D…!…`), a JWT, or another bearer token as RFC 6750 has them. */
const ACCESS_TOKEN = /^[\w!.~+/-]+=*$/;
const TRANSIENT = new Set([429, 500, 502, 503, 504]);

/** Of jsforce's HTTP layer: the one place where status and headers of an answer can be seen. */
type HttpRequest = Parameters<InstanceType<typeof HttpApi>["request"]>[0];

/** Makes one request, with the HTTP layer that it uses handed to `watch` first. */
type Request<T> = (
  connection: jsforce.Connection,
  watch: <Api extends InstanceType<typeof HttpApi>>(api: Api) => Api,
) => Promise<T>;

/** The session that the page before came from is over, and the pages after it with it (docs/salesforce.md#queries-and-errors). */
export class SessionOver extends Error {
  override name = "SessionOver";
}

/** Whose the next page of a query is: the session that was handed the one before. */
export type PageOwner = object;

/** A page as the org answered it, before anything is believed of it. */
export interface PageRead {
  readonly answer: unknown;
  readonly owner: PageOwner;
}

/**
 * One login and the reads made with it, at most `concurrency` at once. A session that expires is
 * renewed once for each request, never in a loop; faults that may pass are tried again.
 */
export class OrgSession {
  readonly #login: Login;
  readonly #tokenLogin: TokenLogin | null;
  readonly #pace: Pace;
  readonly #clock: RetryClock;
  #patience = newPatience();
  #connection = new Connection({});
  #renewal: Promise<void> | undefined;
  #reached = false;
  calls = 0;
  apiUsage: { used: number; limit: number } | null = null;
  /** By how much the org's clock is ahead of ours, in milliseconds; null before the first answer with a date. */
  clockSkewMs: number | null = null;
  /** Of all answers so far. */
  readonly headerNames = new Set<string>();

  constructor(login: Login, concurrency: number, clock: RetryClock) {
    this.#login = login;
    this.#tokenLogin = "loginUrl" in login ? new TokenLogin(login) : null;
    this.#pace = new Pace(concurrency);
    this.#clock = clock;
  }

  /** Origin of the org, once logged in. */
  get instanceUrl(): string {
    return this.#connection.instanceUrl;
  }

  /** Requests under way at once, as many as the org stood so far. */
  get concurrency(): number {
    return this.#pace.concurrency;
  }

  /** What is asked from now on is of another run, which waits as long as the first. */
  beginRun(): void {
    this.#patience = newPatience();
  }

  /** Makes no more requests at once than that from now on. */
  boundConcurrency(most: number): void {
    this.#pace.bound(most);
  }

  get host(): string {
    return new URL(this.instanceUrl).host;
  }

  /** @throws SettingsError for a key or an sf CLI that cannot be used, RemoteError where the login is refused or its host does not answer */
  async logIn(): Promise<void> {
    const login = this.#login;
    if (login.kind === "access-token") return this.#use(login.instanceUrl, login.accessToken);
    if (login.kind === "sf-cli") {
      const { instanceUrl, accessToken } = await askSfCli(login.targetOrg);
      return this.#use(instanceUrl, accessToken);
    }
    const { instanceUrl, accessToken } = await this.#tokenLogin!.logIn({
      again: (once) => retryReads(once, this.#clock, this.#patience),
      mayPass: (status, error) => TRANSIENT.has(status) || this.#mayPass(error),
    });
    this.#use(instanceUrl, accessToken);
  }

  /**
   * Reads a path of the org, parsed from JSON.
   * @throws ApiError where the org refuses, RemoteError for other faults of the org or the network
   */
  async get<T>(path: string): Promise<T> {
    return (await this.page(path, null)).answer as T;
  }

  /**
   * Reads a page of a query. @param owner of the page before; null for the first
   * @throws SessionOver where the login was renewed since; otherwise as `get`
   */
  page(path: string, owner: PageOwner | null): Promise<PageRead> {
    return this.#ask((origin) => ({ method: "GET", url: `${origin}${path}` }), owner);
  }

  /** Asks for several things that are only read, as the parts of one call. Errors as `get`, but a try that hangs is not made again. */
  postComposite(path: string, body: unknown): Promise<PageRead> {
    const post = (origin: string): HttpRequest => ({
      method: "POST",
      url: `${origin}${path}`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return this.#ask(post, null, HUNG_MS);
  }

  /** @param request to the org at an origin */
  async #ask(
    request: (origin: string) => HttpRequest,
    owner: PageOwner | null,
    longestTryMs?: number,
  ): Promise<PageRead> {
    let used: PageOwner = this.#connection;
    const answer = await this.#read(
      (connection, watch) => {
        used = connection;
        return watch(new HttpApi(connection, {})).request<unknown>(request(connection.instanceUrl));
      },
      owner,
      longestTryMs,
    );
    return { answer, owner: used };
  }

  /**
   * Calls a method of the Metadata API that reads. @returns the raw result, all of its values texts
   * @throws as `get`
   */
  metadata(
    version: string,
    method: "listMetadata" | "readMetadata",
    message: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    return this.#read(async (connection, watch) => {
      if (isJWTToken(connection.accessToken ?? ""))
        throw new ApiError(salesforceErrors["metadata-needs-opaque-token"].says(), "INVALID_SESSION_ID", 401);
      const endpointUrl = `${connection.instanceUrl}/services/Soap/m/${version}`;
      const api = watch(new SOAP(connection, { xmlns: METADATA_NAMESPACE, endpointUrl }));
      const answer = await api.invoke(method, { ...message });
      return (answer as { result?: unknown } | null)?.result;
    });
  }

  /**
   * Deletes a path of the org: one attempt, and a second only where the session had expired, so that the
   * first did nothing. @returns the HTTP status, 429 for whatever asks for fewer requests at once, and how long to wait then
   * @throws RemoteError where no answer came, or one that is not the API's
   */
  delete(path: string): Promise<{ status: number; retryAfterMs: number | null }> {
    const once = async () => {
      const connection = this.#connection;
      const answer = await this.#deleteOnce(connection, path);
      if (answer.status !== 401 || this.#login.kind === "access-token") return answer;
      await this.#renew(connection);
      return await this.#deleteOnce(this.#connection, path);
    };
    return this.#pace.run((send) => send(once));
  }

  async #deleteOnce(connection: jsforce.Connection, path: string) {
    this.calls++;
    try {
      const { status, headers, text } = await ask(
        `${connection.instanceUrl}${path}`,
        { method: "DELETE", headers: { authorization: `Bearer ${connection.accessToken}` } },
        { timeoutMs: TIMEOUT_MS, most: FEW_WORDS },
      );
      this.#note(headers);
      const wait = waitAskedMs(headers);
      return isTooMany(status, text ?? "")
        ? { status: 429, retryAfterMs: wait ?? TOO_MANY_WAIT_MS }
        : { status, retryAfterMs: wait };
    } catch (error) {
      const secrets = [connection.accessToken ?? ""];
      throw describeFailure({ host: this.host, status: 0, error, secrets });
    }
  }

  /**
   * @param owner the session that alone can make the request; null where any can
   * @param longestTryMs a fault that takes longer to show is not waited for
   */
  #read<T>(
    request: Request<T>,
    owner: PageOwner | null = null,
    longestTryMs = Number.POSITIVE_INFINITY,
  ): Promise<T> {
    const attempt = async (send: (once: () => Promise<T>) => Promise<T>) => {
      try {
        return await send(() => this.#once(request, true, owner));
      } catch (error) {
        if (!(error instanceof TransientError) || error.spentMs <= longestTryMs) throw error;
        this.#patience.leftMs -= error.spentMs;
        throw error.cause;
      }
    };
    return this.#pace.run((send) => retryReads(() => attempt(send), this.#clock, this.#patience));
  }

  #use(instanceUrl: string, text: string): void {
    const accessToken = text.trim();
    // A script that catches more than the token would have it quoted by whoever refuses the header.
    if (!ACCESS_TOKEN.test(accessToken)) throw salesforceErrors["access-token-not-one-line"]();
    const connection = new Connection({ instanceUrl, accessToken });
    connection._transport = new PlainTransport();
    this.#connection = connection;
  }

  async #once<T>(request: Request<T>, mayRenew: boolean, owner: PageOwner | null): Promise<T> {
    const connection = this.#connectionOf(owner);
    let status = 0;
    let wait: number | null = null;
    const begun = performance.now();
    this.calls++;
    try {
      const answer = await request(connection, (api) => {
        api.on("response", (response: { statusCode: number; headers: Record<string, string> }) => {
          status = response.statusCode;
          wait = waitAskedMs(response.headers);
          this.#note(response.headers);
        });
        return api;
      });
      if (status >= 300) throw salesforceErrors["redirect-not-followed"]({ host: this.host, status });
      return answer;
    } catch (error) {
      if (error instanceof RemoteError) throw error;
      const fault = soapFault(error);
      const expired = status === 401 || fault === "INVALID_SESSION_ID";
      if (expired && mayRenew && this.#login.kind !== "access-token") {
        await this.#renew(connection);
        return await this.#once(request, false, owner);
      }
      const secrets = [connection.accessToken ?? ""];
      const described = describeFailure({ host: this.host, status, error, secrets });
      const slow = slowFault(described);
      // A fault of SOAP is an answer, whatever its HTTP status.
      const isPassingStatus = TRANSIENT.has(status) && fault === null;
      if (slow !== null || isPassingStatus || (status === 0 && this.#mayPass(error)))
        throw new TransientError(described, wait, slow, performance.now() - begun);
      throw described;
    }
  }

  #connectionOf(owner: PageOwner | null): jsforce.Connection {
    if (owner !== null && owner !== this.#connection) throw new SessionOver();
    return this.#connection;
  }

  /** Several requests can find the same session expired: the first renews it, the others wait for that. */
  async #renew(expired: jsforce.Connection): Promise<void> {
    if (this.#connection !== expired) return;
    this.#renewal ??= this.logIn().finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  #note(headers: Readonly<Record<string, string>>): void {
    this.#reached = true;
    for (const name of Object.keys(headers))
      if (this.headerNames.size < MOST_HEADER_NAMES) this.headerNames.add(name);
    const usage = /api-usage=(\d{1,9})\/(\d{1,9})\b/.exec(headers["sforce-limit-info"] ?? "");
    if (usage)
      this.apiUsage = { used: Number(usage[1]), limit: Math.min(Number(usage[2]), MOST_CALLS_OF_ORG) };
    this.clockSkewMs = clockSkewMs(headers) ?? this.clockSkewMs;
  }

  /** Nobody wants to wait for an address that is wrong from the start; later a refused connection may pass. */
  #mayPass(error: unknown): boolean {
    const code = networkCode(error);
    return code !== null && isPassing(code) && (this.#reached || code !== "ECONNREFUSED");
  }
}
