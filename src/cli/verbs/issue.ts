import { Command } from "commander";
import { keepIssue } from "../../forge/sticky.ts";
import { hiddenMark } from "../../pullRequest/comment.ts";
import { CLEAN_TITLE, cleanIssue, driftIssue } from "../../pullRequest/driftIssue.ts";
import { readPlanFile } from "../files.ts";
import { type PostOptions, withPostOptions } from "../options.ts";
import { recordAtHand } from "../recordFile.ts";

interface IssueOptions extends PostOptions {
  readonly plan: string;
  readonly audit?: string;
}

/** `sanctioned issue`: one issue that is open while the org drifts from its policy. */
export function issueCommand(): Command {
  return withPostOptions(
    new Command("issue")
      .description(
        "keep one issue: open or updated while something breaks the policy, closed when nothing does",
      )
      .requiredOption("--plan <file>", "the plan (`plan --out`)")
      .option(
        "--audit <file>",
        "the audit record, whose last hash is told (default: the one of the org in .sanctioned, if there is one)",
      ),
  )
    .addHelpText("after", "\nExample:\n  $ npx sanctioned issue --plan plan.json --post github")
    .action(async (options: IssueOptions) => {
      const plan = readPlanFile(options.plan);
      const record = recordAtHand(options.audit, plan.org.id);
      const content = driftIssue(plan, record);
      const closing = cleanIssue(plan, record);
      if (options.post === undefined) {
        process.stdout.write(content === null ? closing : `# ${content.title}\n\n${content.body}`);
        return;
      }
      const { forgeFromEnvironment } = await import("../../forge/fromEnvironment.ts");
      const forge = await forgeFromEnvironment(options.post, options, false, process.env);
      const mark = hiddenMark("drift", options.name ?? plan.policy.file);
      console.log(
        `Issue: ${await keepIssue(forge, mark, () => content, { title: CLEAN_TITLE, body: closing })}.`,
      );
    });
}
