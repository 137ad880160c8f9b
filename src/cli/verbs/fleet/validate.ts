import path from "node:path";
import { Command } from "commander";
import { readOrgsFile } from "../../../fleet/readOrgs.ts";
import { policyProblemsOf } from "../../../fleet/validateFleet.ts";
import { inOrder } from "../../../policy/problem.ts";
import { policyRoots } from "../../../run/settings.ts";
import { amount } from "../../../text.ts";
import { EXIT } from "../../exit.ts";
import { type FleetOptions, selectedFleet, shownOrgsFile, withFleetOptions } from "../../fleet.ts";
import { asOfOption } from "../../options.ts";
import { problemsFormatOption, problemsOutput } from "../validate.ts";

interface ValidateOptions extends FleetOptions {
  readonly format: "text" | "json" | "sarif" | "github";
  readonly asOf?: number;
}

/** `sanctioned fleet validate`: every problem of orgs.yaml and of the policies that it names, offline. */
export function fleetValidateCommand(): Command {
  return withFleetOptions(new Command("validate"))
    .description("check orgs.yaml and every policy that it names, offline")
    .addOption(problemsFormatOption())
    .addOption(asOfOption())
    .addHelpText(
      "after",
      "\nExits 0 when everything is valid, 1 when not.\n" +
        "\nExample:\n  $ npx sanctioned fleet validate --format github",
    )
    .action(async (options: ValidateOptions) => {
      const { orgs: file, format, asOf = Date.now() } = options;
      const folder = path.dirname(path.resolve(file));
      const result = readOrgsFile(shownOrgsFile(file), process.cwd());
      if ("problems" in result) {
        process.stdout.write(await problemsOutput(format, [file], inOrder(result.problems)));
        process.exitCode = EXIT.userError;
        return;
      }
      const { orgs, notSelected } = await selectedFleet(options);
      if (notSelected.length > 0)
        process.stderr.write(
          `${amount(notSelected.length, "org")} not selected: policies of theirs are not looked at.\n`,
        );
      const roots = policyRoots(() => undefined, process.env);
      const problems = policyProblemsOf(orgs, folder, roots, asOf);
      const files = [file, ...new Set(orgs.map(({ policy }) => policy))];
      process.stdout.write(await problemsOutput(format, files, inOrder(problems)));
      if (problems.length > 0) process.exitCode = EXIT.userError;
    });
}
