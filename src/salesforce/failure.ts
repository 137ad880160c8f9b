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

/** What is known of a request that did not bring an answer of the API's. */
export interface FailedRequest {
  readonly host: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly error: unknown;
}

const REMEDIES: Record<string, string> = {
  INVALID_SESSION_ID: "The access token has expired or is not of this org: get a new one.",
  REQUEST_LIMIT_EXCEEDED: "The org's API calls of the last 24 hours are used up: try again later.",
  API_DISABLED_FOR_ORG: "The org's edition has no API: it must be enabled by Salesforce.",
  API_CURRENTLY_DISABLED: "The API is disabled for this user: grant them API Enabled.",
  INSUFFICIENT_ACCESS: "Grant the user API Enabled, Customize Application and Manage Users.",
};

/** Turns a failed request into one message for the user. Unknown errors come back as they are. */
export function describeFailure({ host, status, error }: FailedRequest): unknown {
  if (!(error instanceof Error)) return error;
  const network = networkCode(error);
  if (network !== null)
    return new UserError(
      `No answer from ${host} (${network}): check the address, the network and any proxy.`,
    );
  const code = (error as { errorCode?: string }).errorCode ?? error.name;
  if (status === 0) return error;
  if (!/^[A-Z][A-Z_]+$/.test(code))
    return new UserError(
      `${host} answered HTTP ${status} with something that is not the Salesforce API's: check the address, or try again after a maintenance.`,
    );
  const remedy = REMEDIES[code];
  return new ApiError(
    `${host} refused (${code}, HTTP ${status}): ${withoutTokens(error.message)}${remedy ? ` ${remedy}` : ""}`,
    code,
    status,
  );
}

/** An error of the login endpoint: `invalid_grant` and its like. */
export function describeLoginFailure(host: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const network = networkCode(error);
  if (network !== null)
    return new UserError(
      `No answer from ${host} (${network}): check the login URL, the network and any proxy.`,
    );
  if (/^[a-z_]+$/.test(error.name) || error.name.startsWith("ERROR_HTTP_"))
    return new UserError(
      `${host} refused the login (${error.name}: ${withoutTokens(error.message)}): check the client id, the user and the key or secret, ` +
        "and that the user may use the app without asking.",
    );
  return error;
}

/** The code of a network fault, from wherever fetch put it; null where it is no such fault. */
export function networkCode(error: unknown): string | null {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const { code } = e as { code?: unknown };
    if (
      typeof code === "string" &&
      /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+|\w*CERT\w*|UNABLE_TO_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|ERR_(TLS|SSL)\w+)$/.test(
        code,
      )
    )
      return code;
    if (e.name === "TimeoutError") return "TIMEOUT";
  }
  return error instanceof TypeError && error.message === "fetch failed" ? "fetch failed" : null;
}

/** A session id looks like `00D…!…`; an answer could echo it. */
function withoutTokens(text: string): string {
  return printable(text.replace(/00D[A-Za-z0-9]{9,15}![\w.]+/g, "[token]").slice(0, 500));
}
