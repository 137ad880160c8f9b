import path from "node:path";
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { decideByHand } from "../../decide/byHand.ts";
import { remedyOf } from "../../decide/codes.ts";
import type { Evaluation } from "../../plan/evaluate.ts";
import { judgeLimits, refusedText } from "../../plan/limits.ts";
import { grantsOfOneApp, type Named } from "../../plan/named.ts";
import { countGrants, type Plan, plan } from "../../plan/plan.ts";
import { printable } from "../../printable.ts";
import { outcomesText } from "../../report/outcomesText.ts";
import { HELD_BACK } from "../../report/words.ts";
import type { RunSettings } from "../../run/settings.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { policyFile } from "../files.ts";
import { openRevoker, sayRaised } from "../run.ts";

interface RevokeOptions {
  readonly user?: string;
  readonly app?: string;
  readonly reason: string;
  readonly policy?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `sanctioned revoke`: at once and by hand, for a leaver, a compromised account or a vendor breach. */
export function revokeCommand(): Command {
  return new Command("revoke")
    .description("revoke a user's or an app's grants at once, on record; what the policy protects stays")
    .requiredOption("--reason <text>", "why; it goes on record")
    .option("--user <name>", "username or id")
    .option("--app <name>", "name or id of the app")
    .option(
      "--policy <file>",
      "the policy, for what it protects and its limits (default: the only one in the folder policy)",
    )
    .option("--dry-run", "only show what would be revoked")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      "\nExits 0 when all is revoked, 1 when something is not, 3 when a limit refuses, 4 when the list is inconclusive.\n" +
        '\nExample:\n  $ npx sanctioned revoke --user ada.weber@dieppe.example --reason "Left on 2026-11-20 (HR-81)"',
    )
    .action(async (options: RevokeOptions) => {
      const { user, app, reason, dryRun = false, yes = false } = options;
      if (user === undefined && app === undefined) throw cliErrors["nobody-named"]({ verb: "revoke" });
      if (reason.trim() === "") throw cliErrors["reason-missing"]();
      const run = await openRevoker();
      sayRaised(run.settings);
      const evaluation = await run.observe(run.want(policyFile(options.policy)));
      const planned = planByHand(evaluation, { user, app }, run.settings);
      process.stdout.write(planned.text);
      if (planned.refusal !== null) {
        process.stderr.write(`${refusedText(planned.refusal)}\n`);
        process.exitCode = EXIT.limit;
        return;
      }
      const count = countGrants(planned.plan);
      if (count === 0 || dryRun) return;
      if (!yes) await confirm(count);
      const { outcomes, sessions, audit } = await run.revoke(planned.plan, evaluation, {
        reason,
        onProgress: showProgress,
      });
      const record = { ...audit, file: path.relative(process.cwd(), audit.file) };
      const { text, open } = outcomesText(outcomes, sessions, record);
      process.stdout.write(text);
      if (open > 0) process.exitCode = EXIT.userError;
    });
}

/** By hand nothing else holds a grant back than that the API may not delete it. */
const IN_SETUP = remedyOf("links-not-revocable");

function showProgress({ done, total }: { readonly done: number; readonly total: number }): void {
  if (process.stderr.isTTY) process.stderr.write(`\rrevoked ${done}/${total}${done === total ? "\n" : ""}`);
}

/** The plan of what is asked for, under the policy's protection and limits. */
export function planByHand(
  { inventory, policy, resolved, asOf }: Evaluation,
  named: Named,
  { raised }: Pick<RunSettings, "raised">,
): { readonly plan: Plan; readonly refusal: string | null; readonly text: string } {
  const grants = grantsOfOneApp(inventory, named);
  const decisions = decideByHand({ resolved, inventory, asOf }, grants);
  const planned = plan(decisions, { inventory, resolved, asOf });
  const { refusal } = judgeLimits(planned, inventory.grants.length, { ...policy.limits, ...raised?.limits });
  const left = Map.groupBy(
    decisions.filter(({ action }) => action !== "revoke"),
    ({ code, heldBackBy }) => (heldBackBy === null ? code : `${code}, ${HELD_BACK[heldBackBy]}: ${IN_SETUP}`),
  );
  const lines = [
    `${countGrants(planned)} of ${grants.length} grants to revoke in ${printable(inventory.org.name)} (${inventory.org.id}):`,
    ...planned.revocations.map(
      ({ appLabel, userLabel, reason }) => `  - ${appLabel}, ${userLabel}: ${printable(reason)}`,
    ),
    ...[...left].map(([code, some]) => `left alone: ${some.length} ${code}`),
  ];
  return { plan: planned, refusal, text: `${lines.join("\n")}\n` };
}

/** @throws UserError where nobody can be asked, or the answer is another */
export async function confirm(count: number): Promise<void> {
  if (!process.stdin.isTTY) throw cliErrors["confirmation-not-possible"]();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`This cannot be undone. Type ${count} to revoke ${count}: `);
    if (answer.trim() !== String(count)) throw cliErrors["revocation-not-confirmed"]();
  } finally {
    terminal.close();
  }
}
