import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { forgeNeeded } from "../../../ci/ciRun.ts";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { ORGS_FILE } from "../../../fleet/readOrgs.ts";
import { credentialNames } from "../../../fleet/updateEnvironment.ts";
import { keepIssue } from "../../../forge/sticky.ts";
import { hiddenMark } from "../../../pullRequest/comment.ts";
import { fleetText } from "../../../report/fleet/fleetText.ts";
import { newsSinks, tellDrift, tellNotJudged } from "../../driftNews.ts";
import { EXIT } from "../../exit.ts";
import { planAsAsked, selectedFleet, throwUnexpected } from "../../fleet.ts";
import { terminal } from "../../terminalOutput.ts";
import { type SinkOptions, withSinkOptions } from "../../watching.ts";
import { driftOf, nameOf, notJudgedOf } from "./told.ts";

interface DriftOptions extends SinkOptions {
  readonly orgs: string;
  readonly name?: string;
}

/** `sanctioned ci drift`: one issue that is open while something breaks a policy. */
export function ciDriftCommand(): Command {
  const verb = new Command("drift")
    .description("keep one issue: open or updated while something breaks a policy, closed when nothing does")
    .option("--orgs <file>", "the file of the orgs", ORGS_FILE)
    .option("--name <text>", "keep one issue for each name, where several workflows share a repository");
  return withSinkOptions(verb)
    .addHelpText(
      "after",
      "\nExits 0 where every org could be judged, 1 for an error, 4 when a list is inconclusive.\n" +
        "\nExample:\n  $ npx --no sanctioned ci drift --to slack",
    )
    .action(async ({ orgs, name, ...options }: DriftOptions) => {
      const { env } = process;
      const credentials = new Set<string>();
      const sinks = await newsSinks(options, true, credentials);
      const { PlansWriter, readPlans } = await import("../../../fleet/plansFolder.ts");
      const selected = await selectedFleet({ orgs });
      for (const name of credentialNames(selected.fleet)) credentials.add(name);
      const work = mkdtempSync(path.join(tmpdir(), "sanctioned-drift-"));
      try {
        const writer = new PlansWriter(path.join(work, "plans"));
        const outcome = await planAsAsked(selected, { orgs }, (org, plan) =>
          writer.plan(org.name, plan, null),
        );
        writer.finish(outcome.run);
        process.stdout.write(fleetText(outcome.run, terminal()));
        // That a limit refuses is told in the issue.
        const exit = exitCodeOf(outcome.run, false);
        process.exitCode = exit === EXIT.limit ? 0 : exit;
        const told = driftOf(readPlans(writer.folder));
        if (told === null) await tellNotJudged(sinks, notJudgedOf(outcome.run));
        else {
          const { forgeFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
          const forge = await forgeFromEnvironment(forgeNeeded(env), {}, false, env);
          const mark = hiddenMark("drift", nameOf(selected.fleet, name));
          const { what, said } = await keepIssue(forge, mark, told.issue);
          console.log(`Issue: ${what}.`);
          await tellDrift(sinks, { ...told, what, change: said.change });
        }
        throwUnexpected(outcome);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    });
}
