import { Command } from "commander";
import type { DecisionOptions } from "../deciding.ts";
import { withEditOptions } from "../options.ts";

const APP = ["--app <name>", "name or id of the app; with its id alone the org is not read"] as const;
const NOTHING_REVOKED =
  "\nIt writes the policy's file alone, with its comments and its order; nothing is revoked by it. A second time it changes nothing.\n";

/** `sanctioned allow`: an app may be connected, and for whom. */
export function allowCommand(): Command {
  return withEditOptions(
    new Command("allow")
      .description("write into the policy that an app is sanctioned, for whom and why; revokes nothing")
      .requiredOption(...APP)
      .option("--everyone", "for every user")
      .option("--usernames <names...>", "for these users")
      .option("--profiles <names...>", "for users with these profiles")
      .option("--permission-sets <names...>", "for users with these permission sets")
      .option("--permission-set-groups <names...>", "for users with these permission set groups")
      .option("--roles <names...>", "for users with these roles")
      .option("--public-groups <names...>", "for users in these public groups")
      .option("--reason <text>", "why; needed unless the app is sanctioned already")
      .option("--owner <who>", "who answers for it")
      .option("--review-by <day>", "after it the entry is due for review, as 2027-03-31")
      .option("--expected-by <day>", "the org need not have the app yet, up to this day, as 2027-03-31"),
  )
    .addHelpText(
      "after",
      `${NOTHING_REVOKED}What is not given stays as the policy says it; who is in scope is given whole.\n` +
        '\nExamples:\n  $ npx sanctioned allow --app Slack --profiles "Sales User" --owner it@acme.example --reason "Case swarming (SEC-131)" --dry-run\n' +
        '  $ npx sanctioned allow --app "Contract Signer" --expected-by 2027-03-31 --everyone --reason "To be installed in March (SEC-402)"',
    )
    .action((options: DecisionOptions) => decideAsAsked("allow", options));
}

/** `sanctioned deny`: an app may not be connected. */
export function denyCommand(): Command {
  return withEditOptions(
    new Command("deny")
      .description("write into the policy that an app is denied, and why; revokes nothing by itself")
      .requiredOption(...APP)
      .requiredOption("--reason <text>", "why")
      .option("--owner <who>", "who answers for it"),
  )
    .addHelpText(
      "after",
      `${NOTHING_REVOKED}What an entry says of who may use the app, and how, goes with it.\n` +
        '\nExample:\n  $ npx sanctioned deny --app "Bob\'s Lead Scoring Tool" --reason "Unused since 2024" --dry-run',
    )
    .action((options: DecisionOptions) => decideAsAsked("deny", options));
}

/** `sanctioned exempt`: grants are kept for a while. */
export function exemptCommand(): Command {
  return withEditOptions(
    new Command("exempt")
      .description(
        "write into the policy that grants of an app, a user or both are kept until a day; revokes nothing",
      )
      .option(...APP)
      .option("--user <name>", "username")
      .requiredOption("--reason <text>", "why")
      .requiredOption("--owner <who>", "who answers for it")
      .requiredOption("--expires <day>", "the last day on which it holds, as 2027-03-31"),
  )
    .addHelpText(
      "after",
      `${NOTHING_REVOKED}\nExample:\n  $ npx sanctioned exempt --app Slack --user ada.weber@dieppe.example --owner it@acme.example --reason "Migrating (SEC-201)" --expires 2027-03-31`,
    )
    .action((options: DecisionOptions) => decideAsAsked("exempt", options));
}

/** `sanctioned protect`: what is never revoked. */
export function protectCommand(): Command {
  return withEditOptions(
    new Command("protect")
      .description("write into the policy that the grants of an app, or of a user, are never revoked")
      .option(...APP)
      .option("--user <name>", "username"),
  )
    .addHelpText(
      "after",
      `${NOTHING_REVOKED}\nExample:\n  $ npx sanctioned protect --user breakglass@dieppe.example --dry-run`,
    )
    .action((options: DecisionOptions) => decideAsAsked("protect", options));
}

/** Loaded only when it is needed: so is what reads and writes policies. */
async function decideAsAsked(kind: "allow" | "deny" | "exempt" | "protect", options: DecisionOptions) {
  const { decide } = await import("../deciding.ts");
  await decide(kind, options);
}
