import { CodedError, type ErrorText, RemoteError } from "../errors.ts";
import type { SlowFault } from "../http/retry.ts";
import { salesforceErrors } from "./errors.ts";
import { loginRefusal } from "./loginRefusals.ts";

/** The org understood the request and refused it. `salesforceCode` is Salesforce's own, such as `INVALID_TYPE`. */
export class ApiError extends RemoteError {
  override name = "ApiError";
  readonly salesforceCode: string;
  readonly status: number;

  constructor(said: ErrorText, salesforceCode: string, status: number) {
    super(said);
    this.salesforceCode = salesforceCode;
    this.status = status;
  }
}

/** What is known of a request that did not bring what was asked for. */
export interface FailedRequest {
  readonly host: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly error: unknown;
  /** Credentials in use: an answer could echo them, and no message may. */
  readonly secrets: readonly string[];
}

const REFUSALS = {
  INVALID_SESSION_ID: "access-token-not-valid",
  INVALID_AUTH_HEADER: "access-token-malformed",
  REQUEST_LIMIT_EXCEEDED: "api-calls-used-up",
  API_DISABLED_FOR_ORG: "api-disabled-for-org",
  API_CURRENTLY_DISABLED: "api-disabled-for-user",
  INSUFFICIENT_ACCESS: "access-insufficient",
} as const;

/** Turns a failed request to the API into one message for the user. Unknown errors come back as they are. */
export function describeFailure({ host, status, error, secrets }: FailedRequest): unknown {
  if (!(error instanceof Error)) return error;
  const network = networkCode(error);
  if (network !== null) return unreachable(host, network);
  if (status === 0) return error;
  const salesforceCode = soapFault(error) ?? (error as { errorCode?: string }).errorCode ?? error.name;
  if (!/^[A-Z][A-Z_]+$/.test(salesforceCode)) return notTheirs("answer-not-salesforce", host, status, error);
  const isAtOnce = salesforceCode === "REQUEST_LIMIT_EXCEEDED" && /concurrent/i.test(error.message);
  const code = isAtOnce ? "requests-at-once-too-many" : (codeIn(salesforceCode) ?? "request-refused");
  const message = withoutTokens(error.message, secrets);
  const said = salesforceErrors[code].says({ host, salesforceCode, status, message });
  return new ApiError(said, salesforceCode, status);
}

/** Salesforce's code of a SOAP fault, as `sf:INVALID_SESSION_ID` has it; null for any other error. */
export function soapFault(error: unknown): string | null {
  const { errorCode } = error as { errorCode?: unknown };
  return typeof errorCode === "string" ? (/^\w+:([A-Z_]+)$/.exec(errorCode)?.[1] ?? null) : null;
}

/** What is known besides of a login that did not succeed. */
export interface FailedLogin extends FailedRequest {
  /** By how much the host's clock is ahead of ours, in milliseconds; null where it does not say, or where that is no matter. */
  readonly clockSkewMs?: number | null;
}

/** Signed logins are good for three minutes: clocks that differ by this are worth a word. */
export const CLOCK_TOLERANCE_MS = 60_000;

/** An error of the login endpoint: `invalid_grant` and its like. */
export function describeLoginFailure({ host, status, error, secrets, clockSkewMs }: FailedLogin): unknown {
  if (!(error instanceof Error)) return error;
  const network = networkCode(error);
  if (network !== null) return unreachable(host, network);
  if (error instanceof RemoteError) return error;
  const oauthError: unknown = error.name; // as the answer has it
  if (status === 429) return salesforceErrors["login-too-often"]({ host, status });
  if (typeof oauthError !== "string" || !/^([a-z_]+|[A-Z][A-Z_]+)$/.test(oauthError))
    return status === 0 ? error : notTheirs("login-answer-not-salesforce", host, status, error);
  const message = withoutTokens(error.message, secrets);
  const code = loginRefusal(oauthError, error.message);
  if (code === "login-too-often") return salesforceErrors[code]({ host, status });
  const mayBeClock = code === "login-assertion-not-valid" || code === "login-not-granted";
  if (mayBeClock && Math.abs(clockSkewMs ?? 0) > CLOCK_TOLERANCE_MS)
    return salesforceErrors["login-clock-off"]({ host, oauthError, message, clock: clockOff(clockSkewMs!) });
  return salesforceErrors[code]({ host, oauthError, message });
}

