import { Command, Option } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { postComment } from "../../../forge/sticky.ts";
import { failureBody, hiddenMark } from "../../../pullRequest/comment.ts";
import { fleetCommentBody } from "../../../pullRequest/fleetComment.ts";
import { readTextFile } from "../../files.ts";
import { shownOrgsFile } from "../../fleet.ts";
import { type PlansOptions, plansAsAsked, withPlansOptions } from "../../fleetPlans.ts";
import { type PostOptions, parseNumber, withPostOptions } from "../../options.ts";

interface CommentOptions extends PlansOptions, PostOptions {
  readonly failed?: string;
  readonly pullRequest?: number;
}

/** `sanctioned fleet comment`: what a pull request does to all orgs, as its one comment. */
export function fleetCommentCommand(): Command {
  return withPostOptions(
    withPlansOptions(
      new Command("comment").description(
        "comment on a pull request with what it does to each org, as one comment; it is updated in place",
      ),
    ).addOption(
      new Option("--failed <file>", "in place of plans: the output of what failed").conflicts([
        "plans",
        "base",
      ]),
    ),
    "the file of the orgs",
  )
    .addOption(
      new Option("--pull-request <number>", "its number (default: the one of the CI run)").argParser(
        parseNumber,
      ),
    )
    .addHelpText(
      "after",
      "\nExits as `fleet plan` does, and 0 with --failed.\n" +
        "\nExamples:\n  $ npx sanctioned fleet comment --plans plans --post github\n" +
        "  $ npx sanctioned fleet comment --failed output.txt --post github",
    )
    .action(async (options: CommentOptions) => {
      if (options.failed !== undefined) {
        const name = shownOrgsFile(options.orgs);
        await post(options, name, failureBody(readTextFile(options.failed, "The output"), name));
        return;
      }
      const { plans, finish } = await plansAsAsked(options);
      await post(options, plans.run.file, fleetCommentBody(plans));
      process.exitCode = exitCodeOf(plans.run, false);
      finish();
    });
}

async function post(options: CommentOptions, file: string, body: string): Promise<void> {
  // A policy that is called as the file of the orgs keeps a comment of its own.
  const mark = hiddenMark("comment", options.name ?? `fleet ${file}`);
  if (options.post === undefined) {
    process.stdout.write(`${mark}\n${body}`);
    return;
  }
  const { forgeFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
  const forge = await forgeFromEnvironment(options.post, options, true, process.env);
  console.log(`Comment ${await postComment(forge, mark, body)}.`);
}
