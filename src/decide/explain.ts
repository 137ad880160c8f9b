import { isAccountLink } from "../accountLink.ts";
import type { Grant } from "../inventory/inventory.ts";
import type { Decision } from "./decide.ts";
import { caseFinder, decider, linkRulesOf, rulesOf } from "./decide.ts";
import type { Basis, Verdict } from "./rule.ts";

/** One rule that was looked at, and what it said; null where it does not apply to the grant. */
export interface Step {
  readonly rule: string;
  readonly verdict: Verdict | null;
}

/** A decision with every rule that was looked at on the way to it, in order. */
export interface Explanation {
  readonly decision: Decision;
  readonly steps: readonly Step[];
}

/** Explains the decision on each of the grants. Pure. */
export function explain(basis: Basis, grants: readonly Grant[]): Explanation[] {
  const [rules, linkRules] = [rulesOf(basis), linkRulesOf(basis)];
  const caseOf = caseFinder(basis.resolved);
  const decide = decider(basis);
  return grants.map((grant) => {
    const judged = caseOf(grant);
    const steps: Step[] = [];
    for (const [rule, judge] of isAccountLink(grant) ? linkRules : rules) {
      const verdict = judge(judged);
      steps.push({ rule, verdict });
      if (verdict !== null && verdict.passing !== true) break;
    }
    return { decision: decide(grant), steps };
  });
}
