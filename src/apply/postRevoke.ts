import { postForm } from "../http/request.ts";
import { retryAfterMs } from "../http/retry.ts";
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
 * (docs/salesforce.md#the-revoke-call).
 */
export async function postRevoke(instanceUrl: string, token: string): Promise<RevokeReply> {
  let response: Awaited<ReturnType<typeof postForm>>;
  try {
    const url = `${instanceUrl}/services/oauth2/revoke`;
    response = await postForm(url, new URLSearchParams({ token }), TIMEOUT_MS);
  } catch (error) {
    const code = networkCode(error);
    if (code === null) throw error;
    return { kind: "no-answer", reason: `no answer to the revoke call (${code})`, status: 0, code: null };
  }
  const { status, body } = response;
  const isPage = /^\s*</.test(body);
  const code = isPage ? null : errorCode(body);
  return { ...said(response, code, isPage), status, code };
}

function said(
  { status, body, retryAfter }: Awaited<ReturnType<typeof postForm>>,
  code: string | null,
  isPage: boolean,
): Said {
  const words = code === null ? (isPage ? " with a web page" : "") : ` ${code}`;
  const reason = `the revoke endpoint answered HTTP ${status}${words}`;
  if (isTooMany(status, body)) return { kind: "busy", reason, waitMs: TOO_MANY_WAIT_MS };
  if (status === 429 || status === 503)
    return { kind: "busy", reason, waitMs: retryAfterMs(retryAfter, Date.now()) };
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
