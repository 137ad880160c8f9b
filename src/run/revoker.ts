import path from "node:path";
import type { ApplyProgress } from "../apply/attempts.ts";
import type { RunApproval, RunStack } from "../audit/line.ts";
import { acceptPlanFile, restrictToApproved } from "../plan/approvedPlan.ts";
import { policyDigest } from "../plan/digest.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { exceededLimits, judgeLimits } from "../plan/limits.ts";
import type { Plan } from "../plan/plan.ts";
import { restrictToShown, type Shown, type SinceShown } from "../plan/shown.ts";
import type { Policy } from "../policy/policy.ts";
import { LARGEST_TEXT, readRegular } from "../regularFile.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { ApprovalState } from "../sign/approvalState.ts";
import { Stop } from "../stop.ts";
import { approvalState, type Purpose, unsigned, wantedApprovals } from "./approvals.ts";
import { runErrors } from "./errors.ts";
import { Observer } from "./observer.ts";
import type { Recorded } from "./revokeOnRecord.ts";
import { defaultRecord } from "./settings.ts";
import { StackNotes } from "./stackNotes.ts";
import { StopFiles, stopOfFolder, stopOfRecord } from "./stopFile.ts";

/** A run that is asked to stop by a file does so within this, in milliseconds. */
const LOOK_FOR_STOP_MS = 250;

/** What a run is about to do. */
export interface Proposal {
  /** Its plan is the approved part, where a plan was to be approved. */
  readonly evaluation: Evaluation;
  /** How many grants are left for want of approval; null where no plan was to be approved. */
  readonly drift: number | null;
  /** What came since the run's own preview; null where it is held to none. */
  readonly since: SinceShown | null;
  /** What it is held to, for the record; null for nothing but the policy. */
  readonly approval: RunApproval | null;
  /** How many have signed that plan, and how many must have. */
  readonly approvals: ApprovalState;
}

/** How a plan comes to be that can be signed; a watch makes none. */
const MAKE: Readonly<Record<Purpose, string>> = {
  update:
    "Make one with `npx sanctioned plan --out approved.json`, have it signed with `npx sanctioned approve approved.json --key KEY`, and name it as approvedPlan (docs/approvals.md).",
  "by-hand":
    "Run it with --dry-run --out approved.json, have that signed with `npx sanctioned approve approved.json --key KEY`, and run it with --approved-plan approved.json.",
  leavers:
    "A watch has none: say `waivedFor: [leavers]` under `approvals` in the policy, or watch without --enforce and revoke by signed plans (docs/approvals.md).",
};

/** A run that looks and can revoke. `openRevoker` makes one. */
export class Revoker extends Observer<OrgConnection> {
  /** Asks this run to stop: whoever opened it may, and the files that are looked for meanwhile. */
  readonly stop = this.surroundings.stop ?? new Stop();
  readonly #stopFiles = new StopFiles(this.surroundings.folder, this.#auditFile(null));

  /**
   * What the policy asks for, restricted to the approved plan where one was to be approved.
   * @throws as `observe`, and UserError for an approved plan that is not valid
   */
  async propose(policy: Policy): Promise<Proposal> {
    const { approvedPlan } = this.settings;
    if (approvedPlan !== null) return this.hold(approvedPlan, "update", () => this.observe(policy));
    const approvals = unsigned(wantedApprovals(policy, this.settings, "update"));
    return { evaluation: await this.observe(policy), drift: null, since: null, approval: null, approvals };
  }

  /**
   * The part of what is planned that a plan file approves, and who has signed that.
   * @param file relative to the folder of the run; it is read before the org is
   * @throws as `observe`, and UserError for an approved plan that is not valid
   */
  async hold(file: string, purpose: Purpose, planned: () => Promise<Evaluation>): Promise<Proposal> {
    const text = this.#readPlanFile(file);
    const evaluation = await planned();
    const { inventory, asOf, limits, policy } = evaluation;
    const { settings, surroundings } = this;
    const approved = acceptPlanFile(text, file, {
      orgId: inventory.org.id,
      asOf,
      maxAgeDays: settings.approvedPlanMaxAgeDays,
    });
    // Where nobody has to sign, nothing that lies beside the plan may stop the run.
    const approvals =
      wantedApprovals(policy, settings, purpose) === 0
        ? unsigned(0)
        : approvalState(approved, file, { policy, settings, purpose }, surroundings);
    const { plan, drift } = restrictToApproved(evaluation, approved);
    return {
      // What was approved line by line needs no limit.
      evaluation: { ...evaluation, plan, limits: { ...limits, refusal: null } },
      drift,
      since: null,
      approval: {
        kind: "plan",
        file,
        digest: approved.digest,
        lifts: exceededLimits(
          plan.revocations.map(({ app, grants }) => [app.key, grants.length]),
          inventory.grants.length,
          policy.limits,
        ),
        signedBy: approvals.signedBy,
      },
      approvals,
    };
  }

