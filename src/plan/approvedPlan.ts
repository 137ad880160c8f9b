import { shellCommand } from "../shell.ts";
import { isLongerAgo } from "../time.ts";

import { type Approvable, approvalKey, approvedPart } from "./approval.ts";
import { policyDigest } from "./digest.ts";
import { planErrors } from "./errors.ts";
import type { Evaluation } from "./evaluate.ts";
import { type Exceeded, exceededLimits, exceededText, raisingVariables, toRaise } from "./limits.ts";
import { parsePlanFile } from "./parsePlanFile.ts";
import { appKey } from "./parts.ts";
import { countGrants, type Plan } from "./plan.ts";
import type { PlanFile } from "./planSchema.ts";

/** How far the clock of another machine, which made a plan, may be ahead of this one's. */
const CLOCKS_APART_MS = 5 * 60_000;

/**
 * A plan file that may be applied to an org: as it was written, of this org, of its time, and within its own limits. Pure.
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
  if (Date.parse(plan.asOf) > asOf + CLOCKS_APART_MS)
    throw planErrors["approved-plan-of-later"]({ file: name, time: plan.asOf });
  if (isLongerAgo(Date.parse(plan.asOf), maxAgeDays, asOf))
    throw planErrors["approved-plan-too-old"]({ file: name, time: plan.asOf, days: maxAgeDays });
  const exceeded = ownLimitsExceeded(plan);
  if (exceeded !== null || plan.limits.refusal !== null)
    throw planErrors["approved-plan-over-limits"]({
      file: name,
      exceeded: exceeded === null ? plan.limits.refusal! : exceededText(exceeded),
      command: remakingCommand(plan),
    });
  return plan;
}

/** What makes a plan again that was refused, with its limits raised; its reason is to be filled in. Safe to show. */
export function remakingCommand({ limits, policy, revocations }: PlanFile): string {
  const verb = revocations.some(({ code }) => code === "by-hand") ? ["revoke", "--dry-run"] : ["plan"];
  return shellCommand(
    ["npx", "sanctioned", ...verb, "--policy", policy.file, "--out", "NEW"],
    raisingVariables(toRaise([limits]), ""),
  );
}

/** The limits that a plan exceeds of those it was held against: by what it lists, whatever it says of that. */
function ownLimitsExceeded({ revocations, limits, inventory }: PlanFile): Exceeded {
  return exceededLimits(
    revocations.map(({ app, grants }) => [appKey(app), grants.length]),
    inventory.grants,
    {
      revocations: limits.revocations.limit,
      percent: limits.percent.limit,
      perApp: limits.perApp?.limit ?? Number.POSITIVE_INFINITY,
    },
  );
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
