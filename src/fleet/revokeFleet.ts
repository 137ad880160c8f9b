import path from "node:path";
import pLimit from "p-limit";
import { CodedError } from "../errors.ts";
import { countOutcomes, type Outcome } from "../plan/outcome.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import { planFile } from "../plan/planFile.ts";
import type { FullPlan, PlanFile } from "../plan/planSchema.ts";
import { type AskedByHand, ByHand, type SeenByHand } from "../run/byHand.ts";
import { openRevoker } from "../run/open.ts";
import type { Recorded } from "../run/revokeOnRecord.ts";
import { inRounds, type RoundsEnd } from "../run/rounds.ts";
import { Stop } from "../stop.ts";
import { fleetErrors } from "./errors.ts";
import { judgeFleetLimits, type OrgSum, orgSum } from "./fleetLimits.ts";
import type { Fleet, FleetOrg } from "./orgs.ts";
import {
  type FleetOutcome,
  judgeFleet,
  type PlanFleetOptions,
  problemOf,
  type SelectedOrgs,
  statusOfError,
} from "./planFleet.ts";
import type { Plans } from "./plansFolder.ts";

import { type FleetSurroundings, refuseOther, surroundingsOf } from "./surroundings.ts";

/** What is revoked by hand in all orgs, and why. */
export interface FleetAsked extends Pick<AskedByHand, "named" | "reason"> {
  /** The folder of the plans that bound it; null for none. */
  readonly approved: Plans | null;
  /** Whether it is only looked at: then nobody has to have signed it. */
  readonly dryRun: boolean;
}

/** What came of one org, from the best to the worst. */
export type RevokedStatus =
  | "absent"
  | "nothing"
  | "revoked"
  | "refused"
  | "inconclusive"
  | "unreachable"
  | "failed";

export interface OrgRevoked {
  readonly org: string;
  readonly status: RevokedStatus;
  /** Grants by what became of them, in all rounds. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly rounds: number;
  /** What is wrong and what to do, as untrusted text; null for nothing. */
  readonly problem: { readonly code: string; readonly text: string } | null;
}

/** What is told while it goes on. */
export interface FleetListener {
  /** Of each org, once it was read. */
  readonly onResult?: PlanFleetOptions["onResult"];
  /** Of each round, once it is over. */
  revoked(org: string, recorded: Recorded): void;
  /** That a later round of an org found more. */
  again(org: string, seen: SeenByHand, round: number): void;
}

/** What does not count as revoked where rounds are added up: what is in doubt does. */
const NOT_REVOKED: ReadonlySet<Outcome["status"]> = new Set(["already gone", "failed", "not tried"]);

/** How many orgs are revoked in at once: each keeps to its own pace besides. */
const ORGS_AT_ONCE = 8;

interface Planned {
  readonly byHand: ByHand;
  readonly seen: SeenByHand;
}

/**
 * A revocation by hand in many orgs: all are read and planned before anything is called anywhere; then each is revoked in rounds, on its
 * own record, and none waits for another or stops for its failure.
 */
export class FleetByHand {
  /** Asks every run of it to stop. */
  readonly stop = new Stop();
  readonly #fleet: Fleet;
  readonly #asked: FleetAsked;
  readonly #surroundings: FleetSurroundings;
  readonly #listener: FleetListener;
  readonly #planned = new Map<string, Planned>();
  /** What each org adds to the sums of the fleet: as planned; from its second round on what it has revoked and what comes next. */
  readonly #sums = new Map<string, OrgSum>();
  /** What was revoked in each org, in all rounds. */
  readonly #revoked = new Map<string, OrgSum["revokes"]>();

  constructor(fleet: Fleet, asked: FleetAsked, surroundings: FleetSurroundings, listener: FleetListener) {
    this.#fleet = fleet;
    this.#asked = asked;
    this.#surroundings = surroundings;
    this.#listener = listener;
  }

