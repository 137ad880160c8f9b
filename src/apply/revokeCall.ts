import { UserError } from "../errors.ts";
import type { RetryClock } from "../http/retry.ts";
import { EXTERNAL_APPS_LABEL } from "../inventory/permissions.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { faultOf, postRevoke } from "./postRevoke.ts";
import type { Target } from "./target.ts";

/** What one call says; whether the grant is gone is for a new query to tell. */
export interface RevokeAnswer {
  readonly kind: "accepted" | "unknown-token" | "refused" | "no-answer" | "not-made";
  /** Why, for all but the first two; empty for those. Holds no token. */
  readonly reason: string;
  /** There where it says that the call as it is made is not taken, whatever the token. */
  readonly wrongForm?: true;
  /** There where a call was made that may have revoked something, whatever it was answered. */
  readonly mayHaveActed?: true;
}

/** A call, and whether it will be made again. */
export interface Called {
  readonly answer: RevokeAnswer;
  readonly again: boolean;
}

/** A call that was put on record and then not made, since the run was stopped. */
export const NOT_MADE: Called = {
  answer: { kind: "not-made", reason: "the run was stopped" },
  again: false,
};

/** A call whose answer did not come while there was time. */
export const TOO_LATE: Called = {
  answer: { kind: "no-answer", reason: "no answer to the call by the time the run had to end" },
  again: false,
};

/** Is told of each call before it is made, and what it was answered; it keeps what it does with that until the end. */
export interface CallRecorder {
  before(call: {
    readonly through: Target["through"] | "session";
    readonly granted: Target["granted"];
  }): Promise<{ after(answer: RevokeAnswer): void }>;
}

export interface CallOptions {
  readonly recorder: CallRecorder;
  /** Makes a call when it is its turn; NOT_MADE where there is none any more. */
  readonly turn: (call: () => Promise<Called>) => Promise<Called>;
  /** Waits so many milliseconds, and says whether the run goes on. */
  readonly pause: (milliseconds: number) => Promise<boolean>;
  readonly random: RetryClock["random"];
  /** Is told why a call cannot be put on record: then it is not made, nor any after it. */
  readonly failed: (error: unknown) => void;
}

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/**
 * Revokes one target. Answers 429 and 503 are tried again, as asked by Retry-After, else with back-off
 * and full jitter: the call is idempotent. Every attempt is recorded before it is made. Throws nothing: what is known of the
 * attempts before must not be lost to what goes wrong with the next.
 */
export async function revokeTarget(
  connection: OrgConnection,
  target: Target,
  { recorder, turn, pause, random, failed }: CallOptions,
): Promise<RevokeAnswer> {
  if (target.through === "delete-token" && target.token === null)
    return { kind: "refused", reason: "the org hands out no DeleteToken for it" };
  if (target.through === "account-link" && target.path === null)
    return {
      kind: "refused",
      reason: "the org gives the link no id: revoke it in Setup, on the user's page",
    };
  let last = NOT_MADE.answer;
  for (let attempt = 1; ; attempt++) {
    const noted = await recorder.before(target).catch(failed);
    if (noted === undefined) return last;
    let waitMs: number | null | undefined;
    const { answer, again } = await turn(async () => {
      const said =
        target.through === "delete-token"
          ? await postToken(connection.org.instanceUrl, target.token!)
          : await deleteResource(connection, target);
      waitMs = said.waitMs;
      return { answer: said.answer, again: waitMs !== undefined && attempt < ATTEMPTS };
    });
    noted.after(answer);
    last = afterAll(last, answer);
    if (!again) return last;
    const backoff = random() * FIRST_WAIT_MS * 2 ** attempt;
    if (!(await pause(Math.min(waitMs ?? backoff, LONGEST_WAIT_MS)))) return last;
  }
}

/** What the attempts up to this one say. Who answers 503 may have acted all the same: then the next attempt finds no such token. */
function afterAll(before: RevokeAnswer, answer: RevokeAnswer): RevokeAnswer {
  if (answer.kind === "not-made") return before;
  if (answer.kind !== "unknown-token") return { ...answer, mayHaveActed: true };
  return before.mayHaveActed ? { ...answer, reason: before.reason, mayHaveActed: true } : answer;
}

/** `waitMs` is there for an answer that asks to try again: a time, or null for one of our own. */
interface Answer {
  readonly answer: RevokeAnswer;
  readonly waitMs?: number | null;
}

async function postToken(instanceUrl: string, deleteToken: string): Promise<Answer> {
  const reply = await postRevoke(instanceUrl, deleteToken);
  switch (reply.kind) {
    case "accepted":
    case "unknown-token":
      return { answer: { kind: reply.kind, reason: "" } };
    case "busy":
      return { answer: { kind: "refused", reason: reply.reason }, waitMs: reply.waitMs };
    case "wrong-form":
      return { answer: { kind: "refused", reason: reply.reason, wrongForm: true } };
    default:
      return { answer: reply };
  }
}

/** Who may see the usage of external client apps may not revoke there in every org (docs/salesforce.md#usage-of-external-client-apps). */
const ADMIN_MAY = `: revoking there may take the permission ${EXTERNAL_APPS_LABEL}`;

const CALLED = { usage: "the usage resource", "account-link": "the deletion of the link" } as const;

/**
 * `DELETE` of a usage resource (docs/salesforce.md#usage-of-external-client-apps), or of a link to an identity provider
 * (docs/salesforce.md#links-to-identity-providers), 204 the only success.
 */
async function deleteResource(
  connection: OrgConnection,
  { through, path }: Exclude<Target, { through: "delete-token" }>,
): Promise<Answer> {
  try {
    const { status, retryAfterMs: waitMs } = await connection.deleteForRevocation(path!);
    if (status === 204) return { answer: { kind: "accepted", reason: "" } };
    if (status === 404) return { answer: { kind: "unknown-token", reason: "" } };
    const takes = through === "usage" && status === 403 ? ADMIN_MAY : "";
    const reason = `${CALLED[through]} answered HTTP ${status}${takes}`;
    const answer: RevokeAnswer = { kind: "refused", reason };
    return status === 429 || status === 503 ? { answer, waitMs } : { answer };
  } catch (error) {
    const said = error instanceof UserError ? error.message : `no answer to it (${faultOf(error)})`;
    return { answer: { kind: "no-answer", reason: said } };
  }
}
