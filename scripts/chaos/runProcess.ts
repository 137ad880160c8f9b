import { InconclusiveError, UserError } from "../../src/errors.ts";
import { countOutcomes } from "../../src/plan/outcome.ts";
import { openRevoker } from "../../src/run/open.ts";

/** One run as an update makes it: list, evaluate, keep to the approved plan, revoke on record. */
export interface RunTask {
  /** Where the policy, the approved plan and the record are. */
  readonly folder: string;
  /** The policy's file, below the folder. */
  readonly policy: string;
  /** Settings of the run, as the environment gives them. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a run ended: the grants by outcome, or the message of what stopped it. */
export type RunResult = { readonly outcomes: Record<string, number> } | { readonly stopped: string };

const CLOCK = { sleep: async () => {}, random: () => 0 };

process.on("message", async (task: RunTask) => {
  process.send!(await perform(task));
});
process.once("disconnect", () => process.exit());

async function perform({ folder, policy, env }: RunTask): Promise<RunResult> {
  try {
    const run = openRevoker({ folder, env, clock: CLOCK });
    const { evaluation } = await run.propose(run.want(policy));
    const { outcomes } = await run.revoke(evaluation.plan, evaluation, { purpose: "update" });
    return { outcomes: countOutcomes(outcomes) };
  } catch (error) {
    if (error instanceof UserError || error instanceof InconclusiveError) return { stopped: error.message };
    throw error;
  }
}
