import type { Grant } from "../inventory/inventory.ts";
import type { HighPrivilege } from "../policy/policy.ts";
import { type Instant, isLongerAgo, startOf } from "../time.ts";
import { coverFinder } from "./covered.ts";
import { type Basis, type Rule, SILENT } from "./rule.ts";
import { isDated, undatedVerdict } from "./times.ts";

/** Grants by users of high privilege, where the policy says to revoke them. */
export function privilegeRules(basis: Basis): Record<"privilege", Rule> {
  const {
    resolved: { highPrivilege },
    asOf,
  } = basis;
  if (highPrivilege === null || highPrivilege.entry.action !== "revoke") return { privilege: SILENT };
  const { entry } = highPrivilege;
  const undated = undatedVerdict(basis);
  const excepted = coverFinder(highPrivilege.exceptions);
  return {
    privilege: ({ grant, person }) => {
      if (person === undefined || person.privilege === null) return null;
      if (excepted(grant.userId, grant.app.key) !== undefined) return null;
      const recent = isWithinLookBack(grant, entry, asOf);
      if (recent === null) return undated(grant.createdAt, entry.position);
      return recent ? { action: "revoke", code: "high-privilege-grant", at: entry.position } : null;
    },
  };
}

/** Whether the rule is of grants of some age alone. */
export function hasLookBack({ grantedSince, grantedWithinDays }: HighPrivilege): boolean {
  return grantedSince !== null || grantedWithinDays !== null;
}

/** Whether a grant is as recent as the rule asks; null where the org does not say when it was made, or a time to come. */
export function isWithinLookBack({ createdAt }: Grant, entry: HighPrivilege, asOf: Instant): boolean | null {
  if (!hasLookBack(entry)) return true;
  const { grantedSince, grantedWithinDays } = entry;
  if (!isDated(createdAt, asOf)) return null;
  return grantedSince !== null
    ? createdAt >= startOf(grantedSince)
    : !isLongerAgo(createdAt, grantedWithinDays!, asOf);
}
