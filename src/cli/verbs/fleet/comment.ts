import { Command, Option } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { type Comment, failureBody, hiddenMark } from "../../../pullRequest/comment.ts";
import { fleetCommentOn } from "../../../pullRequest/fleetComment.ts";
import { NOT_KNOWN } from "../../../pullRequest/outcome.ts";
import {
  type DecidedOptions,
  exitOf,
  pullRequestOption,
  tellComment,
  withDecidedOptions,
} from "../../decided.ts";
import { readTextFile } from "../../files.ts";
import { shownOrgsFile } from "../../fleet.ts";
import { type PlansOptions, plansAsAsked, withPlansOptions } from "../../fleetPlans.ts";
import { type PostOptions, withPostOptions } from "../../options.ts";

interface CommentOptions extends PlansOptions, PostOptions, DecidedOptions {
  readonly failed?: string;
}

/** `sanctioned fleet comment`: what a pull request does to all orgs, as its one comment. */
export function fleetCommentCommand(): Command {
  return withDecidedOptions(
    withPostOptions(
      withPlansOptions(
        new Command("comment").description(
          "comment on a pull request with what it allows more and revokes in each org, as one comment; it is updated in place",
        ),
      ).addOption(
        new Option("--failed <file>", "in place of plans: the output of what failed").conflicts([
          "plans",
          "base",
        ]),
      ),
      "the file of the orgs",
    ).addOption(pullRequestOption()),
  )
    .addHelpText(
      "after",
      "\nExits as `fleet plan` does, 0 with --failed, and 2 for what it is told to fail on, where nothing is worse.\n" +
        "\nExamples:\n  $ npx sanctioned fleet comment --plans plans --post github\n" +
        "  $ npx sanctioned fleet comment --failed output.txt --post github",
    )
    .action(async (options: CommentOptions) => {
      if (options.failed !== undefined) {
        const name = shownOrgsFile(options.orgs);
        const body = failureBody(readTextFile(options.failed, "The output"), name);
        process.exitCode = await post(options, name, { body, outcome: NOT_KNOWN });
        return;
      }
      const { plans, finish } = await plansAsAsked(options);
      const exit = await post(options, plans.run.file, fleetCommentOn(plans));
      process.exitCode = exitOf(exitCodeOf(plans.run, false), exit);
      finish();
    });
}

async function post(options: CommentOptions, file: string, comment: Comment): Promise<0 | 2> {
  // A policy that is called as the file of the orgs keeps a comment of its own.
  const mark = hiddenMark("comment", options.name ?? `fleet ${file}`);
  if (options.post === undefined) return await tellComment(comment, mark, null, options);
  const { forgeFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
  const forge = await forgeFromEnvironment(options.post, options, true, process.env);
  return await tellComment(comment, mark, forge, options);
}
