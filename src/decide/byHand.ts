import { isAccountLink } from "../accountLink.ts";
import type { Grant } from "../inventory/inventory.ts";
import { caseFinder, type Decision } from "./decide.ts";
import { ownRules } from "./own.ts";
import { protectedRules } from "./protected.ts";
import type { Basis, Case, Rule, Verdict } from "./rule.ts";
import { userRules } from "./unresolved.ts";

/**
 * Decides grants that somebody wants revoked by hand: all of them, but for the tool's own, protected ones, those
 * of nobody whom the org lists, and those that could be of the tool's own or a protected app. Pure.
 */
export function decideByHand(basis: Basis, grants: readonly Grant[]): Decision[] {
  const { position: unlisted } = basis.resolved.policy.unlisted;
  const rules: Rule[] = Object.values({
    ...ownRules(basis),
    ...userRules(basis),
    ...protectedRules(basis),
    "app known": ({ doubt }: Case): Verdict | null =>
      doubt?.untouchable === true ? { action: "report", code: "app-unresolved", at: unlisted } : null,
  });
  const caseOf = caseFinder(basis.resolved);
  return grants.map((grant) => {
    const judged = caseOf(grant);
    for (const rule of rules) {
      const verdict = rule(judged);
      if (verdict !== null)
        return { grant, action: verdict.action, code: verdict.code, at: verdict.at, heldBackBy: null };
    }
    const at = { file: "command line", line: 0, column: 0 };
    if (isAccountLink(grant) && basis.inventory.accountLinks.deletable !== true)
      return { grant, action: "report", code: "by-hand", at, heldBackBy: "not-revocable" };
    return { grant, action: "revoke", code: "by-hand", at, heldBackBy: null };
  });
}
