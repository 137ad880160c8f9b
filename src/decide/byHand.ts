import type { Grant } from "../inventory/inventory.ts";
import { caseFinder, type Decision } from "./decide.ts";
import { ownRules } from "./own.ts";
import { protectedRules } from "./protected.ts";
import type { Basis } from "./rule.ts";
import { unresolvedRules } from "./unresolved.ts";

/**
 * Decides grants that somebody wants revoked by hand: all of them, but for the tool's own, protected ones,
 * and those of which it cannot be told what they are. Pure.
 */
export function decideByHand(basis: Basis, grants: readonly Grant[]): Decision[] {
  const rules = Object.values({ ...ownRules(basis), ...unresolvedRules(basis), ...protectedRules(basis) });
  const caseOf = caseFinder(basis.resolved);
  return grants.map((grant) => {
    const judged = caseOf(grant);
    for (const rule of rules) {
      const verdict = rule(judged);
      if (verdict !== null)
        return { grant, action: verdict.action, code: verdict.code, at: verdict.at, heldBackBy: null };
    }
    const at = { file: "command line", line: 0, column: 0 };
    return { grant, action: "revoke", code: "by-hand", at, heldBackBy: null };
  });
}
