import { judgeFleetLimits, orgSum } from "./fleetLimits.ts";
import type { Fleet } from "./orgs.ts";
import type { Plans } from "./plansFolder.ts";
import type { FleetRun } from "./runSchema.ts";

/**
 * The fleet's limits as its file says them now, over the plans of a folder, each of which is read.
 * @throws UserError where one is not that of the run
 */
export function limitsOver(plans: Plans, fleet: Fleet): FleetRun["limits"] {
  const sums = plans.run.orgs.flatMap(({ name, status, plan }) =>
    plan === null ? [] : orgSum(plans.plan(name), status === "refused"),
  );
  return judgeFleetLimits(sums, fleet.limits);
}
