import { Command } from "commander";
import { keepIssue } from "../../forge/sticky.ts";
import { hiddenMark } from "../../pullRequest/comment.ts";
import { driftToldOf } from "../../pullRequest/driftIssue.ts";
import { newsSinks, tellDrift } from "../driftNews.ts";
import { readPlanFile } from "../files.ts";
import { type PostOptions, withPostOptions } from "../options.ts";
import { recordAtHand } from "../recordFile.ts";
import { type SinkOptions, withSinkOptions } from "../watching.ts";

interface IssueOptions extends PostOptions, SinkOptions {
  readonly plan: string;
  readonly audit?: string;
}

/** `sanctioned issue`: one issue that is open while the org drifts from its policy. */
export function issueCommand(): Command {
  return withSinkOptions(
    withPostOptions(
      new Command("issue")
        .description(
          "keep one issue: open or updated while something breaks the policy, closed when nothing does",
        )
        .requiredOption("--plan <file>", "the plan (`plan --out`)")
        .option(
          "--audit <file>",
          "the audit record, whose last hash is told (default: the one of the org in .sanctioned, if there is one)",
        ),
    ),
  )
    .addHelpText("after", "\nExample:\n  $ npx sanctioned issue --plan plan.json --post github --to slack")
    .action(async (options: IssueOptions) => {
      const plan = readPlanFile(options.plan);
      const sinks = await newsSinks(options, options.post !== undefined);
      const told = driftToldOf(plan, recordAtHand(options.audit, plan.org.id));
      if (options.post === undefined) {
        const { content, closing } = told.plain;
        process.stdout.write(content === null ? closing.body : `# ${content.title}\n\n${content.body}`);
        return;
      }
      const { forgeFromEnvironment } = await import("../../forge/fromEnvironment.ts");
      const forge = await forgeFromEnvironment(options.post, options, false, process.env);
      const mark = hiddenMark("drift", options.name ?? plan.policy.file);
      const { what, said } = await keepIssue(forge, mark, told);
      console.log(`Issue: ${what}.`);
      const { org, policy, asOf } = plan;
      await tellDrift(sinks, {
        what,
        change: said.change,
        org: { id: org.id, name: org.name },
        file: policy.file,
        asOf,
      });
    });
}
