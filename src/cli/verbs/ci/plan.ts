import { Command } from "commander";
import { holdToJobs, type OrgJob, orgJob } from "../../../ci/orgs.ts";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { githubOutputs } from "../../../fleet/matrix.ts";
import { ORGS_FILE } from "../../../fleet/readOrgs.ts";
import type { FleetRun } from "../../../fleet/runSchema.ts";
import { type HandOut, handOut, leftOutLines } from "../../../fleet/waves.ts";
import type { FullPlan } from "../../../plan/planSchema.ts";
import { fleetText } from "../../../report/fleet/fleetText.ts";
import { reportMarkdown } from "../../../report/formats/reportMarkdown.ts";
import { buildReport } from "../../../report/org/buildReport.ts";
import { markdownFence } from "../../../report/render/markdown.ts";
import { planAsAsked, type SelectedFleet, selectedFleet, throwUnexpected } from "../../fleet.ts";
import { terminal } from "../../terminalOutput.ts";
import { SummaryText, tellOutputs, tellSummary } from "./outputs.ts";

interface PlanOptions {
  readonly orgs: string;
  readonly out: string;
  readonly jobs?: readonly string[];
}

/** `sanctioned ci plan`: what waits for approval, for the jobs that revoke it. */
export function ciPlanCommand(): Command {
  return new Command("plan")
    .description("plan every org for the jobs that update them, and show to reviewers what would be revoked")
    .option("--orgs <file>", "the file of the orgs", ORGS_FILE)
    .requiredOption("--out <folder>", "a new folder for the plans")
    .option(
      "--jobs <wave:org...>",
      "the jobs that the workflow has; an org of another wave or name is refused, since nothing would update it",
    )
    .addHelpText(
      "after",
      "\nOn GitHub each wave is an output of the step, such as wave-0, for a matrix; [] where it has nothing to do.\n" +
        "Exits as the worst org does, and then hands out nothing: 1 for an error, 3 when a limit refuses, 4 when a list is inconclusive.\n" +
        "\nExample:\n  $ npx --no sanctioned ci plan --out plans --jobs 0:sandbox 1:acme",
    )
    .action(async ({ orgs, out, jobs: named }: PlanOptions) => {
      const { env } = process;
      const { PlansWriter } = await import("../../../fleet/plansFolder.ts");
      const jobs = named?.map(orgJob);
      const selected = await selectedFleet({ orgs });
      if (jobs !== undefined) holdToJobs(selected.fleet, jobs);
      const writer = new PlansWriter(out);
      const summary = new SummaryText();
      const outcome = await planAsAsked(selected, { orgs }, (org, plan) => {
        writer.plan(org.name, plan, null);
        if (plan.revocations.length > 0 || selected.orgs.length === 1) summary.add(reportOf(plan));
      });
      writer.finish(outcome.run);
      const handed = handedOut(selected, outcome.run);
      const left = leftOutLines(handed.leftOut).map((line) => `${line}\n`);
      process.stdout.write(fleetText(outcome.run, terminal()) + left.join(""));
      tellSummary(`${markdownFence(fleetText(outcome.run) + left.join(""))}\n\n${summary.text}`, env);
      process.exitCode = exitCodeOf(outcome.run, false);
      if (process.exitCode === 0) tellOutputs(outputsOf(handed, jobs ?? [], out), env);
      throwUnexpected(outcome);
    });
}

function handedOut({ fleet, orgs }: SelectedFleet, run: FleetRun): HandOut {
  return handOut({ run, fleet, orgs, limits: run.limits, judgedOnly: false });
}

/**
 * What the jobs of each wave are told; nothing where nothing is handed out. A wave with nothing to do is told so, since an output that
 * holds a secret is not sent (docs.github.com: workflow syntax, `jobs.<job_id>.outputs`): one that is missing must not read as nothing.
 */
function outputsOf({ waves }: HandOut, jobs: readonly OrgJob[], out: string): string {
  const idle = new Set(jobs.map(({ wave }) => wave));
  for (const { wave } of waves) idle.delete(wave);
  return githubOutputs(waves, out) + [...idle].map((wave) => `wave-${wave}=[]\n`).join("");
}

function reportOf(plan: FullPlan): string {
  return reportMarkdown(buildReport(plan, null, null));
}
