import { Command, Option } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { fleetText } from "../../../report/fleet/fleetText.ts";
import { safeJson } from "../../../safeJson.ts";
import {
  type FleetPlanOptions,
  planAsAsked,
  selectedFleet,
  throwUnexpected,
  withFleetPlanOptions,
} from "../../fleet.ts";
import { type HistoryOptions, keeperOf, withHistoryOption } from "../../fleetHistory.ts";
import { terminal } from "../../terminalOutput.ts";

interface PlanOptions extends FleetPlanOptions, HistoryOptions {
  readonly format: "text" | "json";
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** `sanctioned fleet plan`: what the policies would revoke in every org. */
export function fleetPlanCommand(): Command {
  return withHistoryOption(withFleetPlanOptions(new Command("plan")))
    .description(
      "show what the policies would revoke in every org, under the fleet's limits; changes nothing",
    )
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .option("--out <folder>", "also write each org's plan, and fleet.json, to a new folder")
    .option("--detailed-exitcode", "exit 2 when something would be revoked or is reported in any org")
    .addHelpText(
      "after",
      "\nExits as the worst org does: 0, 2 for drift with --detailed-exitcode, 3 when a limit of an org or of the fleet refuses, 4 when a list is inconclusive, 1 for an error or an org that cannot be reached.\n" +
        "\nExample:\n  $ npx sanctioned fleet plan --changed-since origin/main --out plans",
    )
    .action(async (options: PlanOptions) => {
      const { format, out, detailedExitcode = false } = options;
      const selected = await selectedFleet(options);
      const keep = await keeperOf(selected, options);
      const writer = out === undefined ? null : await plansWriter(out);
      const outcome = await planAsAsked(selected, options, (org, plan, base) =>
        writer?.plan(org.name, plan, base),
      );
      writer?.finish(outcome.run);
      process.stdout.write(format === "json" ? safeJson(outcome.run) : fleetText(outcome.run, terminal()));
      process.exitCode = exitCodeOf(outcome.run, detailedExitcode);
      keep(outcome.run, "plan");
      throwUnexpected(outcome);
    });
}

async function plansWriter(folder: string) {
  const { PlansWriter } = await import("../../../fleet/plansFolder.ts");
  return new PlansWriter(folder);
}
