import pLimit from "p-limit";
import pThrottle from "p-throttle";
import { UserError } from "../errors.ts";
import { REAL_CLOCK, type RetryClock } from "../http/retry.ts";
import { AppRegister } from "../inventory/appRegister.ts";
import type { App } from "../inventory/inventory.ts";
import type { Outcome } from "../plan/outcome.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { Breaker } from "./breaker.ts";
import { applyErrors } from "./errors.ts";
import { readLiveGrants } from "./liveGrants.ts";
import { type SessionsReport, settleSessions } from "./liveSessions.ts";
import { AuditRecorder, type AuditWriter } from "./recorder.ts";
import { NOT_MADE, type RevokeAnswer, revokeTarget } from "./revokeCall.ts";
import type { LiveGrants } from "./target.ts";

/** How far a run is, in planned revocations. */
export interface ApplyProgress {
  readonly done: number;
  readonly total: number;
}

export interface ApplyOptions {
  /** The apps of the inventory that was planned from: a row's app is found as it was found then. */
  readonly apps: readonly App[];
  readonly onProgress: (progress: ApplyProgress) => void;
  readonly audit: AuditWriter;
  readonly clock?: RetryClock;
  /** Calls at once; the endpoint's rate limit is not documented, so that it is few by default. */
  readonly concurrency?: number;
  /** Calls a second, at most. */
  readonly perSecond?: number;
  /** What happens to live sessions that revoked users have through the app: listed, or ended too. */
  readonly sessions?: "report" | "end";
  /** Failures in a row after which nothing more is tried. */
  readonly breakAfter?: number;
}

export interface Applied {
  /** One for each planned revocation, in their order. */
  readonly outcomes: readonly Outcome[];
  readonly sessions: SessionsReport;
}

/** Tokens of so many users are read at once, just before they are used. */
const USERS_PER_BATCH = 50;

/**
 * Revokes what was planned, and nothing else, and reads the org again to see that it is gone. One
 * outcome for each planned revocation, in their order; one failure does not stop the others, a burst of
 * them does. Throws only where nothing was called yet, or for a plan that names the tool's own user.
 */
export async function apply(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
  {
    apps,
    onProgress,
    audit,
    clock = REAL_CLOCK,
    concurrency = 4,
    perSecond = 250,
    breakAfter = 10,
    sessions = "report",
  }: ApplyOptions,
): Promise<Applied> {
  for (const { user } of revocations) {
    if (user.id === connection.caller.userId)
      throw applyErrors["plan-names-own-user"]({ user: connection.caller.username });
  }
  const register = new AppRegister(apps);
  const recorder = new AuditRecorder(audit);
  const breaker = new Breaker(breakAfter);
  // The next calls are put on record while these are under way, so that no call waits for the disk.
  const announced = pLimit(2 * concurrency);
  const calling = pLimit(concurrency);
  const paced = pThrottle({ limit: perSecond, interval: 1_000 })(async () => {});
  const attempts = new Map<PlannedRevocation, Attempt>();
  const tasks: Promise<void>[] = [];
  let done = 0;

  for (const batch of batches(revocations)) {
    await tasks.at(-3 * concurrency); // the next tokens are read while the last calls of these are under way
    if (breaker.reason !== null) break;
    let live: Map<PlannedRevocation, LiveGrants>;
    try {
      live = await readLiveGrants(connection, register, batch, true);
    } catch (error) {
      if (tasks.length === 0) throw error; // nothing was called
      breaker.stop(messageOf(error));
      break;
    }
    for (const revocation of batch) {
      const task = announced(async () => {
        const found = live.get(revocation)!;
        live.delete(revocation); // its tokens are kept for no longer than its calls
        attempts.set(revocation, await attempt(revocation, found));
        onProgress({ done: ++done, total: revocations.length });
      });
      task.catch(() => undefined); // awaited below, when it may have failed long ago
      tasks.push(task);
    }
  }
  await Promise.all(tasks);
  const tried = revocations.filter((revocation) => {
    const of = attempts.get(revocation);
    return of !== undefined && !("refused" in of) && !("notTried" in of);
  });
  const after = await verify(connection, register, tried);
  const outcomes = revocations.map((revocation) =>
    outcome(revocation, attempts.get(revocation) ?? { notTried: breaker.reason ?? "" }, after),
  );
  await recorder.outcomes(outcomes);
  const revoked = outcomes.filter(({ status }) => status === "revoked").map(({ revocation: one }) => one);
  return { outcomes, sessions: await settleSessions(connection, revoked, sessions === "end", recorder) };

  async function attempt(revocation: PlannedRevocation, live: LiveGrants): Promise<Attempt> {
    if (live.kind === "refused") return { refused: live.reason };
    const answers: RevokeAnswer[] = [];
    for (const target of live.targets) {
      if (breaker.reason !== null) break;
      try {
        const answer = await revokeTarget(connection, target, {
          recorder: recorder.callsOf(revocation),
          turn: (call) =>
            calling(async () => {
              await paced();
              if (breaker.reason !== null) return NOT_MADE;
              const called = await call();
              if (!called.again) breaker.heard(called.answer);
              return called;
            }),
          clock,
        });
        if (answer.kind === "not-made") break;
        answers.push(answer);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        breaker.stop(error.message); // the record cannot be written, so that the call was not made
      }
    }
    return answers.length === 0 && live.targets.length > 0 ? { notTried: breaker.reason ?? "" } : { answers };
  }
}

