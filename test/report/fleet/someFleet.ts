import { judgeFleetLimits, orgSum } from "../../../src/fleet/fleetLimits.ts";
import { numbersOf, statusOf } from "../../../src/fleet/numbers.ts";
import { DEFAULT_LIMITS } from "../../../src/fleet/orgsDefaults.ts";
import type { FleetRun, OrgResult } from "../../../src/fleet/runSchema.ts";
import { digestOf } from "../../../src/plan/digest.ts";
import type { FullPlan, PlanFile } from "../../../src/plan/planSchema.ts";
import type { FleetPlans } from "../../../src/report/fleet/fleetPlans.ts";
import { sfId } from "../../inventories.ts";
import { somePlan } from "../someReport.ts";

/** An org of a fleet under test: its plans, or why there are none. */
export interface SomeOrg {
  readonly name: string;
  readonly plan?: FullPlan;
  readonly base?: PlanFile | null;
  readonly status?: "inconclusive" | "unreachable" | "failed" | "refused";
  readonly problem?: { readonly code: string; readonly text: string };
}

/** Orgs that could not be judged. */
export const UNREACHABLE: SomeOrg = {
  name: "gone",
  status: "unreachable",
  problem: { code: "host-not-reachable", text: "No answer." },
};
export const INCONCLUSIVE: SomeOrg = {
  name: "hidden",
  status: "inconclusive",
  problem: { code: "list-not-completed", text: "12 of 14 were read." },
};

interface More {
  readonly notSelected?: readonly string[];
  readonly limits?: Partial<Record<keyof typeof DEFAULT_LIMITS, number>>;
}

/** A fleet with the results that planning would give. */
export function fleetOf(orgs: readonly SomeOrg[], { notSelected = [], limits = {} }: More = {}): FleetPlans {
  const plans = new Map(orgs.map((org) => [org.name, org]));
  const results = orgs.map(resultOf);
  const content: Omit<FleetRun, "digest"> = {
    version: 1,
    kind: "sanctioned-fleet",
    asOf: "2026-11-23T12:00:00.000Z",
    file: "orgs.yaml",
    orgs: results,
    notSelected: [...notSelected],
    limits: judgeFleetLimits(
      orgs.flatMap(({ plan }, i) =>
        plan === undefined ? [] : orgSum(plan, results[i]!.status === "refused"),
      ),
      { ...DEFAULT_LIMITS, ...limits, position: { file: "orgs.yaml", line: 2, column: 1 } },
    ),
  };
  return {
    run: { ...content, digest: digestOf(content) },
    plan: (name) => plans.get(name)!.plan!,
    base: (name) => plans.get(name)!.base ?? null,
  };
}

function resultOf({ name, plan, base = null, status, problem }: SomeOrg, i: number): OrgResult {
  const numbers = plan === undefined ? null : numbersOf(plan, base);
  const refusal = plan?.limits.refusal ?? null;
  return {
    name,
    id: sfId("00D", i + 1),
    orgName: plan?.org.name ?? null,
    policy: `policy/${name}.yaml`,
    stack: name,
    wave: i === 0 ? 0 : 1,
    owner: "it@dieppe.example",
    tags: ["production"],
    status: plan === undefined ? (status ?? "failed") : statusOf(plan, numbers!),
    problem: refusal === null ? (problem ?? null) : { code: "limits-exceeded", text: refusal },
    numbers,
    plan: plan === undefined ? null : { digest: plan.digest, baseDigest: base?.digest ?? null },
    ...(plan?.platformApps === undefined ? {} : { platformApps: plan.platformApps }),
  };
}

export const PLAN = somePlan();
/** Nothing to be revoked, reported or said. */
export const CLEAN: FullPlan = {
  ...PLAN,
  revocations: [],
  findings: [],
  rows: PLAN.rows.map((row) => ({ ...row, action: "keep" })),
  counts: { revoke: {}, report: {}, keep: PLAN.counts.keep },
  standingAccess: { ...PLAN.standingAccess!, entries: [] },
};
export const REFUSED: FullPlan = {
  ...PLAN,
  limits: { ...PLAN.limits, refusal: "4 revocations are over the limit of 3" },
};

/** A fleet in which something of every kind came of an org. */
export function someFleet(): FleetPlans {
  return fleetOf(
    [
      { name: "sandbox", plan: CLEAN, base: CLEAN },
      { name: "dieppe", plan: PLAN, base: { ...PLAN, revocations: PLAN.revocations.slice(1) } },
      { name: "rouen", plan: PLAN, base: CLEAN },
      { name: "caen-1", plan: PLAN, base: PLAN },
      { name: "over", plan: REFUSED, base: CLEAN },
      {
        name: "gone",
        status: "unreachable",
        problem: { code: "host-not-reachable", text: "No answer. @everyone ::error::x" },
      },
      {
        name: "hidden",
        status: "inconclusive",
        problem: { code: "list-not-completed", text: "12 of 14 were read." },
      },
    ],
    { notSelected: ["lyon", "nice"], limits: { percent: 100 } },
  );
}
