import { Command, Option } from "commander";
import { explain } from "../../decide/explain.ts";
import { UserError } from "../../errors.ts";
import type { Grant } from "../../inventory/inventory.ts";
import { appsNamed, userNamed } from "../../plan/named.ts";
import { explainJson } from "../../report/explainJson.ts";
import { explainText } from "../../report/explainText.ts";
import { asOfOption, type JudgeOptions, withInventoryOptions } from "../options.ts";
import { judgeAsAsked } from "../run.ts";

interface ExplainOptions extends JudgeOptions {
  readonly user?: string;
  readonly app?: string;
  readonly format: "text" | "json";
}

/** `sanctioned explain`: which rules were looked at, which decided, and what would change the answer. */
export function explainCommand(): Command {
  return withInventoryOptions(new Command("explain"))
    .description("say why a user's or an app's grants get what they get, and what would change that")
    .option("--user <name>", "username or id")
    .option("--app <name>", "name or id of the app")
    .option("--policy <file>", "the policy (default: the only one in the folder policy)")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .addOption(asOfOption())
    .addHelpText(
      "after",
      "\nA user without a grant for the app is judged as if it were given now.\n" +
        "\nExample:\n  $ npx sanctioned explain --user ada.weber@dieppe.example --app Slack",
    )
    .action(async (options: ExplainOptions) => {
      const { user: username, app: appName, format } = options;
      if (username === undefined && appName === undefined)
        throw new UserError("Say whose grants to explain: --user, --app or both.");
      const { resolved, inventory, asOf } = await judgeAsAsked(options);
      const user = username === undefined ? null : userNamed(inventory, username);
      const apps = appName === undefined ? null : appsNamed(inventory, appName);
      const found = inventory.grants.filter(
        ({ userId, app }) => (user === null || userId === user.id) && (apps === null || apps.includes(app)),
      );
      const hypothetical = found.length === 0 && user !== null && apps !== null;
      const grants: Grant[] = hypothetical
        ? apps.map((app) => ({ userId: user.id, app, createdAt: asOf, lastUsedAt: asOf, useCount: 1 }))
        : found;
      const explanations = explain({ policy: resolved, inventory, asOf }, grants);
      if (format === "json") process.stdout.write(explainJson(explanations, inventory, { hypothetical }));
      else
        process.stdout.write(
          grants.length === 0 ? "No grants.\n" : explainText(explanations, inventory, { hypothetical }),
        );
    });
}
