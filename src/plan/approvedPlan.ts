import { DAY_MS, isLongerAgo } from "../time.ts";

import { type Approvable, approvalKey, approvedPart } from "./approval.ts";
import { policyDigest } from "./digest.ts";
import { planErrors } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { parsePlanFile } from "./parsePlanFile.ts";
import { countGrants, type Plan } from "./plan.ts";
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
 * The part of what is planned now that a plan file approves: never more than it, and nothing that the policy
 * would no longer revoke. Pure. @returns that, and how many grants are left for want of approval
 */
export function restrictToApproved(
  { plan, policy, asOf }: Pick<Evaluation, "plan" | "policy" | "asOf">,
  file: PlanFile,
): { readonly plan: Plan; readonly drift: number } {
  // In a policy that says the same a rule is where it was, whatever the file is called and wherever its lines are.
  const samePolicy = file.policy.digest === policyDigest(policy);
  const keyOf = (one: Approvable) => approvalKey(samePolicy ? { ...one, at: { file: "", line: 0 } } : one);
  const listed = file.revocations.map(({ policy: at, grants, ...one }) => ({
    ...one,
    at,
    grants: grants.map(({ granted }) => ({ createdAt: granted === null ? null : Date.parse(granted) })),
  }));
  const approved = approvedPart(plan, listed, asOf, keyOf);
  return { plan: approved, drift: countGrants(plan) - countGrants(approved) };
}
