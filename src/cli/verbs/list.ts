import { Command, Option } from "commander";
import { NO_NEEDS } from "../../inventory/needs.ts";
import { connectedUsers, type ListFilter } from "../../report/list/connectedUsers.ts";
import { listCsv, listJson, listText } from "../../report/list/listFormats.ts";
import { standingNote } from "../../report/standingTable.ts";
import { accountLinksText, proofText } from "../../report/words.ts";
import { openObserver } from "../run.ts";
import { terminal } from "../terminalOutput.ts";

interface ListOptions extends ListFilter {
  readonly format: "table" | "json" | "csv";
}

/** `sanctioned list`: the connected users of an org. */
export function listCommand(): Command {
  return new Command("list")
    .description("list the connected users of the org, by app or by user")
    .addOption(new Option("--by <what>", "a row for each app or for each user").choices(["app", "user"]))
    .option("--app <name>", "only this app (name or id); lists its users")
    .option("--user <name>", "only this user (username or id); lists their apps")
    .addOption(
      new Option("--format <format>", "output format").choices(["table", "json", "csv"]).default("table"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx sanctioned list\n  $ npx sanctioned list --by user --format csv > users.csv\n  $ npx sanctioned list --app Slack",
    )
    .action(async (options: ListOptions) => {
      const inventory = await (await openObserver()).have(NO_NEEDS);
      const list = connectedUsers(inventory, options);
      const output = { table: listText, json: listJson, csv: listCsv }[options.format](
        list,
        inventory,
        terminal(),
      );
      process.stdout.write(output);
      // A table of rows has no place for it.
      if (options.format === "csv")
        process.stderr.write(
          `${proofText(inventory.proof)}${accountLinksText(inventory.accountLinks)}\n${standingNote(list.standingAccess).note}\n`,
        );
    });
}
