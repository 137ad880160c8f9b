import { policyDigest } from "../plan/digest.ts";
import type { Policy } from "../policy/policy.ts";
import { summarizePolicy } from "../policy/summary.ts";
import { amount } from "../text.ts";
import { shownAsText } from "./engineValue.ts";

/**
 * The policy as the inputs of a resource that is new have it: the engine prints those whole, in the order of their names, and
 * a page of rules would stand before the revocations; the file that they are in is named beside it. Keys that begin with `__`
 * are not shown (`printObject` in pkg/backend/display/object_diff.go, v3.259.0).
 */
function inShort(policy: Policy): { readonly short: string; readonly __digest: string } {
  const { apps, unlisted, limits, mode } = policy;
  const short = [
    ...(mode.value === "enforce" ? [] : [`mode: ${mode.value}`]),
    `${amount(apps.length, "app")} listed, others: ${unlisted.value}`,
    `at most ${amount(limits.revocations, "revocation")}, ${limits.percent}% of all grants, ${limits.perApp} of one app`,
  ].join("; ");
  return { short, __digest: policyDigest(policy) };
}

/**
 * The policy as the inputs of a resource have it.
 * @param isCompared whether the engine compares these inputs with those of the state: then what is the same stays as it is
 * @param before the policy as the state has it
 */
export function policyShown(
  policy: Policy,
  {
    isNew,
    isCompared,
    before,
  }: { readonly isNew: boolean; readonly isCompared: boolean; readonly before: unknown },
): Record<string, unknown> {
  const short = inShort(policy);
  const isAsBefore = isCompared && isShort(before) && before.__digest === short.__digest;
  return isNew || isAsBefore ? { ...short } : shownAsText(summarizePolicy(policy));
}

/** Whether a state has the policy in short, until a refresh puts the whole in its place. */
export function isShort(before: unknown): before is { readonly __digest: unknown } {
  return typeof before === "object" && before !== null && Object.hasOwn(before, "__digest");
}
