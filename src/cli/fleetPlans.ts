import { type Command, Option } from "commander";
import type { FullPlan, PlanFile } from "../plan/planSchema.ts";
import type { FleetPlans } from "../report/fleet/fleetPlans.ts";
import {
  type FleetPlanOptions,
  planAsAsked,
  type SelectedFleet,
  selectedFleet,
  throwUnexpected,
  withFleetPlanOptions,
} from "./fleet.ts";

/** What a verb is about: a folder of plans, or the orgs that are to be judged now. */
export interface PlansOptions extends FleetPlanOptions {
  readonly plans?: string;
}

/** Adds what says where the plans come from to a verb. */
export function withPlansOptions(command: Command): Command {
  return withFleetPlanOptions(command).addOption(
    new Option(
      "--plans <folder>",
      "a folder of plans (`fleet plan --out`), in place of reading the orgs",
    ).conflicts(["only", "tag", "changedSince", "base", "asOf", "atOnce"]),
  );
}

/** Plans that are there, and what is left to be thrown once they are shown. */
export interface PlansAtHand {
  readonly plans: FleetPlans;
  /** @throws what nobody expected of an org */
  readonly finish: () => void;
}

/**
 * The plans of a folder, or those that are made now, which are kept until the end of the process.
 * @param selected the orgs that are meant; null for a folder of plans
 * @throws UserError where the folder is not whole, or as `selectedFleet`
 */
export async function plansAsAsked(
  options: PlansOptions,
  selected: SelectedFleet | null | undefined = undefined,
): Promise<PlansAtHand> {
  if (options.plans !== undefined) {
    const { readPlans } = await import("../fleet/plansFolder.ts");
    return { plans: readPlans(options.plans), finish: () => undefined };
  }
  const made = new Map<string, { readonly plan: FullPlan; readonly base: PlanFile | null }>();
  const outcome = await planAsAsked(
    selected ?? (await selectedFleet(options)),
    options,
    ({ name }, plan, base) => made.set(name, { plan, base }),
  );
  return {
    plans: {
      run: outcome.run,
      plan: (org) => made.get(org)!.plan,
      base: (org) => made.get(org)!.base,
    },
    finish: () => throwUnexpected(outcome),
  };
}
