import { Command, Option } from "commander";
import { explain } from "../../decide/explain.ts";
import type { App, Grant } from "../../inventory/inventory.ts";
import type { Evaluation } from "../../plan/evaluate.ts";
import { grantsNamed, type Named } from "../../plan/named.ts";
import { type SaidValue, saidValues } from "../../policy/saidValues.ts";
import { explainJson, explainText, notSeenText, standingExplained } from "../../report/explanations.ts";
import { fittedText } from "../../report/render/fold.ts";
import type { ResolvedPolicy } from "../../resolve/resolved.ts";
import { cliErrors } from "../errors.ts";
import { asOfOption, type JudgeOptions, withInventoryOptions } from "../options.ts";
import { judgeAsAsked } from "../run.ts";
import { terminal } from "../terminalOutput.ts";

interface ExplainOptions extends JudgeOptions {
  readonly user?: string;
  readonly app?: string;
  readonly format: "text" | "json";
}

/** `sanctioned explain`: which rules were looked at, which decided, and what would change the answer. */
export function explainCommand(): Command {
  return withInventoryOptions(new Command("explain"))
    .description(
      "explain why grants of a user or an app are kept, reported or revoked, and what would change that",
    )
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
      if (options.user === undefined && options.app === undefined)
        throw cliErrors["nobody-named"]({ verb: "explain" });
      const evaluation = await judgeAsAsked(options);
      const { resolved, inventory, asOf } = evaluation;
      const { grants, hypothetical } = grantsToExplain(evaluation, options);
      const explanations = explain({ resolved, inventory, asOf }, grants);
      const text = options.format === "json" ? explainJson : explainText;
      const explained = text(explanations, inventory, {
        hypothetical,
        saidOf: (app) => saidOf(app, resolved),
      });
      if (options.format === "json") process.stdout.write(explained);
      else {
        const standing = standingExplained(evaluation.findings, grantsNamed(inventory, options));
        process.stdout.write(
          fittedText(`${explained}${standing}${notSeenText(inventory)}`, terminal().width),
        );
      }
    });
}

/** The grants that are asked about; where a user has none for the app, one as if it were given now. */
function grantsToExplain(
  { inventory, asOf }: Evaluation,
  named: Named,
): { readonly grants: readonly Grant[]; readonly hypothetical: boolean } {
  const { user, apps, grants } = grantsNamed(inventory, named);
  if (grants.length > 0 || user === null || apps === null) return { grants, hypothetical: false };
  const given = { userId: user.id, createdAt: asOf, lastUsedAt: asOf, useCount: 1 };
  const linked = { userId: user.id, createdAt: null, lastUsedAt: null, useCount: null };
  const asGivenNow = (app: App): Grant =>
    app.kind === "identity-provider" ? { ...linked, app, source: "account-link" } : { ...given, app };
  return { grants: apps.map(asGivenNow), hypothetical: true };
}

/** The app's entry, the extended policy's part in it too, and the defaults; nothing where it is not listed. */
function saidOf(app: App, { policy, listedApps }: ResolvedPolicy): SaidValue[] {
  const listed = listedApps.get(app.key);
  if (listed === undefined) return [];
  const provider = policy.identityProviders?.entries.indexOf(listed.entry) ?? -1;
  if (provider >= 0) return saidValues(policy, ["identityProviders", provider]);
  const index = policy.apps.indexOf(listed.entry);
  return index < 0 ? [] : [...saidValues(policy, ["apps", index]), ...saidValues(policy, ["defaults"])];
}
