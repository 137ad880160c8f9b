import { fleetErrors } from "./errors.ts";
import { judgeFleetLimits, orgSum } from "./fleetLimits.ts";
import type { Fleet } from "./orgs.ts";
import type { Plans } from "./plansFolder.ts";
import type { FleetRun } from "./runSchema.ts";

/**
 * The fleet's limits as its file says them now, over the plans of a folder, each of which is read: that it is the one that the run
 * lists, and of the org that the run says.
 * @throws UserError where a plan is another
 */
export function limitsOver(plans: Plans, fleet: Fleet): FleetRun["limits"] {
  const sums = plans.run.orgs.flatMap(({ name, id, status, plan }) => {
    if (plan === null) return [];
    const read = plans.plan(name);
    if (read.org.id !== id)
      throw fleetErrors["plan-of-another-org"]({ name, folder: plans.folder, found: read.org.id, id });
    return orgSum(read, status === "refused");
  });
  return judgeFleetLimits(sums, fleet.limits);
}
