import { Command } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { credentialNames } from "../../../fleet/updateEnvironment.ts";
import { keepIssue } from "../../../forge/sticky.ts";
import { hiddenMark } from "../../../pullRequest/comment.ts";
import { fleetDriftTold } from "../../../pullRequest/fleetIssue.ts";
import type { FleetPlans } from "../../../report/fleet/fleetPlans.ts";
import { amount } from "../../../text.ts";
import type { Sink } from "../../../watch/sinks/sink.ts";
import { newsSinks, tellDrift } from "../../driftNews.ts";
import { selectedFleet } from "../../fleet.ts";
import { type HistoryOptions, keeperOf, withHistoryOption } from "../../fleetHistory.ts";
import { type PlansOptions, plansAsAsked, withPlansOptions } from "../../fleetPlans.ts";
import { type PostOptions, withPostOptions } from "../../options.ts";
import { type SinkOptions, withSinkOptions } from "../../watching.ts";

interface IssueOptions extends PlansOptions, PostOptions, HistoryOptions, SinkOptions {}

/** `sanctioned fleet issue`: one issue that is open while any org breaks its policy, or could not be judged. */
export function fleetIssueCommand(): Command {
  return withSinkOptions(
    withPostOptions(
      withHistoryOption(
        withPlansOptions(
          new Command("issue").description(
            "keep one issue over all orgs: open or updated while any breaks its policy or cannot be judged, closed when every one was judged and none does",
          ),
        ),
      ),
      "the file of the orgs",
    ),
  )
    .addHelpText(
      "after",
      "\nExits as `fleet plan` does. A run over some orgs alone never closes it.\n" +
        "\nExample:\n  $ npx sanctioned fleet issue --plans plans --post github",
    )
    .action(async (options: IssueOptions) => {
      const credentials = new Set<string>();
      const sinks = await newsSinks(options, options.post !== undefined, credentials);
      const selected = options.plans === undefined ? await selectedFleet(options) : null;
      if (selected !== null) for (const name of credentialNames(selected.fleet)) credentials.add(name);
      const keepRun = await keeperOf(selected, options);
      const { plans, finish } = await plansAsAsked(options, selected);
      keepRun(plans.run, "issue");
      await keep(plans, options, sinks);
      process.exitCode = exitCodeOf(plans.run, false);
      finish();
    });
}

async function keep(plans: FleetPlans, options: IssueOptions, sinks: readonly Sink[]): Promise<void> {
  const { orgs, notSelected, file } = plans.run;
  const told = fleetDriftTold(plans);
  const { content, closing } = told.plain;
  // Of the orgs that were left out nothing is known: what stands there of them must stay.
  if (content === null && (notSelected.length > 0 || orgs.length === 0)) {
    const left = `${amount(notSelected.length, "org")} of ${file} ${notSelected.length === 1 ? "was" : "were"} not judged`;
    process.stdout.write(`Issue: left as it is, since ${left}.\n`);
    return;
  }
  if (options.post === undefined) {
    process.stdout.write(content === null ? closing.body : `# ${content.title}\n\n${content.body}`);
    return;
  }
  const { forgeFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
  const forge = await forgeFromEnvironment(options.post, options, false, process.env);
  const mark = hiddenMark("drift", options.name ?? `fleet ${file}`);
  const { what, said } = await keepIssue(forge, mark, told);
  process.stdout.write(`Issue: ${what}.\n`);
  await tellDrift(sinks, { what, change: said.change, org: null, file, asOf: plans.run.asOf });
}
