import type { FleetRun, OrgResult } from "../../fleet/runSchema.ts";
import type { FullPlan, PlanFile } from "../../plan/planSchema.ts";

/** A run over a fleet with the plans of the orgs that were judged. They can be in files: each call may read one, so none is asked for twice. */
export interface FleetPlans {
  readonly run: FleetRun;
  /** Of an org whose result has a plan. */
  readonly plan: (org: string) => FullPlan;
  /** By the policy of before; null where there was none to compare with. */
  readonly base: (org: string) => PlanFile | null;
}

/** Each org in the order of the file, with its plan; null for one that was not judged. */
export function* judgedOrgs({ run, plan }: FleetPlans): Generator<{
  readonly result: OrgResult;
  readonly plan: FullPlan | null;
}> {
  for (const result of run.orgs) yield { result, plan: result.plan === null ? null : plan(result.name) };
}
