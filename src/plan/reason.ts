import { type FindingCode, meaningOf } from "../decide/codes.ts";
import type { Grant } from "../inventory/inventory.ts";
import { type Position, placeText } from "../policy/policy.ts";
import { dayOf } from "../time.ts";

/**
 * Why these grants go, in one line: the rule and its place, when they were granted and the month in
 * which a token was last issued. Nothing that changes from day to day, so that an approved plan still
 * compares equal when it is applied.
 */
export function revocationReason(code: FindingCode, policy: Position, grants: readonly Grant[]): string {
  const days = grants.map((grant) =>
    grant.createdAt === null ? "on an unknown day" : dayOf(grant.createdAt),
  );
  const granted = grants.length === 1 ? `granted ${days[0]}` : `${grants.length} grants: ${days.join(", ")}`;
  const uses = grants.map((grant) => grant.lastUsedAt).filter((time) => time !== null);
  const used = uses.length === 0 ? "no use recorded" : `last used ${dayOf(Math.max(...uses)).slice(0, 7)}`;
  return `${meaningOf(code)} (${placeText(policy)}); ${granted}, ${used}`;
}
