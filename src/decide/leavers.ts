import type { FindingCode } from "./codes.ts";
import type { Basis, Rule, Verdict } from "./rule.ts";

/** Users who have left lose every grant, whatever the app. */
export function leaverRules({
  resolved: { policy },
}: Basis): Record<"offboarded" | "inactive" | "frozen", Rule> {
  const { leavers } = policy;
  const verdict = (code: FindingCode, action: "revoke" | "report", place: Verdict["at"]): Verdict =>
    action === "revoke"
      ? { action, code, at: place }
      : // Reporting leavers must not shield their grants from the rules for everyone.
        { action, code, at: place, passing: true };
  return {
    offboarded: ({ person }) =>
      person === undefined || person.offboarded === null
        ? null
        : verdict("user-offboarded", leavers.offboarded.value, person.offboarded),
    inactive: ({ person }) =>
      person?.isActive === false
        ? verdict("user-inactive", leavers.inactive.value, leavers.inactive.position)
        : null,
    frozen: ({ person }) =>
      person?.isFrozen === true
        ? verdict("user-frozen", leavers.frozen.value, leavers.frozen.position)
        : null,
  };
}
