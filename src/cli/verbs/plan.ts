import { Command, Option } from "commander";
import { planEnd } from "../../plan/planEnd.ts";
import { planFile } from "../../plan/planFile.ts";
import { planText } from "../../report/planText.ts";
import { safeJson } from "../../safeJson.ts";
import { chosenSettings } from "../chosenOrg.ts";
import { EXIT } from "../exit.ts";
import { writeNew } from "../files.ts";
import { asOfOption, type JudgeOptions, withInventoryOptions } from "../options.ts";
import { namingOf, raisingText } from "../repeat.ts";
import { judgeAsAsked } from "../run.ts";
import { terminal } from "../terminalOutput.ts";

interface PlanOptions extends JudgeOptions {
  readonly format: "text" | "json";
  readonly all?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** `sanctioned plan`: what would be revoked, and why, without Pulumi. */
export function planCommand(): Command {
  return withInventoryOptions(new Command("plan"))
    .description("show what the policy would revoke, and why; changes nothing")
    .option("--policy <file>", "the policy (default: the only one in the folder policy)")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .option("--all", "every user by name, however many they are; in JSON every grant as a row")
    .addOption(asOfOption())
    .option("--out <file>", "also write the plan, as JSON, to a new file")
    .option(
      "--detailed-exitcode",
      "exit 2 when something breaks the policy: grants that would be revoked, or a finding that is an error",
    )
    .addHelpText(
      "after",
      "\nExits 0, 1 for an error, 2 for drift with --detailed-exitcode, 3 when a limit refuses the plan, 4 when the list is inconclusive.\n" +
        "\nExample:\n  $ npx sanctioned plan --policy policy/dieppe-trading.yaml --format json --out plan.json",
    )
    .action(async (options: PlanOptions) => {
      const { format, all = false, out, detailedExitcode } = options;
      const file = planFile(await judgeAsAsked(options), { all });
      const json = safeJson(file);
      if (out !== undefined) writeNew(out, json, "--out");
      process.stdout.write(format === "json" ? json : planText(file, terminal(), namingOf(all)));
      const end = planEnd(file);
      if (end === EXIT.limit) process.stderr.write(raisingText([file.limits], chosenSettings().raised));
      if (end !== EXIT.drift || detailedExitcode) process.exitCode = end;
    });
}
