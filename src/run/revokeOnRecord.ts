import { type Applied, apply } from "../apply/apply.ts";
import type { ApplyProgress } from "../apply/attempts.ts";
import { NO_SESSIONS, type SessionsReport } from "../apply/liveSessions.ts";
import { ciRun } from "../audit/ciRun.ts";
import type { RunApproval } from "../audit/line.ts";
import { AuditTrail } from "../audit/trail.ts";
import { REAL_CLOCK, type RetryClock } from "../http/retry.ts";
import type { App } from "../inventory/inventory.ts";
import { digestOf } from "../plan/digest.ts";
import { countOutcomes, type Outcome } from "../plan/outcome.ts";
import { type PlannedRevocation, revocationMap } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { Stop } from "../stop.ts";

/** What goes on record of the revocations, and how they are made. */
export interface RecordOptions {
  readonly apps: readonly App[];
  readonly policy: { readonly file: string; readonly digest: string };
  /** Why, where somebody had to say so. */
  readonly reason: string | null;
  readonly raisedLimits: Readonly<Record<string, number>> | null;
  readonly approval: RunApproval | null;
  readonly auditFile: string;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly sessions: "report" | "end";
  readonly env: NodeJS.ProcessEnv;
  /** Asks the run to stop between two calls. */
  readonly stop: Stop;
  readonly clock?: RetryClock;
  readonly onProgress: (progress: ApplyProgress) => void;
}

export interface Recorded {
  readonly outcomes: readonly Outcome[];
  readonly sessions: SessionsReport;
  /** Why nothing more was tried; null where all was. */
  readonly stopped: string | null;
  /** Where it is on record, and the hash that the record ends with. */
  readonly audit: { readonly file: string; readonly head: string };
}

/** Revokes what was planned, on record from before the first call to the last outcome. Errors as `apply`. */
export async function revokeOnRecord(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
  {
    apps,
    policy,
    reason,
    raisedLimits,
    approval,
    auditFile,
    concurrency,
    perSecond,
    sessions,
    env,
    onProgress,
    stop,
    clock = REAL_CLOCK,
  }: RecordOptions,
): Promise<Recorded> {
  const audit = await AuditTrail.open(auditFile);
  const { org, caller } = connection;
  let applied: Applied = { outcomes: [], sessions: NO_SESSIONS, stopped: "the run failed" };
  try {
    await audit.append({
      event: "run-start",
      org: { id: org.id, name: org.name },
      actor: { userId: caller.userId, username: caller.username, ci: ciRun(env) },
      policy,
      plan: digestOf(revocationMap({ revocations })),
      revocations: revocations.reduce((sum, { grants }) => sum + grants.length, 0),
      reason,
      raisedLimits,
      approval,
    });
    applied = await apply(connection, revocations, {
      apps,
      onProgress,
      audit,
      concurrency,
      perSecond,
      sessions,
      stop,
      clock,
    });
  } finally {
    // A record that can no longer be written has said so already.
    await audit
      .append({ event: "run-end", outcomes: countOutcomes(applied.outcomes), stopped: applied.stopped })
      .catch(() => undefined);
    await audit.close();
  }
  return { ...applied, audit: { file: auditFile, head: audit.head } };
}
