import type { Grant } from "../inventory/inventory.ts";
import { DAY_MS, isLongerAgo } from "../time.ts";

import { planErrors } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { parsePlanFile } from "./parsePlanFile.ts";
import { appKey } from "./parts.ts";
import { countGrants, type Plan, withGrants } from "./plan.ts";
import type { PlanFile } from "./planSchema.ts";

/**
 * A plan file that may be applied to an org: as it was written, of this org, and not too old. Pure.
 * @param name of the file, for messages
 * @throws UserError where it is not
 */
export function acceptPlanFile(
  text: string,
  name: string,
  { orgId, asOf, maxAgeDays }: { readonly orgId: string; readonly asOf: number; readonly maxAgeDays: number },
): PlanFile {
  const plan = parsePlanFile(text, {
    plan: "The approved plan",
    file: name,
    next: " and have it approved. Nothing was revoked",
  });
  if (plan.org.id !== orgId)
    throw planErrors["approved-plan-of-another-org"]({
      file: name,
      planOrg: plan.org.id,
      name: plan.org.name,
      org: orgId,
    });
  // A clock that is a little ahead made no other plan.
  if (Date.parse(plan.asOf) > asOf + DAY_MS)
    throw planErrors["approved-plan-of-later"]({ file: name, time: plan.asOf });
  if (isLongerAgo(Date.parse(plan.asOf), maxAgeDays, asOf))
    throw planErrors["approved-plan-too-old"]({ file: name, time: plan.asOf, days: maxAgeDays });
  return plan;
}

/**
 * The part of what is planned now that a plan file lists: never more than it, and nothing that the policy
 * would no longer revoke. Pure. @returns that, and how many grants are left for want of approval
 */
export function restrictToApproved(
  { plan }: Pick<Evaluation, "plan">,
  file: PlanFile,
): { readonly plan: Plan; readonly drift: number } {
  const approved = new Map<string, (string | null)[]>();
  for (const { user, app, grants } of file.revocations)
    approved.set(
      key(user.id, app),
      grants.map(({ granted }) => granted),
    );
  const revocations = plan.revocations.flatMap((revocation) => {
    const times = [...(approved.get(key(revocation.user.id, revocation.app)) ?? [])];
    const grants = revocation.grants.filter((grant) => takeOne(times, grant));
    return grants.length === 0 ? [] : [withGrants(revocation, grants)];
  });
  return { plan: { revocations }, drift: countGrants(plan) - countGrants({ revocations }) };
}

/** Takes the grant's time off the list, once; whether it was there. */
function takeOne(times: (string | null)[], { createdAt }: Grant): boolean {
  const at = times.indexOf(createdAt === null ? null : new Date(createdAt).toISOString());
  if (at < 0) return false;
  times.splice(at, 1);
  return true;
}

function key(userId: string, app: Parameters<typeof appKey>[0]): string {
  return JSON.stringify([userId, appKey(app)]);
}
