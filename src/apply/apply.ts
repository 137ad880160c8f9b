import { REAL_CLOCK, type RetryClock } from "../http/retry.ts";
import { AppRegister } from "../inventory/appRegister.ts";
import type { App } from "../inventory/inventory.ts";
import type { Outcome } from "../plan/outcome.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { Stop } from "../stop.ts";
import { type ApplyProgress, Attempts } from "./attempts.ts";
import { Breaker } from "./breaker.ts";
import { applyErrors } from "./errors.ts";
import { isOfLinks } from "./liveLinks.ts";
import { type SessionsReport, settleSessions } from "./liveSessions.ts";
import { outcomeOf, type ReadAgain, readAgain } from "./readAgain.ts";
import { AuditRecorder, type AuditWriter } from "./recorder.ts";

export interface ApplyOptions {
  /** The apps of the inventory that was planned from: a row's app is found as it was found then. */
  readonly apps: readonly App[];
  readonly onProgress: (progress: ApplyProgress) => void;
  readonly audit: AuditWriter;
  /** Asks the run to stop between two calls. */
  readonly stop?: Stop;
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
  /** Why nothing more was tried; null where all was. */
  readonly stopped: string | null;
}

/**
 * Revokes what was planned, and nothing else, and reads the org again to see that it is gone. One
 * outcome for each planned revocation, in their order; one failure does not stop the others, a burst of
 * them does. Throws only where nothing was called yet, for a plan that names the tool's own user, and, once what is known is on
 * record, for a fault of our own.
 */
export async function apply(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
  {
    apps,
    onProgress,
    audit,
    stop = new Stop(),
    clock = REAL_CLOCK,
    concurrency = 4,
    perSecond = 10,
    breakAfter = 10,
    sessions = "report",
  }: ApplyOptions,
): Promise<Applied> {
  refuseOwnUser(connection, revocations);
  const register = new AppRegister(apps);
  const breaker = new Breaker(breakAfter);
  stop.asked.onceHappened(() => breaker.stop(stop.reason!));
  const recorder = new AuditRecorder(audit, (reason) => breaker.stop(reason));
  const pace = { concurrency, perSecond, clock };
  const attempts = new Attempts(connection, { register, recorder, breaker, stop, ...pace, onProgress });
  await attempts.make(revocations);
  const whole = { done: revocations.length, total: revocations.length };
  onProgress({ step: "again", ...whole });
  const after = await stop.due.before(
    readAgain(connection, register, attempts.called()),
    (): ReadAgain => ({ unreadable: "the run had to end before it answered" }),
  );
  const outcomes = revocations.map((revocation) => outcomeOf(revocation, attempts.of(revocation), after));
  await recorder.outcomes(outcomes);
  if (attempts.fault !== null) throw attempts.fault.error;
  const revoked = outcomes
    .filter(({ status, revocation: one }) => status === "revoked" && !isOfLinks(one))
    .map(({ revocation: one }) => one);
  onProgress({ step: "sessions", ...whole });
  const settling = { end: sessions === "end", recorder, register, stop };
  return {
    outcomes,
    sessions: await settleSessions(connection, revoked, settling),
    stopped: breaker.reason,
  };
}

function refuseOwnUser({ caller }: OrgConnection, revocations: readonly PlannedRevocation[]): void {
  if (revocations.some(({ user }) => user.id === caller.userId))
    throw applyErrors["plan-names-own-user"]({ user: caller.username });
}
