import path from "node:path";
import { Command } from "commander";
import type { RunApproval } from "../../audit/line.ts";
import { decideByHand } from "../../decide/byHand.ts";
import { meaningOf, remedyOf } from "../../decide/codes.ts";
import type { Decision } from "../../decide/decide.ts";
import { UserError } from "../../errors.ts";
import type { Grant } from "../../inventory/inventory.ts";
import type { Evaluation } from "../../plan/evaluate.ts";
import { judgeLimits, type LimitVerdict, refusedText } from "../../plan/limits.ts";
import { grantsOfOneApp, type Named } from "../../plan/named.ts";
import type { Outcome } from "../../plan/outcome.ts";
import { countGrants, type Plan, plan } from "../../plan/plan.ts";
import { planFile } from "../../plan/planFile.ts";
import { printable } from "../../printable.ts";
import { approvalCountText, approvalStateText } from "../../report/approvalText.ts";
import { outcomesText } from "../../report/outcomesText.ts";
import { HELD_BACK } from "../../report/words.ts";
import { wantedApprovals } from "../../run/approvals.ts";
import type { Revoker } from "../../run/revoker.ts";
import { inRounds, type Rounds, type RoundsEnd } from "../../run/rounds.ts";
import type { RunSettings } from "../../run/settings.ts";
import { safeJson } from "../../safeJson.ts";
import { amount } from "../../text.ts";
import { confirm } from "../confirm.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { policyFile, writeNew } from "../files.ts";
import { openRevoker, sayRaised } from "../run.ts";
import { stopOnSignals } from "../stopping.ts";

interface RevokeOptions {
  readonly user?: string;
  readonly app?: string;
  readonly reason: string;
  readonly policy?: string;
  readonly approvedPlan?: string;
  readonly dryRun?: boolean;
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
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      "\nRepeats until two looks find nothing left, five rounds at most; each is on record and held to the policy.\n" +
        "\nExits 0 when all is revoked, 1 when something is not, 3 when a limit refuses, 4 when the list is inconclusive.\n" +
        '\nExample:\n  $ npx sanctioned revoke --user ada.weber@dieppe.example --reason "Left on 2026-11-20 (HR-81)"',
    )
    .action(async (options: RevokeOptions) => {
      const { user, app, reason, approvedPlan, dryRun = false, out, yes = false } = options;
      if (user === undefined && app === undefined) throw cliErrors["nobody-named"]({ verb: "revoke" });
      if (reason.trim() === "") throw cliErrors["reason-missing"]();
      if (out !== undefined && !dryRun) throw cliErrors["out-without-dry-run"]();
      const run = await openRevoker();
      sayRaised(run.settings);
      const byHand = new ByHand(run, {
        named: { user, app },
        policy: policyFile(options.policy),
        reason,
        approvedPlan,
        yes,
      });
      if (dryRun) {
        const { evaluation, plan: found, decisions, limits } = await byHand.look(false);
        const planned = { ...evaluation, plan: found, decisions, limits, findings: [] };
        if (out !== undefined) writeNew(out, safeJson(planFile(planned, { all: false })), "--out");
      } else byHand.finish(await inRounds(byHand));
    });
}

interface Asked {
  readonly named: Named;
  readonly policy: string;
  readonly reason: string;
  readonly approvedPlan: string | undefined;
  readonly yes: boolean;
}

type Planned = ReturnType<typeof planByHand> & {
  readonly evaluation: Evaluation;
  /** The plan that it is held to, and who has signed that; null for none. */
  readonly approval: RunApproval | null;
};

/** A revocation by hand, round by round: each is planned anew, under the policy's protection and limits, and on record. */
class ByHand implements Rounds<Planned> {
  readonly #run: Revoker;
  readonly #asked: Asked;
  /** How many grants the last look found to revoke. */
  #found = 0;
  /** How many links somebody has to revoke in Setup. */
  #inSetup = 0;
  #looks = 0;
  #round = 0;

  constructor(run: Revoker, asked: Asked) {
    this.#run = run;
    this.#asked = asked;
  }

