import path from "node:path";
import { ciRun } from "../audit/actor.ts";
import { AuditTrail } from "../audit/trail.ts";
import type { App } from "../inventory/inventory.ts";
import { digestOf } from "../plan/digest.ts";
import { countOutcomes, type Outcome } from "../plan/outcome.ts";
import { type PlannedRevocation, revocationMap } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { type ApplyProgress, apply } from "./apply.ts";

/** What goes on record of a run, and how it is made. */
export interface RunOptions {
  readonly apps: readonly App[];
  readonly policy: { readonly file: string; readonly digest: string } | null;
  /** Why, where somebody had to say so. */
  readonly reason: string | null;
  readonly raisedLimits: Readonly<Record<string, number>> | null;
  readonly auditFile: string;
  readonly concurrency: number;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (progress: ApplyProgress) => void;
}

export interface Run {
  readonly outcomes: readonly Outcome[];
  /** Where it is on record, and the hash that the record ends with. */
  readonly audit: { readonly file: string; readonly head: string };
}

/** Revokes what was planned, on record from before the first call to the last outcome. Errors as `apply`. */
export async function revokeOnRecord(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
  { apps, policy, reason, raisedLimits, auditFile, concurrency, env, onProgress }: RunOptions,
): Promise<Run> {
  const audit = await AuditTrail.open(auditFile);
  const { org, caller } = connection;
  let outcomes: readonly Outcome[] = [];
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
    });
    outcomes = await apply(connection, revocations, { apps, onProgress, audit, concurrency });
  } finally {
    // A record that can no longer be written has said so already.
    await audit.append({ event: "run-end", outcomes: countOutcomes(outcomes) }).catch(() => undefined);
    await audit.close();
  }
  return { outcomes, audit: { file: auditFile, head: audit.head } };
}

/** Where the record of an org is kept unless another file is named, below a folder. */
export function defaultAuditFile(folder: string, orgId: string): string {
  return path.join(folder, ".sanctioned", `audit-${orgId}.jsonl`);
}