  /** A proposal held to what a preview had shown, under limits for what is left of it. */
  restrict({ evaluation, drift, approval, approvals }: Proposal, shown: Shown): Proposal {
    const { plan, since } = restrictToShown(evaluation, shown);
    const { inventory, policy, limits } = evaluation;
    const held = { ...policy.limits, ...this.settings.raised?.limits };
    return {
      evaluation: {
        ...evaluation,
        plan,
        limits: approval === null ? judgeLimits(plan, inventory.grants.length, held) : limits,
      },
      drift,
      since,
      approval: approval ?? {
        kind: "preview",
        at: new Date(shown.at).toISOString(),
        digest: shown.digest,
      },
      approvals,
    };
  }

  /** The folder of the record. */
  get keptIn(): string {
    return path.dirname(this.#auditFile("")!);
  }

  /** Which stacks update an org from here. */
  get stacks(): StackNotes {
    return new StackNotes(this.keptIn, (orgId) => this.#auditFile(orgId)!);
  }

  /**
   * Whether so many approvals are enough to revoke by a policy: asked where a run begins, and again before the first call.
   * @param approval the plan that is approved and who has signed it; null for none
   * @throws UserError where they are not
   */
  refuseUnsigned(policy: Policy, purpose: Purpose, approval: RunApproval | null): void {
    const wanted = wantedApprovals(policy, this.settings, purpose);
    if (wanted === 0) return;
    if (approval?.kind !== "plan") throw runErrors["approved-plan-missing"]({ wanted, make: MAKE[purpose] });
    const given = new Set(approval.signedBy).size;
    if (given < wanted) throw runErrors["approvals-missing"]({ wanted, given, file: approval.file });
  }

  /**
   * Revokes what was planned: on record, verified, at the pace of the settings.
   * @param plan what is revoked: all that was evaluated, or a part of it
   * @param purpose what it is revoked for, which says whether it takes approvals
   * @param reason why, where somebody had to say so
   * @param approval what it was held to besides the policy
   * @param previousHead the head of the record that the run before is known to have ended with; null where none is known
   * @param stack the resource of a Pulumi stack that is updated; null for none
   * @throws UserError where nothing was called yet
   */
  async revoke(
    plan: Plan,
    { inventory, policy }: Pick<Evaluation, "inventory" | "policy">,
    {
      purpose,
      reason = null,
      approval = null,
      previousHead = null,
      stack = null,
      onProgress = () => undefined,
    }: {
      readonly purpose: Purpose;
      readonly reason?: string | null;
      readonly approval?: RunApproval | null;
      readonly previousHead?: string | null;
      readonly stack?: RunStack | null;
      readonly onProgress?: (progress: ApplyProgress) => void;
    },
  ): Promise<Recorded> {
    if (plan.revocations.length > 0) this.refuseUnsigned(policy, purpose, approval);
    // Loaded only when it is needed: previews revoke nothing.
    const { revokeOnRecord } = await import("./revokeOnRecord.ts");
    const { settings, surroundings } = this;
    const { raised } = settings;
    this.heedStop(inventory.org.id);
    const looking = setInterval(() => this.heedStop(inventory.org.id), LOOK_FOR_STOP_MS);
    try {
      return await revokeOnRecord(await this.connect(), plan.revocations, {
        apps: inventory.apps,
        policy: { file: policy.file, digest: policyDigest(policy) },
        reason: [reason ?? [], raised?.reason ?? []].flat().join("; limits raised: ") || null,
        raisedLimits: raised?.limits ?? null,
        approval,
        previousHead,
        stack,
        auditFile: this.#auditFile(inventory.org.id)!,
        concurrency: settings.revokeConcurrency,
        perSecond: settings.revokesPerSecond,
        sessions: policy.sessions,
        env: surroundings.env,
        onProgress,
        stop: this.stop,
        ...(surroundings.clock === undefined ? {} : { clock: surroundings.clock }),
      });
    } finally {
      clearInterval(looking);
      this.forget(); // the org is another now
    }
  }

  /** Looks whether a file asks this run to stop. @returns why it is to stop, by that or anything else; null while it is not */
  heedStop(orgId: string): string | null {
    const files = [stopOfFolder(this.surroundings.folder), stopOfRecord(this.#auditFile(orgId)!)];
    const why = this.stop.reason === null ? this.#stopFiles.look(files) : null;
    if (why !== null) this.stop.ask(why);
    return this.stop.reason;
  }

  /** Where an org's revocations go on record. @param orgId null where it is not known: then null, but for a record that the settings name */
  #auditFile(orgId: string | null): string | null {
    const file = this.settings.auditFile ?? (orgId === null ? null : defaultRecord(orgId));
    return file === null ? null : path.resolve(this.surroundings.folder, file);
  }

  /** @throws UserError where it cannot be read */
  #readPlanFile(file: string): string {
    const answer = readRegular(path.resolve(this.surroundings.folder, file), LARGEST_TEXT);
    if ("bytes" in answer) return answer.bytes.toString("utf8");
    throw runErrors["approved-plan-not-readable"]({ file, why: answer.why });
  }
}