  /** Reads every org and plans what is asked for, under its own protection and limits. Calls nothing. */
  async plan(
    selected: SelectedOrgs,
    options: Pick<PlanFleetOptions, "orgsAtOnce" | "onPlan">,
  ): Promise<FleetOutcome> {
    const { onResult } = this.#listener;
    return judgeFleet(this.#fleet, selected, (org) => this.#planOrg(org), {
      ...options,
      ...(onResult === undefined ? {} : { onResult }),
    });
  }

  /** What was planned in an org; null where it was not judged. */
  seen(org: string): SeenByHand | null {
    return this.#planned.get(org)?.seen ?? null;
  }

  /**
   * Revokes what was planned, in each org that is not refused.
   * @returns what came of each org of the outcome of the plan, and the errors that nobody expected
   */
  async revoke({ run, unexpected: before }: FleetOutcome): Promise<{
    readonly orgs: readonly OrgRevoked[];
    readonly unexpected: FleetOutcome["unexpected"];
  }> {
    const unexpected = [...before];
    const limit = pLimit(ORGS_AT_ONCE);
    const orgs = await Promise.all(
      run.orgs.map(({ name, status, problem }) => {
        const planned = this.#planned.get(name);
        if (planned === undefined || status === "refused")
          return { org: name, status: notRevoked(status), outcomes: {}, rounds: 0, problem };
        this.#planned.delete(name); // a whole inventory hangs on it
        if (planned.byHand.found === 0)
          return { org: name, outcomes: {}, rounds: 0, ...howItEnded(planned, 0, "none-left") };
        return limit(() => this.#revokeOrg(name, planned, (error) => unexpected.push({ org: name, error })));
      }),
    );
    return { orgs, unexpected };
  }

  async #planOrg(org: FleetOrg): Promise<{ readonly plan: FullPlan; readonly base: PlanFile | null }> {
    const { approved, named, reason, dryRun } = this.#asked;
    const stop = new Stop();
    this.stop.asked.onceHappened(() => stop.ask(this.stop.reason!));
    const run = openRevoker({ ...(await surroundingsOf(org, this.#surroundings)), stop });
    const approvedPlan = approved === null ? null : this.#approvedPlan(org, approved);
    refuseOther(org, (await run.connect()).org);
    const byHand = new ByHand(
      run,
      { named, reason, policy: org.policy, approvedPlan, mayBeAbsent: true },
      {
        looked: (seen, { round, isFirst }) => {
          if (!isFirst && seen.plan.revocations.length > 0) this.#listener.again(org.name, seen, round);
        },
        begin: async (seen, round) => {
          if (round > 1) this.#holdToFleet(org, seen);
          return () => undefined;
        },
        progress: () => undefined,
        revoked: (recorded) => {
          this.#listener.revoked(org.name, recorded);
          const { missing } = recorded.audit;
          if (missing !== null)
            throw fleetErrors["fleet-run-not-on-record"]({ name: org.name, why: missing });
        },
      },
    );
    const seen = await byHand.lookAhead();
    if (!dryRun && seen.plan.revocations.length > 0)
      run.refuseUnsigned(seen.evaluation.policy, "by-hand", seen.approval);
    const plan = planFile(
      {
        ...seen.evaluation,
        plan: seen.plan,
        decisions: seen.decisions,
        limits: { ...seen.limits, refusal: seen.refusal },
        findings: [],
      },
      { all: true },
    );
    this.#sums.set(org.name, orgSum(plan, seen.refusal !== null));
    this.#planned.set(org.name, { byHand, seen });
    return { plan, base: null };
  }

  /** @throws UserError where the folder has no plan of the org */
  #approvedPlan({ name, id }: FleetOrg, { run, folder, plan, file }: Plans): string {
    const listed = run.orgs.find((one) => one.name === name);
    if (!listed?.plan) throw fleetErrors["plan-not-in-folder"]({ name, folder });
    const found = plan(name).org.id;
    if (found !== id) throw fleetErrors["plan-of-another-org"]({ name, folder, found, id });
    return path.relative(this.#surroundings.folder, path.resolve(file(name)));
  }

  /** What comes again is held to the fleet's limits together with all that was revoked before, of the grants that were there first. @throws UserError */
  #holdToFleet({ name }: FleetOrg, { plan }: SeenByHand): void {
    const { grants } = this.#sums.get(name)!;
    const before = this.#revoked.get(name) ?? [];
    this.#sums.set(name, { grants, revokes: [...before, ...revokesOf(plan.revocations)] });
    const { refusal } = judgeFleetLimits([...this.#sums.values()], this.#fleet.limits);
    if (refusal === null) return;
    this.#sums.set(name, { grants, revokes: before }); // the others go on
    throw fleetErrors["fleet-handed-out-nothing"]({ why: refusal });
  }

  #keepRevoked(org: string, outcomes: readonly Outcome[]): void {
    const done = outcomes.filter(({ status }) => !NOT_REVOKED.has(status));
    const revokes = revokesOf(done.map(({ revocation }) => revocation));
    this.#revoked.set(org, [...(this.#revoked.get(org) ?? []), ...revokes]);
  }

  async #revokeOrg(
    org: string,
    planned: Planned,
    onUnexpected: (error: unknown) => void,
  ): Promise<OrgRevoked> {
    const { byHand } = planned;
    const outcomes: Record<string, number> = {};
    let begun = 0;
    const counted: ByHand["revoke"] = async (one) => {
      begun++;
      const found = await byHand.revoke(one);
      this.#keepRevoked(org, found);
      for (const [status, count] of Object.entries(countOutcomes(found)))
        outcomes[status] = (outcomes[status] ?? 0) + count;
      return found;
    };
    try {
      const { rounds, end } = await inRounds({
        look: (revoked) => byHand.look(revoked),
        count: (one) => byHand.count(one),
        revoke: counted,
      });
      return { org, outcomes, rounds, ...howItEnded(planned, rounds, end) };
    } catch (error) {
      if (!(error instanceof CodedError)) onUnexpected(error);
      const status = statusOfError(error);
      const isRefused = error instanceof CodedError && error.code === "fleet-handed-out-nothing";
      return {
        org,
        outcomes,
        rounds: begun,
        status:
          isRefused || status === "inconclusive" || status === "unreachable" ? notRevoked(status) : "failed",
        problem: problemOf(error),
      };
    }
  }
}

function revokesOf(revocations: readonly Pick<PlannedRevocation, "app" | "grants">[]): OrgSum["revokes"] {
  return revocations.map(({ app, grants }) => ({ app: app.name, grants: grants.length }));
}

function notRevoked(status: FleetOutcome["run"]["orgs"][number]["status"]): RevokedStatus {
  return status === "clean" || status === "reports" || status === "revokes" ? "nothing" : status;
}

function howItEnded(
  { byHand, seen }: Planned,
  rounds: number,
  end: RoundsEnd,
): Pick<OrgRevoked, "status" | "problem"> {
  const { found, inSetup } = byHand;
  switch (end) {
    case "refused":
      return { status: "refused", problem: { code: "limits-exceeded", text: byHand.refusal ?? "" } };
    case "failed":
      return problem("revocations-open", `${found} are not revoked; what each was answered stands above.`);
    case "came-again":
      return problem(
        "grants-came-again",
        `${found} came again after ${rounds} rounds: block the app in Setup.`,
      );
    case "none-left":
      if (inSetup > 0) return problem("links-not-revocable", `${inSetup} have to be revoked in Setup.`);
      return { status: seen.isAbsent ? "absent" : rounds === 0 ? "nothing" : "revoked", problem: null };
  }
}

function problem(code: string, text: string): Pick<OrgRevoked, "status" | "problem"> {
  return { status: "failed", problem: { code, text } };
}
