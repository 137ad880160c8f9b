import type { ApplyProgress } from "../apply/attempts.ts";
import type { RunApproval } from "../audit/line.ts";
import { decideByHand } from "../decide/byHand.ts";
import type { Decision } from "../decide/decide.ts";
import { UserError } from "../errors.ts";
import type { Grant } from "../inventory/inventory.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { judgeLimits, type LimitVerdict } from "../plan/limits.ts";
import { grantsOfOneApp, type Named } from "../plan/named.ts";
import type { Outcome } from "../plan/outcome.ts";
import { countGrants, type Plan, plan } from "../plan/plan.ts";
import type { ApprovalState } from "../sign/approvalState.ts";
import { unsigned, wantedApprovals } from "./approvals.ts";
import type { Recorded } from "./revokeOnRecord.ts";
import type { Revoker } from "./revoker.ts";
import type { Rounds } from "./rounds.ts";
import type { RunSettings } from "./settings.ts";

/** What is revoked by hand, and why. */
export interface AskedByHand {
  readonly named: Named;
  /** The policy's file: what it protects stays, and its limits hold. */
  readonly policy: string;
  /** It goes on record. */
  readonly reason: string;
  /** The plan that bounds it; null for none. */
  readonly approvedPlan: string | null;
  /** Whether an org may lack the user or the app, as most of a fleet do. */
  readonly mayBeAbsent?: boolean;
}

/** What is asked for, under the policy's protection and limits. */
export interface PlannedByHand {
  readonly decisions: readonly Decision[];
  readonly plan: Plan;
  readonly limits: LimitVerdict;
  /** Why nothing of it may be revoked; null where it may. */
  readonly refusal: string | null;
  /** How many links somebody has to revoke in Setup. */
  readonly inSetup: number;
  /** Whether the org has no such user or app. */
  readonly isAbsent: boolean;
}

/** One look at the org: what it holds of what is asked for, and what of that is to be revoked. */
export interface SeenByHand extends PlannedByHand {
  /** Before it was held to an approved plan. */
  readonly whole: Plan;
  readonly evaluation: Evaluation;
  /** The plan that it is held to, and who has signed that; null for none. */
  readonly approval: RunApproval | null;
  readonly approvals: ApprovalState;
  /** How many grants are left since the approved plan does not list them; null where there is none. */
  readonly drift: number | null;
}

/** What is told, and asked, of a revocation by hand as it goes on. */
export interface ByHandListener {
  /** @param round of the revocation that may follow, from 1; the first look of all is told as `isFirst` */
  looked(seen: SeenByHand, at: { readonly round: number; readonly isFirst: boolean }): void;
  /** Before the first call of a round. @returns is called once the round is over @throws UserError where it is not to be */
  begin(seen: SeenByHand, round: number): Promise<() => void>;
  progress(progress: ApplyProgress): void;
  /** @throws UserError where it cannot go on */
  revoked(recorded: Recorded): void;
}

/** A revocation by hand, round by round: each is planned anew, under the policy's protection and limits, and on record. */
export class ByHand implements Rounds<SeenByHand> {
  readonly #run: Revoker;
  readonly #asked: AskedByHand;
  readonly #listener: ByHandListener;
  #last: SeenByHand | null = null;
  /** What was seen before the rounds began, for the first of them. */
  #ahead: SeenByHand | null = null;
  #round = 0;

  constructor(run: Revoker, asked: AskedByHand, listener: ByHandListener) {
    this.#run = run;
    this.#asked = asked;
    this.#listener = listener;
  }

  /** How many grants the last look found to revoke. */
  get found(): number {
    return this.#last === null ? 0 : countGrants(this.#last.plan);
  }

  /** Why nothing of what the last look found may be revoked; null where it may. */
  get refusal(): string | null {
    return this.#last?.refusal ?? null;
  }

  /** How many links of the last look somebody has to revoke in Setup. */
  get inSetup(): number {
    return this.#last?.inSetup ?? 0;
  }

  /** Looks before the rounds: the first of them then acts on this look. Errors as `look`. */
  async lookAhead(): Promise<SeenByHand> {
    this.#ahead = await this.look(false);
    return this.#ahead;
  }

  async look(revoked: boolean): Promise<SeenByHand> {
    if (this.#ahead !== null) {
      const seen = this.#ahead;
      this.#ahead = null;
      return seen;
    }
    this.#run.forget();
    const isFirst = this.#last === null;
    const seen = await this.#see(revoked);
    this.#last = seen;
    this.#listener.looked(seen, { round: this.#round + 1, isFirst });
    return seen;
  }

  count({ plan: wanted, refusal }: SeenByHand): number | null {
    return refusal === null ? countGrants(wanted) : null;
  }

  async revoke(seen: SeenByHand): Promise<readonly Outcome[]> {
    const { plan: wanted, evaluation, approval } = seen;
    this.#run.refuseUnsigned(evaluation.policy, "by-hand", approval);
    const over = await this.#listener.begin(seen, this.#round + 1);
    this.#round++;
    const recorded = await this.#run
      .revoke(wanted, evaluation, {
        purpose: "by-hand",
        reason: this.#asked.reason,
        approval,
        onProgress: (progress) => this.#listener.progress(progress),
      })
      .finally(over);
    this.#listener.revoked(recorded);
    return recorded.outcomes;
  }

  /** What is planned, as far as the approved plan lists it where one is named. */
  async #see(revoked: boolean): Promise<SeenByHand> {
    const { policy, named, approvedPlan, mayBeAbsent = false } = this.#asked;
    const { settings } = this.#run;
    const evaluation = await this.#run.observe(this.#run.want(policy));
    const found = planByHand(evaluation, named, settings, revoked || mayBeAbsent);
    const planned = { ...found, whole: found.plan, evaluation };
    if (approvedPlan === null) {
      const wanted = wantedApprovals(evaluation.policy, settings, "by-hand");
      return { ...planned, approval: null, approvals: unsigned(wanted), drift: null };
    }
    const held = await this.#run.hold(approvedPlan, "by-hand", async () => ({
      ...evaluation,
      plan: planned.plan,
    }));
    const { approval, approvals, drift } = held;
    return { ...planned, approval, approvals, drift, plan: held.evaluation.plan, refusal: null };
  }
}

/**
 * The plan of what is asked for, under the policy's protection and limits. Pure.
 * @param mayBeAbsent whether there may be no such user or app, as where this run has revoked some already: an app that is known
 * by its grants alone may then be gone
 * @throws UserError where there is no such user or app
 */
export function planByHand(
  { inventory, policy, resolved, asOf }: Evaluation,
  named: Named,
  { raised }: Pick<RunSettings, "raised">,
  mayBeAbsent = false,
): PlannedByHand {
  const grants = unlessAbsent(() => grantsOfOneApp(inventory, named), mayBeAbsent);
  const decisions = decideByHand({ resolved, inventory, asOf }, grants ?? []);
  const planned = plan(decisions, { inventory, resolved, asOf });
  const limits = judgeLimits(planned, inventory.grants.length, { ...policy.limits, ...raised?.limits });
  const inSetup = decisions.filter(({ heldBackBy }) => heldBackBy === "not-revocable").length;
  return { decisions, plan: planned, limits, refusal: limits.refusal, inSetup, isAbsent: grants === null };
}

const ABSENT: readonly string[] = ["app-not-found", "user-not-found"];

function unlessAbsent(find: () => readonly Grant[], mayBeAbsent: boolean): readonly Grant[] | null {
  try {
    return find();
  } catch (error) {
    if (mayBeAbsent && error instanceof UserError && ABSENT.includes(error.code)) return null;
    throw error;
  }
}
