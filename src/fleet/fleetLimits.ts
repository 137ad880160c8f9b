import { foldName } from "../names.ts";
import { roundedUp } from "../plan/limits.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { placeText } from "../policy/policy.ts";
import { amount, compareText, count as written } from "../text.ts";
import { fleetErrors } from "./errors.ts";
import type { FleetLimits } from "./orgs.ts";
import type { FleetRun } from "./runSchema.ts";

/** What one org adds to the sums that the fleet's limits are held against. */
export interface OrgSum {
  /** Grants that were counted. */
  readonly grants: number;
  /** Grants to be revoked, by app. */
  readonly revokes: readonly { readonly app: string; readonly grants: number }[];
}

/** What a plan adds. Pure. @param isRefused whether nothing of it is revoked, since it is over its own limits */
export function orgSum(plan: Pick<PlanFile, "inventory" | "revocations">, isRefused: boolean): OrgSum {
  return {
    grants: plan.inventory.grants,
    revokes: isRefused
      ? []
      : plan.revocations.map(({ app, grants }) => ({ app: app.name, grants: grants.length })),
  };
}

/**
 * Holds all plans together against the fleet's limits. Apps are added up by name, since an app has another id in each org: what is
 * called alike is counted together, which only ever refuses more. Pure.
 */
export function judgeFleetLimits(sums: readonly OrgSum[], limits: FleetLimits): FleetRun["limits"] {
  const grants = sums.reduce((sum, one) => sum + one.grants, 0);
  const orgs = sums.filter(({ revokes }) => revokes.length > 0).length;
  const byApp = new Map<string, { readonly app: string; grants: number }>();
  let count = 0;
  for (const { revokes } of sums)
    for (const one of revokes) {
      count += one.grants;
      const key = foldName(one.app.normalize("NFKC")); // of any width
      const known = byApp.get(key);
      if (known === undefined) byApp.set(key, { ...one });
      else known.grants += one.grants;
    }
  const percent = count === 0 ? 0 : (count / grants) * 100; // without grants nothing is below any percentage
  const most = [...byApp.values()].sort((a, b) => b.grants - a.grants || compareText(a.app, b.app));
  const exceeded = [
    ...(count > limits.revocations
      ? [`${amount(count, "revocation")}, over ${written(limits.revocations)} (limits.revocations)`]
      : []),
    ...(percent > limits.percent
      ? [
          `${roundedUp(percent)}% (${written(count)}/${written(grants)}), over ${limits.percent}% (limits.percent)`,
        ]
      : []),
    ...most
      .filter((one) => one.grants > limits.perApp)
      .map(
        (one) =>
          `${written(one.grants)} of ${one.app}, over ${written(limits.perApp)} for apps of one name (limits.perApp)`,
      ),
    ...(orgs > limits.orgs ? [`${amount(orgs, "org")}, over ${written(limits.orgs)} (limits.orgs)`] : []),
  ];
  const [first] = most;
  return {
    revocations: { limit: limits.revocations, actual: count },
    percent: { limit: limits.percent, actual: Number(roundedUp(percent)), of: grants },
    perApp: first === undefined ? null : { limit: limits.perApp, actual: first.grants, app: first.app },
    orgs: { limit: limits.orgs, actual: orgs },
    refusal:
      exceeded.length === 0
        ? null
        : fleetErrors["fleet-limits-exceeded"].untrusted({
            place: placeText(limits.position),
            exceeded: exceeded.join(", and "),
          }),
  };
}
