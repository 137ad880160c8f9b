import path from "node:path";
import { Command } from "commander";
import { refusedText } from "../../plan/limits.ts";
import type { Named } from "../../plan/named.ts";
import { countGrants } from "../../plan/plan.ts";
import { planFile } from "../../plan/planFile.ts";
import { printable } from "../../printable.ts";
import { approvalCountText, approvalStateText } from "../../report/approvalText.ts";
import { byHandSummary, byHandText } from "../../report/byHandText.ts";
import { outcomesText } from "../../report/outcomesText.ts";
import { hanging } from "../../report/render/fold.ts";
import { ByHand, type ByHandListener, type SeenByHand } from "../../run/byHand.ts";
import { progressText } from "../../run/progressText.ts";
import type { Recorded } from "../../run/revokeOnRecord.ts";
import type { Revoker } from "../../run/revoker.ts";
import { inRounds, type RoundsEnd } from "../../run/rounds.ts";
import { safeJson } from "../../safeJson.ts";
import { amount, count } from "../../text.ts";
import { confirm } from "../confirm.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { policyFile, writeNew } from "../files.ts";
import { namingOf, raisingText, repeated } from "../repeat.ts";
import { openRevoker, sayRaised } from "../run.ts";
import { stopOnSignals } from "../stopping.ts";
import { followed, terminal } from "../terminalOutput.ts";

interface RevokeOptions {
  readonly user?: string;
  readonly app?: string;
  readonly reason: string;
  readonly policy?: string;
  readonly approvedPlan?: string;
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly out?: string;
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
    .option(
      "--approved-plan <file>",
      "revoke no more than this plan lists, which --dry-run --out wrote; needed where the policy wants signed approvals",
    )
    .option("--dry-run", "only show what would be revoked")
    .option("--out <file>", "with --dry-run: also write it, as a plan that can be signed, to a new file")
    .option("--all", "every user by name, however many they are")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      "\nRepeats until two looks find nothing left, five rounds at most; each is on record and held to the policy.\n" +
        "\nExits 0 when all is revoked, 1 when something is not, 3 when a limit refuses, 4 when the list is inconclusive.\n" +
        '\nExample:\n  $ npx sanctioned revoke --user ada.weber@dieppe.example --reason "Left on 2026-11-20 (HR-81)"',
    )
    .action(async (options: RevokeOptions) => {
      const { approvedPlan, dryRun = false, out, yes = false, all = false } = options;
      const { named, reason } = askedOf("revoke", options);
      if (out !== undefined && !dryRun)
        throw cliErrors["out-without-dry-run"]({ command: repeated(["--dry-run"]) });
      const run = await openRevoker();
      sayRaised(run.settings);
      const policy = policyFile(options.policy);
      const byHand = new ByHand(
        run,
        { named, policy, reason, approvedPlan: approvedPlan ?? null },
        listener(run, { approvedPlan, yes, reason, all }),
      );
      if (dryRun) {
        const { evaluation, plan: found, decisions, limits } = await byHand.look(false);
        const planned = { ...evaluation, plan: found, decisions, limits, findings: [] };
        if (out !== undefined) writeNew(out, safeJson(planFile(planned, { all: false })), "--out");
      } else finish(byHand, await inRounds(byHand));
    });
}

/** Whose grants are revoked, and why. @throws UserError where either is not said */
export function askedOf(
  verb: string,
  { user, app, reason }: { readonly user?: string; readonly app?: string; readonly reason: string },
): { readonly named: Named; readonly reason: string } {
  if (user === undefined && app === undefined) throw cliErrors["nobody-named"]({ verb });
  if (reason.trim() === "") throw cliErrors["reason-missing"]();
  return { named: { user, app }, reason };
}

/** Tells what happens in one org on standard output, and asks once. */
function listener(
  { stop, settings }: Revoker,
  {
    approvedPlan,
    yes,
    reason,
    all,
  }: {
    readonly approvedPlan: string | undefined;
    readonly yes: boolean;
    readonly reason: string;
    readonly all: boolean;
  },
): ByHandListener {
  let progress: ReturnType<typeof followed> | null = null;
  return {
    looked(seen, { round, isFirst }) {
      const text = seenText(seen, approvedPlan, all);
      if (isFirst) process.stdout.write(text);
      else if (countGrants(seen.plan) > 0) process.stdout.write(`Round ${round}: ${text}`);
      if (seen.refusal === null) return;
      process.stderr.write(
        `${hanging(refusedText(seen.refusal), terminal().width, "", "  ").join("\n")}\n${raisingText([seen.limits], settings.raised, reason)}`,
      );
      process.exitCode = EXIT.limit;
    },
    async begin({ plan }, round) {
      if (round === 1 && !yes) await confirm("revoke", countGrants(plan));
      // What hangs then, as a call that has no answer does, is left to itself.
      stop.due.onceHappened(() => setTimeout(() => process.exit(EXIT.userError), 1_000).unref());
      progress = followed("reading the tokens to revoke");
      const heedNoMore = stopOnSignals(stop);
      return () => {
        progress?.stop();
        heedNoMore();
      };
    },
    progress(now) {
      progress?.at(progressText(now));
    },
    revoked(recorded) {
      const { audit } = recorded;
      process.stdout.write(recordedText(recorded));
      if (audit.missing !== null) throw cliErrors["run-not-on-record"]({ why: audit.missing });
      if (stop.reason !== null)
        throw cliErrors["revocation-stopped"]({ why: stop.reason, command: repeated() });
    },
  };
}

/** What is to be revoked in one org, and what bounds it; the last line is the whole in one. @param approvedPlan its file */
export function seenText(
  { evaluation, decisions, whole, approval, approvals, drift, plan, refusal }: SeenByHand,
  approvedPlan: string | undefined,
  all: boolean,
): string {
  const text = byHandText(evaluation, { decisions, plan: whole }, terminal(), namingOf(all, ["--dry-run"]));
  const left =
    !drift || approvedPlan === undefined
      ? ""
      : `left alone: ${count(drift)} more that ${printable(approvedPlan)} does not list\n`;
  const approved =
    approval !== null
      ? approvalStateText(approvals)
      : approvals.wanted === 0
        ? ""
        : `${approvalCountText(approvals)}\n`;
  return `${text}${left}${approved}${byHandSummary(evaluation, plan, refusal !== null, terminal())}`;
}

/** What came of one round, and where it is on record. */
export function recordedText({ outcomes, sessions, audit }: Recorded): string {
  return outcomesText(outcomes, sessions, { ...audit, file: path.relative(process.cwd(), audit.file) }).text;
}

/** Says how it ended. @throws RemoteError where grants came again after every round */
function finish(
  { found, inSetup }: ByHand,
  { rounds, end }: { readonly rounds: number; readonly end: RoundsEnd },
): void {
  if (end === "failed" || inSetup > 0) process.exitCode = EXIT.userError;
  if (end === "came-again")
    throw cliErrors["grants-came-again"]({ count: found, rounds, command: repeated() });
  if (end === "none-left" && rounds > 0)
    process.stdout.write(`Two looks found nothing more to revoke, after ${amount(rounds, "round")}.\n`);
}
