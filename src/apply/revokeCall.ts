import { UserError } from "../errors.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { orgFetch } from "../salesforce/orgFetch.ts";
import { type RetryClock, retryAfterMs } from "../salesforce/retry.ts";
import type { Target } from "./target.ts";

/** What one call says; whether the grant is gone is for a new query to tell. */
export interface RevokeAnswer {
  readonly kind: "accepted" | "unknown-token" | "refused" | "no-answer";
  /** Why, for `refused` and `no-answer`; empty otherwise. Holds no token. */
  readonly reason: string;
}

/** Is told of each call before it is made, and what it was answered. */
export interface CallRecorder {
  before(call: {
    readonly through: Target["through"] | "session";
    readonly granted: Target["granted"];
  }): Promise<{ after(answer: RevokeAnswer): Promise<void> }>;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/**
 * Revokes one target. Answers 429 and 503 are tried again, as asked by Retry-After, else with back-off
 * and full jitter: the call is idempotent. Every attempt is recorded before it is made.
 * @throws what the recorder throws before a call: then that call was not made
 */
export async function revokeTarget(
  connection: OrgConnection,
  target: Target,
  recorder: CallRecorder,
  { sleep, random }: RetryClock,
): Promise<RevokeAnswer> {
  if (target.through === "delete-token" && target.token === null)
    return { kind: "refused", reason: "the org hands out no DeleteToken for it" };
  for (let attempt = 1; ; attempt++) {
    const { after } = await recorder.before(target);
    const { answer, waitMs } =
      target.through === "usage"
        ? await deleteUsage(connection, target.path)
        : await postRevoke(connection.org.instanceUrl, target.token!);
    await after(answer);
    if (waitMs === undefined || attempt === ATTEMPTS) return answer;
    const backoff = random() * FIRST_WAIT_MS * 2 ** attempt;
    await sleep(Math.min(waitMs ?? backoff, LONGEST_WAIT_MS));
  }
}

/** `waitMs` is there for an answer that asks to try again: a time, or null for one of our own. */
interface Answer {
  readonly answer: RevokeAnswer;
  readonly waitMs?: number | null;
}

/**
 * `POST {instanceUrl}/services/oauth2/revoke` with the row's DeleteToken as a form, 200 the only success
 * (salesforce-facts 2.1). The token is in no message.
 */
async function postRevoke(instanceUrl: string, deleteToken: string): Promise<Answer> {
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
    return { answer: { kind: "no-answer", reason: `no answer to the revoke call (${networkCause(error)})` } };
  }
  if (response.status === 200) return { answer: { kind: "accepted", reason: "" } };
  const code = errorCode(body);
  if (response.status === 400 && code === "invalid_token")
    return { answer: { kind: "unknown-token", reason: "" } };
  const answer: RevokeAnswer = {
    kind: "refused",
    reason: `the revoke endpoint answered HTTP ${response.status}${code ? ` ${code}` : ""}`,
  };
  return response.status === 429 || response.status === 503
    ? { answer, waitMs: retryAfterMs(response.headers.get("retry-after") ?? undefined, Date.now()) }
    : { answer };
}

/** `DELETE` of a usage resource, 204 the only success (salesforce-facts 2.3). */
async function deleteUsage(connection: OrgConnection, path: string): Promise<Answer> {
  try {
    const { status, retryAfterMs: waitMs } = await connection.deleteForRevocation(path);
    if (status === 204) return { answer: { kind: "accepted", reason: "" } };
    if (status === 404) return { answer: { kind: "unknown-token", reason: "" } };
    const answer: RevokeAnswer = { kind: "refused", reason: `the usage resource answered HTTP ${status}` };
    return status === 429 || status === 503 ? { answer, waitMs } : { answer };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { answer: { kind: "no-answer", reason: error.message } };
  }
}

/** The OAuth error code of a form-encoded or JSON body; only known-shaped words, never the body itself. */
function errorCode(body: string): string | null {
  const code =
    /(?:^|&)error=([a-z_]{3,40})(?:&|$)/.exec(body)?.[1] ?? /"error"\s*:\s*"([a-z_]{3,40})"/.exec(body)?.[1];
  return code ?? null;
}

function networkCause(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  const cause = error.cause as { code?: string } | undefined;
  if (cause?.code) return cause.code;
  if (error.name === "TimeoutError") return `nothing for ${TIMEOUT_MS / 1000} s`;
  if (error instanceof TypeError) return error.message;
  throw error;
}
