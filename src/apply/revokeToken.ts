import { setTimeout as sleep } from "node:timers/promises";
import { orgFetch } from "../salesforce/orgFetch.ts";

/** What one call to the revoke endpoint says; whether the grant is gone is for a new query to tell. */
export type RevokeAnswer =
  | { readonly kind: "accepted" }
  | { readonly kind: "unknown-token" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "no-answer"; readonly reason: string };

const ATTEMPTS = 4;
const TIMEOUT_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Revokes one grant: `POST {instanceUrl}/services/oauth2/revoke` with the row's DeleteToken as a form,
 * 200 the only success (salesforce-facts 2.1). A redirect is not followed. Answers 429 and 503 are tried again, as asked by Retry-After:
 * the call is idempotent. The token is in no message.
 */
export async function revokeToken(instanceUrl: string, deleteToken: string): Promise<RevokeAnswer> {
  for (let attempt = 1; ; attempt++) {
    let response: Awaited<ReturnType<typeof orgFetch>>;
    let body: string;
    try {
      response = await orgFetch(`${instanceUrl}/services/oauth2/revoke`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ token: deleteToken }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      body = await response.text();
    } catch (error) {
      return { kind: "no-answer", reason: `no answer to the revoke call (${networkCause(error)})` };
    }
    if (response.status === 200) return { kind: "accepted" };
    const tryAgain = response.status === 429 || response.status === 503;
    if (tryAgain && attempt < ATTEMPTS) {
      await sleep(retryDelay(response.headers.get("retry-after"), attempt));
      continue;
    }
    const code = errorCode(body);
    if (response.status === 400 && code === "invalid_token") return { kind: "unknown-token" };
    return {
      kind: "refused",
      reason: `the revoke endpoint answered HTTP ${response.status}${code ? ` ${code}` : ""}`,
    };
  }
}

/** The OAuth error code of a form-encoded or JSON body; only known-shaped words, never the body itself. */
function errorCode(body: string): string | null {
  const code =
    /(?:^|&)error=([a-z_]{3,40})(?:&|$)/.exec(body)?.[1] ?? /"error"\s*:\s*"([a-z_]{3,40})"/.exec(body)?.[1];
  return code ?? null;
}

function retryDelay(retryAfter: string | null, attempt: number): number {
  const seconds = Number(retryAfter);
  const asked = retryAfter !== null && Number.isFinite(seconds) ? seconds * 1000 : 250 * 2 ** attempt;
  return Math.min(asked, LONGEST_WAIT_MS);
}

function networkCause(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  const cause = error.cause as { code?: string } | undefined;
  if (cause?.code) return cause.code;
  if (error.name === "TimeoutError") return `nothing for ${TIMEOUT_MS / 1000} s`;
  if (error instanceof TypeError) return error.message;
  throw error;
}
