import type { FindingCode } from "./codes.ts";
import { type Basis, type Rule, SILENT, type Verdict } from "./rule.ts";

/** Users who have left lose every grant, whatever the app. */
export function leaverRules({
  policy: { policy, offboarded },
}: Basis): Record<"offboarded" | "inactive" | "frozen", Rule> {
  const { leavers } = policy;
  const verdict = (code: FindingCode, action: "revoke" | "report", place: Verdict["policy"]): Verdict =>
    action === "revoke"
      ? { action, code, policy: place }
      : // Reporting leavers must not shield their grants from the rules for everyone.
        { action, code, policy: place, passing: true };
  return {
    offboarded:
      offboarded.size === 0
        ? SILENT
        : ({ grant }) => {
            const place = offboarded.get(grant.userId);
            return place === undefined ? null : verdict("user-offboarded", leavers.offboarded.value, place);
          },
    inactive: ({ person }) =>
      person?.user.isActive === false
        ? verdict("user-inactive", leavers.inactive.value, leavers.inactive.position)
        : null,
    frozen: ({ person }) =>
      person?.user.isFrozen === true
        ? verdict("user-frozen", leavers.frozen.value, leavers.frozen.position)
        : null,
  };
}
