import path from "node:path";
import type { ApplyProgress } from "../apply/attempts.ts";
import type { RunApproval } from "../audit/line.ts";
import { acceptPlanFile, restrictToApproved } from "../plan/approvedPlan.ts";
import { policyDigest } from "../plan/digest.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { exceededLimits, judgeLimits } from "../plan/limits.ts";
import type { Plan } from "../plan/plan.ts";
import { restrictToShown, type Shown } from "../plan/shown.ts";
import type { Policy } from "../policy/policy.ts";
import { LARGEST_TEXT, readRegular } from "../regularFile.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { Stop } from "../stop.ts";
import { runErrors } from "./errors.ts";
import { Observer } from "./observer.ts";
import type { Recorded } from "./revokeOnRecord.ts";
import { defaultRecord } from "./settings.ts";
import { StopFiles, stopOfFolder, stopOfRecord } from "./stopFile.ts";

/** A run that is asked to stop by a file does so within this, in milliseconds. */
const LOOK_FOR_STOP_MS = 250;

/** What a run is about to do. */
export interface Proposal {
  /** Its plan is the approved part, where a plan was to be approved. */
  readonly evaluation: Evaluation;
  /** How many grants are left for want of approval; null where no plan was to be approved. */
  readonly drift: number | null;
  /** How many grants are left since the run's own preview did not show them; null where it is held to none. */
  readonly unseen: number | null;
  /** What it is held to, for the record; null for nothing but the policy. */
  readonly approval: RunApproval | null;
}

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
    const { approvedPlan, approvedPlanMaxAgeDays: maxAgeDays } = this.settings;
    if (approvedPlan === null)
      return { evaluation: await this.observe(policy), drift: null, unseen: null, approval: null };
    const text = this.#readPlanFile(approvedPlan);
    const evaluation = await this.observe(policy);
    const { inventory, asOf, limits } = evaluation;
    const approved = acceptPlanFile(text, approvedPlan, { orgId: inventory.org.id, asOf, maxAgeDays });
    const { plan, drift } = restrictToApproved(evaluation, approved);
    return {
      // What was approved line by line needs no limit.
      evaluation: { ...evaluation, plan, limits: { ...limits, refusal: null } },
      drift,
      unseen: null,
      approval: {
        kind: "plan",
        file: approvedPlan,
        digest: approved.digest,
        lifts: exceededLimits(
          plan.revocations.map(({ app, grants }) => [app.key, grants.length]),
          inventory.grants.length,
          policy.limits,
        ),
        signedBy: [],
      },
    };
  }

  /** A proposal held to what a preview had shown, under limits for what is left of it. */
  restrict({ evaluation, drift, approval }: Proposal, shown: Shown): Proposal {
    const { plan, left } = restrictToShown(evaluation, shown);
    const { inventory, policy, limits } = evaluation;
    const held = { ...policy.limits, ...this.settings.raised?.limits };
    return {
      evaluation: {
        ...evaluation,
        plan,
        limits: approval === null ? judgeLimits(plan, inventory.grants.length, held) : limits,
      },
      drift,
      unseen: left,
      approval: approval ?? {
        kind: "preview",
        at: new Date(shown.at).toISOString(),
        digest: shown.digest,
      },
    };
  }

  /** The folder of the record. */
  get keptIn(): string {
    return path.dirname(this.#auditFile("")!);
  }

  /**
   * Revokes what was planned: on record, verified, at the pace of the settings.
   * @param plan what is revoked: all that was evaluated, or a part of it
   * @param reason why, where somebody had to say so
   * @param approval what it was held to besides the policy
   * @throws UserError where nothing was called yet
   */
  async revoke(
    plan: Plan,
    { inventory, policy }: Pick<Evaluation, "inventory" | "policy">,
    {
      reason = null,
      approval = null,
      onProgress = () => undefined,
    }: {
      readonly reason?: string | null;
      readonly approval?: RunApproval | null;
      readonly onProgress?: (progress: ApplyProgress) => void;
    } = {},
  ): Promise<Recorded> {
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
