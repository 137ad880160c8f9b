import { Command, Option } from "commander";
import { postComment } from "../../forge/sticky.ts";
import { commentBody, failureBody, hiddenMark } from "../../pullRequest/comment.ts";
import { cliErrors } from "../errors.ts";
import { policyFile, readPlanFile, readTextFile } from "../files.ts";
import { type PostOptions, parseNumber, withPostOptions } from "../options.ts";
import { recordAtHand } from "../recordFile.ts";

interface CommentOptions extends PostOptions {
  readonly plan?: string;
  readonly base?: string;
  readonly failed?: string;
  readonly policy?: string;
  readonly audit?: string;
  readonly pullRequest?: number;
}

/** `sanctioned comment`: what a pull request does, as its one comment. */
export function commentCommand(): Command {
  return withPostOptions(
    new Command("comment")
      .description("comment on a pull request with what it would revoke; the comment is updated in place")
      .option("--plan <file>", "the plan with the change (`plan --out`)")
      .option("--base <file>", "the plan of the same inventory without the change: what is in both is drift")
      .addOption(
        new Option("--failed <file>", "in place of a plan: the output of what failed").conflicts([
          "plan",
          "base",
        ]),
      )
      .option("--policy <file>", "the policy, with --failed (default: the only one in the folder policy)")
      .option(
        "--audit <file>",
        "the audit record, whose last hash is told (default: the one of the org in .sanctioned, if there is one)",
      ),
  )
    .addOption(
      new Option("--pull-request <number>", "its number (default: the one of the CI run)").argParser(
        parseNumber,
      ),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx sanctioned comment --plan head.json --base base.json --post github\n" +
        "  $ npx sanctioned comment --failed output.txt --post github",
    )
    .action(async (options: CommentOptions) => {
      const { name, body } = options.failed === undefined ? ofPlan(options) : ofFailure(options);
      const mark = hiddenMark("comment", options.name ?? name);
      if (options.post === undefined) {
        process.stdout.write(`${mark}\n${body}`);
        return;
      }
      const { forgeFromEnvironment } = await import("../../forge/fromEnvironment.ts");
      const forge = await forgeFromEnvironment(options.post, options, true, process.env);
      console.log(`Comment ${await postComment(forge, mark, body)}.`);
    });
}

function ofPlan({ plan: file, base: baseFile, audit }: CommentOptions): { name: string; body: string } {
  if (file === undefined) throw cliErrors["plan-not-named"]();
  const head = readPlanFile(file);
  const base = baseFile === undefined ? null : readPlanFile(baseFile);
  if (base !== null && base.org.id !== head.org.id)
    throw cliErrors["plans-of-two-orgs"]({
      org: head.org.id,
      file,
      baseOrg: base.org.id,
      baseFile: baseFile!,
    });
  return {
    name: head.policy.file,
    body: commentBody(head, base, { record: recordAtHand(audit, head.org.id) }),
  };
}

function ofFailure({ failed, policy }: CommentOptions): { name: string; body: string } {
  const name = policyFile(policy);
  return { name, body: failureBody(readTextFile(failed!, "The output"), name) };
}
