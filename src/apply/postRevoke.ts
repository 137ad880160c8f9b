import { type FormAnswer, postForm } from "../http/request.ts";
import { isTooMany, networkCode } from "../salesforce/failure.ts";

/** What the revoke endpoint says to a token, as far as it says anything. `reason` holds no token and no part of a body. */
export type RevokeReply = Said & {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The endpoint's own error code, a word in lower case. */
  readonly code: string | null;
};

type Said =
  | { readonly kind: "accepted" | "unknown-token" }
  /** Says that the call as it is made is not taken: the next one would fare no better. */
  | { readonly kind: "wrong-form"; readonly reason: string }
  /** Asks to come again, after so many milliseconds; null where it does not say when. */
  | { readonly kind: "busy"; readonly reason: string; readonly waitMs: number | null }
  | { readonly kind: "refused" | "no-answer"; readonly reason: string };

const TIMEOUT_MS = 30_000;
/** Where the org, or the edge in front of it, turns bursts away without a word on when to come again (docs/salesforce.md#the-revoke-call). */
const TOO_MANY_WAIT_MS = 10_000;

/**
 * `POST {instanceUrl}/services/oauth2/revoke` with a token as a form, 200 the only success
 * (docs/salesforce.md#the-revoke-call). Throws nothing: an answer that is none is one, too.
 */
export async function postRevoke(instanceUrl: string, token: string): Promise<RevokeReply> {
  let response: FormAnswer;
  try {
    const url = `${instanceUrl}/services/oauth2/revoke`;
    response = await postForm(url, new URLSearchParams({ token }), TIMEOUT_MS);
  } catch (error) {
    const reason = `no answer to the revoke call (${faultOf(error)})`;
    return { kind: "no-answer", reason, status: 0, code: null };
  }
  const { status, body } = response;
  const isPage = /^\s*</.test(body);
  const code = isPage ? null : errorCode(body);
  return { ...said(response, code, isPage), status, code };
}

/**
 * What became of a call that has no answer: the code of the fault, or what it is called. Whatever a call throws says no
 * more than that: what was sent may have been carried out. Its message is not shown, it may hold what was sent.
 */
export function faultOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return networkCode(error) ?? (/^\w{1,40}$/.test(name) ? name : "a fault without a name");
}

function said({ status, body, waitMs }: FormAnswer, code: string | null, isPage: boolean): Said {
  const words = code === null ? (isPage ? " with a web page" : "") : ` ${code}`;
  const reason = `the revoke endpoint answered HTTP ${status}${words}`;
  if (isTooMany(status, body)) return { kind: "busy", reason, waitMs: TOO_MANY_WAIT_MS };
  if (status === 429 || status === 503) return { kind: "busy", reason, waitMs };
  if (isOfAnotherForm(status, code, isPage)) return { kind: "wrong-form", reason };
  if (status === 200) return { kind: "accepted" };
  if (status === 400 && code === "invalid_token") return { kind: "unknown-token" };
  return { kind: "refused", reason };
}

/** Whether an answer says that address, method or body are not as the endpoint takes them, whatever the token. */
function isOfAnotherForm(status: number, code: string | null, isPage: boolean): boolean {
  if (code === "unsupported_token_type" || code === "invalid_request") return true;
  if (isPage && status < 500) return true;
  return (status >= 300 && status < 400) || [404, 405, 415].includes(status);
}

/** The OAuth error code of a form-encoded or JSON body; only known-shaped words, never the body itself. */
function errorCode(body: string): string | null {
  const code =
    /(?:^|&)error=([a-z_]{3,40})(?:&|$)/.exec(body)?.[1] ?? /"error"\s*:\s*"([a-z_]{3,40})"/.exec(body)?.[1];
  return code ?? null;
}
