import type { FindingCode } from "./codes.ts";
import type { Basis, Case, Rule, Verdict } from "./rule.ts";

/**
 * Users who have left lose every grant, whatever the app: also where it cannot be told which it is, but not where it
 * could be one that nobody loses.
 */
export function leaverRules({
  resolved: { policy },
}: Basis): Record<"offboarded" | "inactive" | "frozen", Rule> {
  const { leavers } = policy;
  const unresolved: Verdict = { action: "report", code: "app-unresolved", at: policy.unlisted.position };
  const verdict = (
    { doubt }: Case,
    code: FindingCode,
    action: "revoke" | "report",
    place: Verdict["at"],
  ): Verdict => {
    // Reporting leavers must not shield their grants from the rules for everyone.
    if (action === "report") return { action, code, at: place, passing: true };
    return doubt?.untouchable === true ? unresolved : { action, code, at: place };
  };
  return {
    offboarded: (judged) => {
      const place = judged.person?.offboarded ?? null;
      return place === null ? null : verdict(judged, "user-offboarded", leavers.offboarded.value, place);
    },
    inactive: (judged) =>
      judged.person?.isActive === false
        ? verdict(judged, "user-inactive", leavers.inactive.value, leavers.inactive.position)
        : null,
    frozen: (judged) =>
      judged.person?.isFrozen === true
        ? verdict(judged, "user-frozen", leavers.frozen.value, leavers.frozen.position)
        : null,
  };
}
