import { Command } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { githubOutputs } from "../../../fleet/matrix.ts";
import { ORGS_FILE } from "../../../fleet/readOrgs.ts";
import type { FleetRun } from "../../../fleet/runSchema.ts";
import { handOut } from "../../../fleet/waves.ts";
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
}

/** `sanctioned ci plan`: what waits for approval, for the jobs that revoke it. */
export function ciPlanCommand(): Command {
  return new Command("plan")
    .description("plan every org for the jobs that update them, and show to reviewers what would be revoked")
    .option("--orgs <file>", "the file of the orgs", ORGS_FILE)
    .requiredOption("--out <folder>", "a new folder for the plans")
    .addHelpText(
      "after",
      "\nOn GitHub each wave with something to do is an output of the step, such as wave-0, for a matrix.\n" +
        "Exits as the worst org does, and then hands out nothing: 1 for an error, 3 when a limit refuses, 4 when a list is inconclusive.\n" +
        "\nExample:\n  $ npx --no sanctioned ci plan --out plans",
    )
    .action(async ({ orgs, out }: PlanOptions) => {
      const { env } = process;
      const { PlansWriter } = await import("../../../fleet/plansFolder.ts");
      const selected = await selectedFleet({ orgs });
      const writer = new PlansWriter(out);
      const summary = new SummaryText();
      const outcome = await planAsAsked(selected, { orgs }, (org, plan) => {
        writer.plan(org.name, plan, null);
        if (plan.revocations.length > 0 || selected.orgs.length === 1) summary.add(reportOf(plan));
      });
      writer.finish(outcome.run);
      const text = fleetText(outcome.run, terminal());
      process.stdout.write(text);
      tellSummary(`${markdownFence(fleetText(outcome.run))}\n\n${summary.text}`, env);
      process.exitCode = exitCodeOf(outcome.run, false);
      if (process.exitCode === 0) tellOutputs(wavesOf(selected, outcome.run, out), env);
      throwUnexpected(outcome);
    });
}

/** What the jobs of each wave are told; nothing where nothing is handed out. */
function wavesOf({ fleet, orgs }: SelectedFleet, run: FleetRun, out: string): string {
  const { waves } = handOut({ run, fleet, orgs, limits: run.limits, judgedOnly: false });
  return githubOutputs(waves, out);
}

function reportOf(plan: FullPlan): string {
  return reportMarkdown(buildReport(plan, null, null));
}
