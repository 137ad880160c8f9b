import { type Applied, type ApplyOptions, apply } from "../apply/apply.ts";
import type { ApplyProgress } from "../apply/attempts.ts";
import type { SessionsReport } from "../apply/liveSessions.ts";
import { ciRun } from "../audit/ciRun.ts";
import type { KnownHead, RunApproval, RunStack } from "../audit/line.ts";
import { AuditTrail } from "../audit/trail.ts";
import { CodedError } from "../errors.ts";
import { REAL_CLOCK, type RetryClock } from "../http/retry.ts";
import type { App } from "../inventory/inventory.ts";
import { digestOf } from "../plan/digest.ts";
import { countOutcomes, type Outcome } from "../plan/outcome.ts";
import { countGrantsOf, type PlannedRevocation, revocationMap } from "../plan/plan.ts";
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
  /** The head that the run before is known to have ended with, from outside of the record; null where none is known. */
  readonly previousHead?: string | null;
  /** The resource of a Pulumi stack that is updated; null for none. */
  readonly stack?: RunStack | null;
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
  /** Why not all of it was tried; null where it was. */
  readonly stopped: string | null;
  readonly audit: RecordedIn;
}

/** Where a run is on record. */
export interface RecordedIn {
  readonly file: string;
  /** The hash that the record ends with. */
  readonly head: string;
  /** Why not all of the run is on record; null where it is. */
  readonly missing: string | null;
  /** Where in the record the head is that the run before is known to have ended with; null where none is known. */
  readonly before: KnownHead | null;
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
    previousHead = null,
    stack = null,
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
  try {
    const { org, caller } = connection;
    const before = previousHead === null ? null : await audit.find(previousHead);
    await audit.append({
      event: "run-start",
      org: { id: org.id, name: org.name, instanceUrl: org.instanceUrl },
      actor: { userId: caller.userId, username: caller.username, ci: ciRun(env) },
      policy,
      plan: digestOf(revocationMap({ revocations })),
      revocations: countGrantsOf(revocations),
      reason,
      raisedLimits,
      approval,
      before,
      stack,
    });
    const applied = await applyWithEnd(connection, revocations, {
      apps,
      onProgress,
      audit,
      concurrency,
      perSecond,
      sessions,
      stop,
      clock,
    });
    return { ...applied, audit: { file: auditFile, head: audit.head, missing: audit.missing, before } };
  } finally {
    await audit.close();
  }
}

/** Applies, and puts on record how it ended, be it that it failed. A record that can no longer be written has said so already. */
async function applyWithEnd(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
  options: ApplyOptions & { readonly audit: AuditTrail },
): Promise<Applied> {
  const end = (outcomes: readonly Outcome[], stopped: string | null) =>
    options.audit
      .append({ event: "run-end", outcomes: countOutcomes(outcomes), stopped })
      .catch(() => undefined);
  try {
    const applied = await apply(connection, revocations, options);
    await end(applied.outcomes, applied.stopped);
    return applied;
  } catch (error) {
    await end([], error instanceof CodedError ? error.message : "the run failed");
    throw error;
  }
}
