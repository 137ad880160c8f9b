import { existsSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { planFile } from "../../plan/planFile.ts";
import {
  EDITIONS,
  type Edition,
  REPORT_FORMATS,
  type ReportFormat,
  render,
} from "../../report/formats/formats.ts";
import { buildReport, type Since, startOf } from "../../report/org/buildReport.ts";
import { fullPlanOf } from "../../report/org/earlier.ts";
import type { FullPlan, OrgReport } from "../../report/org/orgReport.ts";
import { redactUsers } from "../../report/org/redact.ts";
import { NO_TERMINAL } from "../../report/render/terminal.ts";
import { VERSION } from "../../run/version.ts";
import { refuseOtherThanChosen } from "../chosenOrg.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { readTextFile, writeNew } from "../files.ts";
import { asOfOption, type JudgeOptions, parseTime, withInventoryOptions } from "../options.ts";
import { recordedIn } from "../recordFile.ts";
import { judgeAsAsked } from "../run.ts";
import { terminal } from "../terminalOutput.ts";

interface ReportOptions extends JudgeOptions {
  readonly plan?: string;
  readonly format: ReportFormat;
  readonly edition: Edition;
  readonly annex?: boolean;
  readonly since?: string;
  readonly earlier?: readonly string[];
  readonly audit?: string;
  readonly redact?: "users";
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** `sanctioned report`: an org held against its policy, for everyone who does not open a terminal. */
export function reportCommand(): Command {
  return withInventoryOptions(
    new Command("report")
      .description("report on the org: what it has, what changed, what needs a decision; changes nothing")
      .option("--policy <file>", "the policy (default: the only one in the folder policy)")
      .addOption(new Option("--format <format>", "output format").choices(REPORT_FORMATS).default("text"))
      .addOption(
        new Option("--edition <name>", "of the page: in full, or in a few pages to print, read and sign")
          .choices(EDITIONS)
          .default("full"),
      )
      .option("--annex", "with --edition audit: every grant, behind the signatures")
      .option(
        "--since <file or day>",
        "what changed since an earlier report (JSON), or since a day; the first time there is none",
      )
      .option("--earlier <files...>", "earlier reports (JSON) of the org, whose numbers show a trend")
      .option(
        "--audit <file>",
        "the audit record (default: the one of the org in .sanctioned, if there is one)",
      )
      .addOption(new Option("--redact <what>", "replace users' names, for public places").choices(["users"]))
      .addOption(asOfOption()),
  )
    .addOption(
      new Option(
        "--plan <file>",
        "report on this plan or report (JSON, with all rows) in place of the org",
      ).conflicts(["policy", "inventory", "saveInventory", "asOf"]),
    )
    .option("--out <file>", "write the report to a new file, not to standard output")
    .option(
      "--detailed-exitcode",
      "exit 2 when something breaks the policy, as with plan, or the audit record was changed",
    )
    .addHelpText(
      "after",
      "\nExits 0, 1 for an error, 2 for drift with --detailed-exitcode, 3 when a limit refuses the plan, 4 when the list is inconclusive.\n" +
        "\nExamples:\n  $ npx sanctioned report --format html --out report.html\n" +
        "  $ npx sanctioned report --since reports/2026-10.json --format markdown",
    )
    .action(async (options: ReportOptions) => {
      const { format, out, redact } = options;
      refuseOtherThanPage(options);
      const report = await reportAsAsked(options);
      const { output, exitCode } = render(redact === "users" ? redactUsers(report) : report, format, {
        version: VERSION,
        edition: options.edition,
        annex: options.annex ?? false,
        terminal: out === undefined ? terminal() : NO_TERMINAL,
      });
      if (out === undefined) process.stdout.write(output);
      else writeNew(out, output, "--out");
      if (isTold(exitCode, options)) process.exitCode = exitCode;
    });
}

/** @throws UserError */
async function reportAsAsked(options: ReportOptions): Promise<OrgReport> {
  // What is wrong with it should not cost a reading of the org.
  const since = options.since === undefined ? null : readSince(options.since);
  const earlier = (options.earlier ?? []).map((file) => earlierPlan(file, "--earlier"));
  const plan = options.plan === undefined ? await planOfOrg(options) : savedPlan(options.plan);
  for (const one of earlier) checkSameOrg(one, plan);
  if (since !== null) checkSince(since, plan);
  return buildReport(plan, since, recordedIn(options.audit, plan, since), earlier);
}

/** A refusal is always an exit code, drift where it is asked for. */
function isTold(exitCode: number, { detailedExitcode = false }: ReportOptions): boolean {
  return exitCode === EXIT.limit || (detailedExitcode && exitCode === EXIT.drift);
}

async function planOfOrg(options: ReportOptions): Promise<FullPlan> {
  return planFile(await judgeAsAsked(options), { all: true });
}

function savedPlan(file: string): FullPlan {
  return planOf(readTextFile(file, "The plan"), file);
}

/** An earlier report, which the first time there is none of. @throws UserError where it cannot be read */
function earlierPlan(file: string, option: string): FullPlan {
  if (!existsSync(file)) {
    const more = option === "--since" ? ", and it is no day such as 2026-10-01" : "";
    throw cliErrors["since-not-there"]({ file, more, option });
  }
  return planOf(readTextFile(file, "The earlier report"), file);
}

function planOf(text: string, file: string): FullPlan {
  const { plan, redacted } = fullPlanOf(text, file);
  refuseOtherThanChosen(plan.org, file);
  if (redacted) throw cliErrors["report-redacted"]({ file });
  return plan;
}

/** @throws UserError where it is neither a day nor an earlier report */
function readSince(text: string): Since {
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !existsSync(text)) {
    try {
      return { time: parseTime(text) };
    } catch (error) {
      if (error instanceof InvalidArgumentError) throw cliErrors["since-not-a-time"]({ how: error.message });
      throw error;
    }
  }
  return { plan: earlierPlan(text, "--since") };
}

/** @throws UserError where what is said of the page is said of another format, or an annex of what has all grants */
function refuseOtherThanPage({ format, edition, annex }: ReportOptions): void {
  if (edition === "audit" && format !== "html")
    throw cliErrors["edition-of-html"]({ option: "--edition audit", more: "" });
  if (annex === true && edition !== "audit")
    throw cliErrors["edition-of-html"]({ option: "--annex", more: " and `--edition audit`" });
}

/** @throws UserError */
function checkSameOrg(earlier: FullPlan, plan: FullPlan): void {
  if (earlier.org.id === plan.org.id) return;
  throw cliErrors["since-of-another-org"]({
    name: earlier.org.name,
    org: earlier.org.id,
    thisName: plan.org.name,
    thisOrg: plan.org.id,
  });
}

function checkSince(since: Since, plan: FullPlan): void {
  if ("plan" in since) checkSameOrg(since.plan, plan);
  if (startOf(since) > Date.parse(plan.asOf)) throw cliErrors["since-too-late"]({ time: plan.asOf });
}
