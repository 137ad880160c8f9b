import path from "node:path";
import { Command, Option } from "commander";
import { githubMatrix, githubOutputs, gitlabPipeline } from "../../../fleet/matrix.ts";
import type { HandOut } from "../../../fleet/waves.ts";
import { type FleetPlanOptions, selectedFleet, withFleetPlanOptions } from "../../fleet.ts";
import { handedOut, sayLeftOut, sayRefused, withHandOutOptions } from "../../handOut.ts";
import { parseNumber } from "../../options.ts";

interface MatrixOptions extends FleetPlanOptions {
  readonly plans?: string;
  readonly out?: string;
  readonly judgedOnly?: boolean;
  readonly format: "json" | "github" | "gitlab";
  readonly environment: string;
  readonly image: string;
  readonly maxParallel: number;
}

/** `sanctioned fleet matrix`: which orgs are to be updated, wave by wave, for the jobs of a CI. */
export function fleetMatrixCommand(): Command {
  return withHandOutOptions(withFleetPlanOptions(new Command("matrix")))
    .description("the orgs whose plans revoke, by wave, for the jobs of a CI; changes nothing")
    .option("--out <folder>", "plan now, into a new folder that the jobs are given")
    .addOption(
      new Option(
        "--format <format>",
        "json; github: a line wave-N=[…] a wave, for GITHUB_OUTPUT; gitlab: a child pipeline",
      )
        .choices(["json", "github", "gitlab"])
        .default("json"),
    )
    .addOption(new Option("--json", "the same as --format json, which is the default").conflicts("format"))
    .option("--environment <name>", "gitlab: the protected environment that the updates run in", "production")
    .option("--image <name>", "gitlab: the image that the jobs run in", "node:24-bookworm")
    .addOption(
      new Option("--max-parallel <number>", "gitlab: orgs of a wave that are updated at once")
        .argParser(parseNumber)
        .default(4),
    )
    .addHelpText(
      "after",
      "\nHands out nothing, and exits 3, where the fleet's limits refuse; nothing, and 1 or 4, where an org could not be judged, unless --judged-only is said. Who is left out stands on standard error.\n" +
        '\nExample:\n  $ npx sanctioned fleet matrix --out plans --format github >> "$GITHUB_OUTPUT"',
    )
    .action(async (options: MatrixOptions) => {
      const selected = await selectedFleet(options);
      const { handOut, plans } = await handedOut(selected, options);
      sayLeftOut(handOut);
      if (handOut.refusal !== null) return sayRefused(handOut.refusal);
      const folder = path.relative(selected.folder, path.resolve(plans.folder)).replaceAll(path.sep, "/");
      process.stdout.write(textOf(handOut, folder, options));
    });
}

function textOf({ waves, leftOut }: HandOut, plans: string, { format, ...asked }: MatrixOptions) {
  switch (format) {
    case "json":
      return `${JSON.stringify(githubMatrix(waves, leftOut, plans))}\n`;
    case "github":
      return githubOutputs(waves, plans);
    case "gitlab":
      return gitlabPipeline(waves, { ...asked, plans });
  }
}