/** By how much this machine's clock is off: `90 s behind`. */
export function clockOff(skewMs: number): string {
  return `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "behind" : "ahead of"}`;
}

/** An answer that is none of Salesforce's: the edge's, which says so when it turns a client away, or anybody's. */
function notTheirs(
  code: "answer-not-salesforce" | "login-answer-not-salesforce",
  host: string,
  status: number,
  error: Error,
): RemoteError {
  const isEdge = isTurnedAway(status, pageOf(error));
  return salesforceErrors[isEdge ? "turned-away-at-edge" : code]({ host, status });
}

/** The page of an answer that is none of the API's, as jsforce hands it on. */
function pageOf(error: Error): string {
  const { data } = error as { data?: unknown }; // where it puts a page of HTML
  return `${error.message} ${typeof data === "string" ? data : ""}`;
}

/** "Access Declined" or "Access Denied" on a page, in place of the API's JSON (docs/salesforce.md#limits). */
function isTurnedAway(status: number, page: string): boolean {
  return (status === 400 || status === 403) && /access[\s_]+(declined|denied)/i.test(page);
}

/** Whether an answer that is read by its status alone asks for fewer requests at once: as good as HTTP 429. */
export function isTooMany(status: number, body: string): boolean {
  const isAtOnce = status === 403 && body.includes("REQUEST_LIMIT_EXCEEDED") && /concurrent/i.test(body);
  return isAtOnce || (/^\s*</.test(body) && isTurnedAway(status, body));
}

const SLOW_FAULTS: Readonly<Record<string, SlowFault>> = {
  "requests-at-once-too-many": {
    firstWaitMs: 5_000,
    why: "the org takes no more long requests at once; fewer go from now on",
  },
  "turned-away-at-edge": {
    firstWaitMs: 15_000,
    why: "Salesforce's edge turns requests away; fewer go at once from now on",
  },
  "login-too-often": { firstWaitMs: 15_000, why: "the org takes no more logins for now" },
};

/** How a described failure is waited for that takes a while to pass; null for any other. */
export function slowFault(described: unknown): SlowFault | null {
  return described instanceof CodedError ? (SLOW_FAULTS[described.code] ?? null) : null;
}

/** Our code of a code of theirs; null where it has none of its own. */
function codeIn(theirs: string): (typeof REFUSALS)[keyof typeof REFUSALS] | null {
  return Object.hasOwn(REFUSALS, theirs) ? REFUSALS[theirs as keyof typeof REFUSALS] : null;
}

function unreachable(host: string, fault: string): RemoteError {
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO|ERR_TLS|ERR_SSL/.test(fault);
  return salesforceErrors[isCertificate ? "certificate-not-trusted" : "host-not-reachable"]({ host, fault });
}

/** The code of a network fault, from wherever fetch put it; null where it is no such fault. */
export function networkCode(error: unknown): string | null {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const { code, errors } = e as { code?: unknown; errors?: unknown[] };
    if (typeof code === "string" && NETWORK_CODE.test(code)) return code;
    if (e.name === "TimeoutError") return "TIMEOUT";
    const inner = Array.isArray(errors) ? networkCode(errors[0]) : null;
    if (inner !== null) return inner;
  }
  const fetchSays = error instanceof TypeError && ["fetch failed", "terminated"].includes(error.message);
  return fetchSays ? error.message : null;
}

const NETWORK_CODE =
  /^(E[A-Z_]+|UND_ERR_\w+|HPE_\w+|\w*CERT\w*|UNABLE_TO_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|ERR_(TLS|SSL)\w*)$/;

/** Whether the fault may pass by itself. A wrong name or certificate will not. */
export function isPassing(code: string): boolean {
  return !/CERT|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO|ERR_TLS|ERR_SSL|ENOTFOUND|EPROTO/.test(code);
}

/** Text of the org's to end a sentence with, with the credentials in use taken out. */
function withoutTokens(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "[secret]");
  return clean.slice(0, 500).replace(/\.$/, "");
}
