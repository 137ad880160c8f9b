import { Command } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { keepIssue } from "../../../forge/sticky.ts";
import { hiddenMark } from "../../../pullRequest/comment.ts";
import { cleanFleetIssue, fleetIssue } from "../../../pullRequest/fleetIssue.ts";
import type { FleetPlans } from "../../../report/fleet/fleetPlans.ts";
import { amount } from "../../../text.ts";
import { selectedFleet } from "../../fleet.ts";
import { type HistoryOptions, keeperOf, withHistoryOption } from "../../fleetHistory.ts";
import { type PlansOptions, plansAsAsked, withPlansOptions } from "../../fleetPlans.ts";
import { type PostOptions, withPostOptions } from "../../options.ts";

interface IssueOptions extends PlansOptions, PostOptions, HistoryOptions {}

/** `sanctioned fleet issue`: one issue that is open while any org breaks its policy, or could not be judged. */
export function fleetIssueCommand(): Command {
  return withPostOptions(
    withHistoryOption(
      withPlansOptions(
        new Command("issue").description(
          "keep one issue over all orgs: open or updated while any breaks its policy or cannot be judged, closed when every one was judged and none does",
        ),
      ),
    ),
    "the file of the orgs",
  )
    .addHelpText(
      "after",
      "\nExits as `fleet plan` does. A run over some orgs alone never closes it.\n" +
        "\nExample:\n  $ npx sanctioned fleet issue --plans plans --post github",
    )
    .action(async (options: IssueOptions) => {
      const selected = options.plans === undefined ? await selectedFleet(options) : null;
      const keepRun = await keeperOf(selected, options);
      const { plans, finish } = await plansAsAsked(options, selected);
      keepRun(plans.run, "issue");
      const said = await keep(plans, options);
      process.stdout.write(said);
      process.exitCode = exitCodeOf(plans.run, false);
      finish();
    });
}

async function keep(plans: FleetPlans, options: IssueOptions): Promise<string> {
  const { orgs, notSelected, file } = plans.run;
  const content = fleetIssue(plans, null);
  const closing = cleanFleetIssue(plans);
  // Of the orgs that were left out nothing is known: what stands there of them must stay.
  if (content === null && (notSelected.length > 0 || orgs.length === 0))
    return `Issue: left as it is, since ${amount(notSelected.length, "org")} of ${file} ${notSelected.length === 1 ? "was" : "were"} not judged.\n`;
  if (options.post === undefined)
    return content === null ? closing.body : `# ${content.title}\n\n${content.body}`;
  const { forgeFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
  const forge = await forgeFromEnvironment(options.post, options, false, process.env);
  const mark = hiddenMark("drift", options.name ?? `fleet ${file}`);
  return `Issue: ${await keepIssue(forge, mark, (standing) => fleetIssue(plans, standing), closing)}.\n`;
}
