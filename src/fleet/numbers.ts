import { areLinksRead, decisionCounts, errorCount, isStandingWhole, standingCount } from "../plan/counts.ts";
import { appKey } from "../plan/parts.ts";
import { countGrantsOf } from "../plan/plan.ts";
import { planDifference } from "../plan/planDifference.ts";
import type { FullPlan, PlanFile } from "../plan/planSchema.ts";
import { isLongerAgo } from "../time.ts";
import type { OrgNumbers, OrgStatus } from "./runSchema.ts";

/** A plan in numbers, without a name. Pure. @param base the plan by the policy of before; null for none */
export function numbersOf(plan: FullPlan, base: PlanFile | null): OrgNumbers {
  const difference = base === null ? null : planDifference(base, plan);
  const { inventory, revocations } = plan;
  return {
    grants: inventory.grants,
    connectedUsers: inventory.connectedUsers,
    apps: inventory.apps,
    revocations: countGrantsOf(revocations),
    usersLosing: new Set(revocations.map(({ user }) => user.id)).size,
    newRevocations: difference && countGrantsOf(difference.revokes),
    keptRevocations: difference && countGrantsOf(difference.keeps),
    reported: decisionCounts(plan).reported,
    errors: errorCount(plan),
    unlistedApps: countUnlisted(plan),
    idle: countIdle(plan),
    standing: standingCount(plan),
    standingIsWhole: isStandingWhole(plan.standingAccess),
    linksAreRead: areLinksRead(inventory),
    calls: inventory.proof.calls,
  };
}

/** What is true of an org that was judged: the worst. Pure. */
export function statusOf(
  { limits }: Pick<PlanFile, "limits">,
  { revocations, reported, errors, standing }: OrgNumbers,
): OrgStatus {
  if (limits.refusal !== null) return "refused";
  if (revocations > 0) return "revokes";
  return reported + errors + standing > 0 ? "reports" : "clean";
}

/** Of the apps that hold grants: one that the org lists and nobody uses needs no decision yet. */
function countUnlisted({ rows, apps }: FullPlan): number {
  const held = new Set(rows.map(({ app }) => appKey(app)));
  return apps.filter((app) => app.standing === "not-listed" && held.has(appKey(app))).length;
}

function countIdle({ rows, apps, asOf }: FullPlan): number {
  const idleAfter = new Map(apps.map((app) => [appKey(app), app.idleAfterDays]));
  const now = Date.parse(asOf);
  return rows.filter(({ app, lastUsed }) => {
    const days = idleAfter.get(appKey(app));
    return lastUsed !== null && days !== undefined && isLongerAgo(Date.parse(lastUsed), days, now);
  }).length;
}
