import { Command, Option } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import {
  FLEET_REPORT_FORMATS,
  type FleetReportFormat,
  renderFleet,
} from "../../../report/fleet/fleetFormats.ts";
import { NO_TERMINAL } from "../../../report/render/terminal.ts";
import { VERSION } from "../../../run/version.ts";
import { writeNew } from "../../files.ts";
import { type SelectedFleet, selectedFleet } from "../../fleet.ts";
import { type HistoryOptions, type KeepRun, keeperOf, withHistoryOption } from "../../fleetHistory.ts";
import type { WrittenReport } from "../../fleetHtml.ts";
import { type PlansOptions, plansAsAsked, withPlansOptions } from "../../fleetPlans.ts";
import { terminal } from "../../terminalOutput.ts";

interface ReportOptions extends PlansOptions, HistoryOptions {
  readonly format: FleetReportFormat | "html";
  readonly all?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** `sanctioned fleet report`: all orgs held against their policies, for everyone who does not open a terminal. */
export function fleetReportCommand(): Command {
  return withHistoryOption(
    withPlansOptions(
      new Command("report").description(
        "report on all orgs: what came of each, and which apps are connected where; changes nothing",
      ),
    ),
  )
    .addOption(
      new Option("--format <format>", "output format")
        .choices([...FLEET_REPORT_FORMATS, "html"])
        .default("text"),
    )
    .option("--all", "every grant as a row, not each org and app (csv)")
    .option(
      "--out <file>",
      "write the report to a new file, not to standard output; of html, to a new folder with a page for each org, unless it ends with .html",
    )
    .option("--detailed-exitcode", "exit 2 when something would be revoked or is reported in any org")
    .addHelpText(
      "after",
      "\nExits as `fleet plan` does.\n" +
        "\nExamples:\n  $ npx sanctioned fleet report --format csv --out fleet.csv\n" +
        "  $ npx sanctioned fleet report --plans plans --format html --out report",
    )
    .action(async (options: ReportOptions) => {
      const { detailedExitcode = false } = options;
      const selected = options.plans === undefined ? await selectedFleet(options) : null;
      const keep = await keeperOf(selected, options);
      const { run, finish } = await written(options, selected, keep);
      process.exitCode = exitCodeOf(run, detailedExitcode);
      finish();
    });
}

async function written(
  options: ReportOptions,
  selected: SelectedFleet | null,
  keep: KeepRun,
): Promise<WrittenReport> {
  const { format, all = false, out } = options;
  if (format === "html") {
    const { writeHtmlReport } = await import("../../fleetHtml.ts");
    return await writeHtmlReport(options, selected, keep);
  }
  const { plans, finish } = await plansAsAsked(options, selected);
  const text = renderFleet(plans, format, {
    version: VERSION,
    all,
    terminal: out === undefined ? terminal() : NO_TERMINAL,
  });
  if (out === undefined) process.stdout.write(text);
  else writeNew(out, text, "--out");
  keep(plans.run, "report");
  return { run: plans.run, finish };
}