type Attempt =
  | { readonly refused: string }
  | { readonly notTried: string }
  | { readonly answers: readonly RevokeAnswer[] };

/** Consecutive parts of the plan, each of so many users at most. */
function batches(revocations: readonly PlannedRevocation[]): PlannedRevocation[][] {
  const parts: PlannedRevocation[][] = [];
  let users = new Set<string>();
  for (const revocation of revocations) {
    if (parts.length === 0 || (users.size === USERS_PER_BATCH && !users.has(revocation.user.id))) {
      parts.push([]);
      users = new Set();
    }
    users.add(revocation.user.id);
    parts.at(-1)!.push(revocation);
  }
  return parts;
}

type Verification = { readonly live: Map<PlannedRevocation, LiveGrants> } | { readonly unreadable: string };

async function verify(
  connection: OrgConnection,
  register: AppRegister,
  revocations: readonly PlannedRevocation[],
): Promise<Verification> {
  try {
    return { live: await readLiveGrants(connection, register, revocations, false) };
  } catch (error) {
    // Calls were made: what is known of them must not be lost to an exception.
    return { unreadable: messageOf(error) };
  }
}

/** A 200 is believed only once the org no longer lists the grant; so is "no such token". */
function outcome(revocation: PlannedRevocation, attempt: Attempt, after: Verification): Outcome {
  if ("refused" in attempt) return { revocation, status: "failed", reason: attempt.refused };
  if ("notTried" in attempt) return { revocation, status: "not tried", reason: attempt.notTried };
  const { answers } = attempt;
  const said = answers.flatMap(({ reason }) => (reason === "" ? [] : [reason]));
  if ("unreadable" in after) {
    const calls = said.length > 0 ? `${said.join("; ")}; ` : "";
    return {
      revocation,
      status: "unknown",
      reason: `${calls}the org could not be read again: ${after.unreadable}`,
    };
  }
  const live = after.live.get(revocation);
  if (live?.kind === "matched" && live.targets.length === 0) {
    const acted = answers.some(({ kind }) => kind === "accepted" || kind === "no-answer");
    return { revocation, status: acted ? "revoked" : "already gone", reason: "" };
  }
  const reason = said.length > 0 ? said.join("; ") : "the org still lists the grant after the call";
  return { revocation, status: "failed", reason };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
