import { InconclusiveError, UserError } from "../../src/errors.ts";
import { listInventory } from "../../src/inventory/list.ts";
import { acceptPlanFile, restrictToApproved } from "../../src/plan/approvedPlan.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { needsOf } from "../../src/resolve/needs.ts";
import { revokeOnRecord } from "../../src/run/revokeOnRecord.ts";
import { connectToRevoke } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

/** One run as an update makes it: list, evaluate, keep to the approved plan, revoke on record. */
export interface RunTask {
  readonly url: string;
  readonly accessToken: string;
  readonly policy: string;
  /** The plan file's text; null to take what is planned as approved. */
  readonly approved: string | null;
  readonly auditFile: string;
}

/** How a run ended: the grants by outcome, or the message of what stopped it. */
export type RunResult = { readonly outcomes: Record<string, number> } | { readonly stopped: string };

const CLOCK = { sleep: async () => {}, random: () => 0 };
const ASK_NOT_TO_LIMIT = {
  revocations: Number.MAX_SAFE_INTEGER,
  percent: 100,
  perApp: Number.MAX_SAFE_INTEGER,
};

process.on("message", async (task: RunTask) => {
  process.send!(await perform(task));
});
process.once("disconnect", () => process.exit());

async function perform({ url, accessToken, policy: text, approved, auditFile }: RunTask): Promise<RunResult> {
  try {
    const parsed = parsePolicy(text, "chaos.yaml");
    if ("problems" in parsed) throw new PolicyError(parsed.problems);
    const { policy } = parsed;
    const connection = await connectToRevoke(readCredentials({ instanceUrl: url, accessToken }, {}), CLOCK);
    const inventory = await listInventory(connection, { needs: needsOf(policy) });
    const asOf = Date.now();
    const evaluation = evaluate(policy, inventory, asOf, ASK_NOT_TO_LIMIT);
    const held = { orgId: inventory.org.id, asOf, maxAgeDays: 1 };
    const { plan } =
      approved === null
        ? evaluation
        : restrictToApproved(evaluation, acceptPlanFile(approved, "approved.json", held));
    const { outcomes } = await revokeOnRecord(connection, plan.revocations, {
      apps: inventory.apps,
      policy: null,
      reason: null,
      raisedLimits: null,
      auditFile,
      concurrency: 3,
      perSecond: 10_000,
      sessions: "report",
      env: {},
      clock: CLOCK,
      onProgress: () => {},
    });
    const counts: Record<string, number> = {};
    for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
    return { outcomes: counts };
  } catch (error) {
    if (error instanceof UserError || error instanceof InconclusiveError) return { stopped: error.message };
    throw error;
  }
}