  async look(revoked: boolean): Promise<Planned> {
    this.#run.forget();
    const evaluation = await this.#run.observe(this.#run.want(this.#asked.policy));
    const planned = await this.#held(
      evaluation,
      planByHand(evaluation, this.#asked.named, this.#run.settings, revoked),
    );
    this.#found = countGrants(planned.plan);
    this.#inSetup = planned.inSetup;
    if (this.#looks++ === 0) process.stdout.write(planned.text);
    else if (this.#found > 0) process.stdout.write(`Round ${this.#round + 1}: ${planned.text}`);
    if (planned.refusal !== null) {
      process.stderr.write(`${refusedText(planned.refusal)}\n`);
      process.exitCode = EXIT.limit;
    }
    return planned;
  }

  /** What is planned, as far as the approved plan lists it where one is named; says how far that is signed. */
  async #held(evaluation: Evaluation, planned: ReturnType<typeof planByHand>): Promise<Planned> {
    const { approvedPlan: file } = this.#asked;
    if (file === undefined) {
      const wanted = wantedApprovals(evaluation.policy, this.#run.settings, "by-hand");
      const said = wanted === 0 ? "" : `${approvalCountText({ wanted, signedBy: [] })}\n`;
      return { ...planned, evaluation, approval: null, text: `${planned.text}${said}` };
    }
    const held = await this.#run.hold(file, "by-hand", async () => ({ ...evaluation, plan: planned.plan }));
    const left =
      held.drift === 0 ? "" : `left alone: ${held.drift} more that ${printable(file)} does not list\n`;
    const text = `${planned.text}${left}${approvalStateText(held.approvals)}`;
    return {
      ...planned,
      evaluation,
      approval: held.approval,
      plan: held.evaluation.plan,
      refusal: null,
      text,
    };
  }

  count({ plan: wanted, refusal }: Planned): number | null {
    return refusal === null ? countGrants(wanted) : null;
  }

  async revoke({ plan: wanted, evaluation, approval }: Planned): Promise<readonly Outcome[]> {
    const { reason, yes } = this.#asked;
    this.#run.refuseUnsigned(evaluation.policy, "by-hand", approval);
    if (this.#round++ === 0 && !yes) await confirm("revoke", this.#found);
    const unheed = stopOnSignals(this.#run.stop);
    // What hangs then, as a call that has no answer does, is left to itself.
    this.#run.stop.due.onceHappened(() => setTimeout(() => process.exit(EXIT.userError), 1_000).unref());
    const { outcomes, sessions, audit } = await this.#run
      .revoke(wanted, evaluation, { purpose: "by-hand", reason, approval, onProgress: showProgress })
      .finally(unheed);
    const record = { ...audit, file: path.relative(process.cwd(), audit.file) };
    process.stdout.write(outcomesText(outcomes, sessions, record).text);
    if (audit.missing !== null) throw cliErrors["run-not-on-record"]({ why: audit.missing });
    const { reason: stopped } = this.#run.stop;
    if (stopped !== null) throw cliErrors["revocation-stopped"]({ why: stopped });
    return outcomes;
  }

  /** Says how it ended. @throws RemoteError where grants came again after every round */
  finish({ rounds, end }: { readonly rounds: number; readonly end: RoundsEnd }): void {
    if (end === "failed" || this.#inSetup > 0) process.exitCode = EXIT.userError;
    if (end === "came-again") throw cliErrors["grants-came-again"]({ count: this.#found, rounds });
    if (end === "none-left" && rounds > 0)
      process.stdout.write(`Two looks found nothing more to revoke, after ${amount(rounds, "round")}.\n`);
  }
}

function showProgress({ done, total }: { readonly done: number; readonly total: number }): void {
  if (process.stderr.isTTY) process.stderr.write(`\rrevoked ${done}/${total}${done === total ? "\n" : ""}`);
}

/** By hand nothing else holds a grant back than that the API may not delete it. */
const IN_SETUP = remedyOf("links-not-revocable");

/**
 * The plan of what is asked for, under the policy's protection and limits.
 * @param revoked whether this run has revoked some already: an app that is known by its grants alone may then be gone
 */
export function planByHand(
  { inventory, policy, resolved, asOf }: Evaluation,
  named: Named,
  { raised }: Pick<RunSettings, "raised">,
  revoked = false,
): {
  readonly decisions: readonly Decision[];
  readonly plan: Plan;
  readonly limits: LimitVerdict;
  readonly refusal: string | null;
  readonly text: string;
  readonly inSetup: number;
} {
  const grants = unlessGone(() => grantsOfOneApp(inventory, named), revoked);
  const decisions = decideByHand({ resolved, inventory, asOf }, grants);
  const planned = plan(decisions, { inventory, resolved, asOf });
  const { refusal: unreadable } = inventory.accountLinks;
  const limits = judgeLimits(planned, inventory.grants.length, { ...policy.limits, ...raised?.limits });
  const left = Map.groupBy(
    decisions.filter(({ action }) => action !== "revoke"),
    ({ code, heldBackBy }) => (heldBackBy === null ? code : `${code}, ${HELD_BACK[heldBackBy]}: ${IN_SETUP}`),
  );
  const lines = [
    `${countGrants(planned)} of ${grants.length} grants to revoke in ${printable(inventory.org.name)} (${inventory.org.id}):`,
    ...planned.revocations.map(
      ({ appLabel, userLabel, reason }) => `  - ${printable(`${appLabel}, ${userLabel}: ${reason}`)}`,
    ),
    ...[...left].map(([code, some]) => `left alone: ${some.length} ${code}`),
    `protected and limited by ${printable(policy.file)}`,
    ...(unreadable === null
      ? []
      : [`not seen: ${meaningOf("links-not-read")}: ${remedyOf("links-not-read")}`]),
  ];
  const inSetup = decisions.filter(({ heldBackBy }) => heldBackBy === "not-revocable").length;
  const text = `${lines.join("\n")}\n`;
  return { decisions, plan: planned, limits, refusal: limits.refusal, text, inSetup };
}

function unlessGone(find: () => readonly Grant[], mayBeGone: boolean): readonly Grant[] {
  try {
    return find();
  } catch (error) {
    if (mayBeGone && error instanceof UserError && error.code === "app-not-found") return [];
    throw error;
  }
}
