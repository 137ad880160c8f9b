import { Command } from "commander";
import { type EditOptions, withEditOptions } from "../options.ts";

/** `sanctioned review`: one app after the other that nobody decided on. */
export function reviewCommand(): Command {
  return withEditOptions(
    new Command("review").description(
      "decide at the terminal, app by app, what the policy leaves undecided, and write it into the policy; revokes nothing",
    ),
  )
    .addHelpText(
      "after",
      "\nShows of each app who is connected, since when, its last use, their privilege, what it may do, access without a grant and what was said of it in public.\n" +
        "Each decision is written as soon as it is confirmed: Ctrl-C ends the review and keeps those. With --branch or --dry-run they are kept until the end, and Ctrl-C ends with those that were confirmed.\n" +
        "\nExample:\n  $ npx sanctioned review --policy policy/acme.yaml",
    )
    .action(async (options: EditOptions) => {
      const { review } = await import("../reviewing.ts");
      await review(options);
    });
}
