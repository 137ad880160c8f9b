import type { FindingCode } from "../decide/codes.ts";
import type { Limits } from "../policy/policy.ts";
import type { Evaluation } from "./evaluate.ts";
import { judgeLimits } from "./limits.ts";
import { type Plan, plan } from "./plan.ts";

/** Why a watch may revoke: its user has left. Nothing else. */
const LEAVER_CODES: ReadonlySet<FindingCode> = new Set(["user-inactive", "user-offboarded", "user-frozen"]);

/** The part of what the policy would revoke that is of leavers, held against the limits by itself. Pure. */
export function leaversPlan(
  {
    decisions,
    policy,
    ...basis
  }: Pick<Evaluation, "decisions" | "policy" | "inventory" | "resolved" | "asOf">,
  raised: Partial<Omit<Limits, "position">> = {},
): { readonly plan: Plan; readonly refusal: string | null } {
  const leavers = plan(
    decisions.filter(({ code }) => LEAVER_CODES.has(code)),
    basis,
  );
  return {
    plan: leavers,
    refusal: judgeLimits(leavers, basis.inventory.grants.length, { ...policy.limits, ...raised }).refusal,
  };
}
