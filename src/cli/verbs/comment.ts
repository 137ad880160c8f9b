import { Command, Option } from "commander";
import type { Forge } from "../../forge/forge.ts";
import { type Comment, commentOn, failureBody, hiddenMark } from "../../pullRequest/comment.ts";
import { NOT_KNOWN } from "../../pullRequest/outcome.ts";
import { type DecidedOptions, pullRequestOption, tellComment, withDecidedOptions } from "../decided.ts";
import { cliErrors } from "../errors.ts";
import { policyFile, readPlanFile, readTextFile } from "../files.ts";
import { type PostOptions, withPostOptions } from "../options.ts";
import { recordAtHand } from "../recordFile.ts";

interface CommentOptions extends PostOptions, DecidedOptions {
  readonly plan?: string;
  readonly base?: string;
  readonly failed?: string;
  readonly policy?: string;
  readonly audit?: string;
  readonly all?: boolean;
  readonly pullRequest?: number;
}

/** `sanctioned comment`: what a pull request does, as its one comment. */
export function commentCommand(): Command {
  return withDecidedOptions(
    withPostOptions(
      new Command("comment")
        .description(
          "comment on a pull request with what it allows more and what it would revoke; the comment is updated in place",
        )
        .option("--plan <file>", "the plan with the change (`plan --out`)")
        .option(
          "--base <file>",
          "the plan of the same inventory without the change: what is in both is drift",
        )
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
        new Option("--all", "print every row, which can be too long to post").conflicts(["post", "failed"]),
      )
      .addOption(pullRequestOption()),
  )
    .addHelpText(
      "after",
      "\nExits 0, and 2 for what it is told to fail on.\n" +
        "\nExamples:\n  $ npx sanctioned comment --plan head.json --base base.json --post github\n" +
        "  $ npx sanctioned comment --failed output.txt --post github",
    )
    .action(async (options: CommentOptions) => {
      const { name, ...comment } = options.failed === undefined ? ofPlan(options) : ofFailure(options);
      const mark = hiddenMark("comment", options.name ?? name);
      process.exitCode = await tellComment(comment, mark, await forgeOf(options), options);
    });
}

async function forgeOf(options: CommentOptions): Promise<Forge | null> {
  if (options.post === undefined) return null;
  const { forgeFromEnvironment } = await import("../../forge/fromEnvironment.ts");
  return await forgeFromEnvironment(options.post, options, true, process.env);
}

interface NamedComment extends Comment {
  readonly name: string;
}

function ofPlan({ plan: file, base: baseFile, audit, all = false }: CommentOptions): NamedComment {
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
    ...commentOn(head, base, { record: recordAtHand(audit, head.org.id), isWhole: all }),
  };
}

function ofFailure({ failed, policy }: CommentOptions): NamedComment {
  const name = policyFile(policy);
  return { name, body: failureBody(readTextFile(failed!, "The output"), name), outcome: NOT_KNOWN };
}
