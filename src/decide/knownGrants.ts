import type { Grant } from "../inventory/inventory.ts";
import { knownKey } from "../resolve/baselineGrants.ts";
import type { FindingCode } from "./codes.ts";
import type { Basis } from "./rule.ts";

/** What a baseline does not hold back: what somebody has denied, who has left, and links, of which it knows none. */
const NEVER_KNOWN: ReadonlySet<FindingCode> = new Set([
  "app-denied",
  "user-offboarded",
  "user-inactive",
  "user-frozen",
  "provider-denied",
  "provider-not-listed",
  "user-not-allowed-to-link",
]);

/** Whether a baseline holds back what is revoked for a reason. */
export function canBeKnown(code: FindingCode): boolean {
  return !NEVER_KNOWN.has(code);
}

/** Whether a grant was known when the baseline was made, as long as that holds. */
export function knownGrants({ resolved: { known } }: Basis): (grant: Grant) => boolean {
  return ({ userId, app, createdAt }) => {
    if (known.size === 0) return false;
    const pair = known.get(knownKey(userId, app.key));
    if (pair === undefined) return false;
    if (createdAt === null) return pair.before !== null;
    return pair.at.has(createdAt) || (pair.before !== null && createdAt < pair.before);
  };
}
