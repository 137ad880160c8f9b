import { UserError } from "../errors.ts";
import { printable } from "../printable.ts";

/** The org understood the request and refused it. `code` is Salesforce's, such as `INVALID_TYPE`. */
export class ApiError extends UserError {
  override name = "ApiError";
  readonly code: string;
  readonly status: number;

  constructor(message: string, code: string, status: number) {
    super(message);
    this.code = code;
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

const REMEDIES: Record<string, string> = {
  INVALID_SESSION_ID:
    "The access token has expired or is not of this org: get a new one. If it is new, the org's API Access Control may keep the app out: let an admin approve it.",
  INVALID_AUTH_HEADER: "The access token is malformed: get a new one.",
  REQUEST_LIMIT_EXCEEDED: "The org's API calls of the last 24 hours are used up: try again later.",
  API_DISABLED_FOR_ORG: "The org's edition has no API, or it is switched off: ask Salesforce to enable it.",
  API_CURRENTLY_DISABLED: "The API is switched off for this user: grant them API Enabled.",
  INSUFFICIENT_ACCESS: "Grant the user API Enabled, Customize Application and Manage Users.",
};

/** Turns a failed request to the API into one message for the user. Unknown errors come back as they are. */
export function describeFailure({ host, status, error, secrets }: FailedRequest): unknown {
  if (!(error instanceof Error)) return error;
  const network = networkCode(error);
  if (network !== null) return unreachable(host, network);
  if (status === 0) return error;
  const code = soapFault(error) ?? (error as { errorCode?: string }).errorCode ?? error.name;
  if (!/^[A-Z][A-Z_]+$/.test(code))
    return new UserError(
      `${host} answered HTTP ${status} with something that is not the Salesforce API's: check the address, or try again after a maintenance.`,
    );
  const remedy = REMEDIES[code];
  return new ApiError(
    `${host} refused (${code}, HTTP ${status}): ${withoutTokens(error.message, secrets)}${remedy ? ` ${remedy}` : ""}`,
    code,
    status,
  );
}

/** Salesforce's code of a SOAP fault, as `sf:INVALID_SESSION_ID` has it; null for any other error. */
export function soapFault(error: unknown): string | null {
  const { errorCode } = error as { errorCode?: unknown };
  return typeof errorCode === "string" ? (/^\w+:([A-Z_]+)$/.exec(errorCode)?.[1] ?? null) : null;
}

const LOGIN_REMEDIES: Record<string, string> = {
  invalid_grant:
    "Check that the user exists and is active there, that an admin has approved the app for them, and that the login URL is a sandbox's for a sandbox.",
  invalid_client_id: "Check the client id: it is the consumer key of the app.",
  invalid_client: "Check the client id and the secret.",
  invalid_app_access: "Let an admin give the user access to the app.",
  inactive_user: "Activate the user, or use another.",
  inactive_org: "The org is locked or deleted.",
  unsupported_grant_type: "Enable this flow in the app's settings, and use the org's My Domain as login URL.",
};

/** An error of the login endpoint: `invalid_grant` and its like. */
export function describeLoginFailure({ host, status, error, secrets }: FailedRequest): unknown {
  if (!(error instanceof Error)) return error;
  const network = networkCode(error);
  if (network !== null) return unreachable(host, network);
  if (/^[a-z_]+$/.test(error.name)) {
    const remedy =
      LOGIN_REMEDIES[error.name] ?? "Check the client id, the user and the key or secret of the login.";
    return new UserError(
      `${host} refused the login (${error.name}: ${withoutTokens(error.message, secrets)}). ${remedy}`,
    );
  }
  if (status !== 0)
    return new UserError(
      `${host} answered the login with HTTP ${status} and nothing that is Salesforce's: check the login URL, or try again after a maintenance.`,
    );
  return error;
}

function unreachable(host: string, code: string): UserError {
  const what = /CERT|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO|ERR_TLS|ERR_SSL/.test(code)
    ? "its certificate is not trusted here: check the address, and name a private authority's certificate in NODE_EXTRA_CA_CERTS"
    : "check the address, the network and any proxy";
  return new UserError(`No answer from ${host} (${code}): ${what}.`);
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

/** Text of the org's with anything that could be a credential taken out, and made safe to show. */
export function withoutTokens(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "[secret]");
  // A session id looks like 00D…!…
  clean = clean.replace(/00D[A-Za-z0-9]{9,15}(!|%21)[\w.%-]+/g, "[token]");
  return printable(clean.slice(0, 500));
}
