import { isAccountLink } from "../accountLink.ts";
import type { Grant, Inventory } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { ResolvedPolicy } from "../resolve/resolved.ts";
import type { Instant } from "../time.ts";
import { judgedRules, providerRules } from "./accountLinks.ts";
import type { FindingCode } from "./codes.ts";
import { exemptRules } from "./exempt.ts";
import { canBeKnown, knownGrants } from "./knownGrants.ts";
import { leaverRules } from "./leavers.ts";
import { listingRules } from "./listing.ts";
import { ownRules } from "./own.ts";
import { privilegeRules } from "./privilege.ts";
import { protectedRules } from "./protected.ts";
import { type Action, type Basis, type Case, type Rule, SILENT, type Verdict } from "./rule.ts";
import { scopeRules } from "./scopes.ts";
import { timeRules } from "./times.ts";
import { appRules, userRules } from "./unresolved.ts";

/** The answer for one grant, with the policy line that decided. */
export interface Decision {
  readonly grant: Grant;
  readonly action: Action;
  readonly code: FindingCode;
  readonly at: Position;
  /** Why a grant that the rule would revoke is only reported; null for all others. */
  readonly heldBackBy: HeldBackBy | null;
}

/** `not-revocable`: the org lets nobody revoke it through the API, and a person has to do it in Setup. */
export type HeldBackBy = "mode" | "baseline" | "not-revocable";

/** The rules for grants of apps by name, in the order of precedence: the first that keeps or revokes decides. */
export function rulesOf(basis: Basis): [name: string, rule: Rule][] {
  return Object.entries({
    ...ownRules(basis),
    ...userRules(basis),
    ...protectedRules(basis),
    ...leaverRules(basis),
    ...exemptRules(basis),
    ...appRules(basis),
    ...listingRules(basis),
    ...scopeRules(basis),
    ...timeRules(basis),
    ...privilegeRules(basis),
  });
}

/** The rules for links to identity providers, likewise: none of them looks at a time, or at what is said of apps. */
export function linkRulesOf(basis: Basis): [name: string, rule: Rule][] {
  const { "own user": ownUser } = ownRules(basis);
  const { "protected user": protectedUser } = protectedRules(basis);
  return Object.entries({
    "own user": ownUser,
    ...userRules(basis),
    "protected user": protectedUser,
    ...judgedRules(basis),
    ...leaverRules(basis),
    ...exemptRules(basis),
    ...providerRules(basis),
  });
}

/**
 * Decides every grant of an inventory. Pure: the same policy, inventory and time give the same
 * decisions, one for each grant and in the grants' order.
 * @param asOf the time of the run
 */
export function decide(resolved: ResolvedPolicy, inventory: Inventory, asOf: Instant): Decision[] {
  const decideOne = decider({ resolved, inventory, asOf });
  return inventory.grants.map((grant) => decideOne(grant));
}

/** As `decide`, for one grant after the other. */
export function decider(basis: Basis): (grant: Grant) => Decision {
  const { resolved, inventory } = basis;
  const [rules, linkRules] = [rulesOf(basis), linkRulesOf(basis)].map((all) =>
    all.flatMap(([, rule]) => (rule === SILENT ? [] : rule)),
  ) as [Rule[], Rule[]];
  const caseOf = caseFinder(resolved);
  const isKnown = knownGrants(basis);
  const heldBack = ({ grant, listed, doubt }: Case, code: FindingCode): Decision["heldBackBy"] => {
    // A leaver's grant of which nobody can tell whose it is goes whatever one of the apps that it could be of is in.
    const entry = doubt === undefined || code === "app-denied" ? listed?.entry : undefined;
    if (resolved.policy.mode.value === "report" || entry?.mode?.value === "report") return "mode";
    if (isAccountLink(grant) && inventory.accountLinks.deletable !== true) return "not-revocable";
    return canBeKnown(code) && isKnown(grant) ? "baseline" : null;
  };
  return (grant) => {
    const judged = caseOf(grant);
    const { action, code, at } = verdictOf(judged, isAccountLink(grant) ? linkRules : rules, resolved);
    const heldBackBy = action === "revoke" ? heldBack(judged, code) : null;
    return { grant, action: heldBackBy === null ? action : "report", code, at, heldBackBy };
  };
}

/** Puts a grant together with what the rules look at. */
export function caseFinder({ people, listedApps, doubts }: ResolvedPolicy): (grant: Grant) => Case {
  // Grants of a user stand together: this spares most of a million waits for memory.
  let userId: Grant["userId"] | undefined;
  let person: Case["person"];
  return (grant) => {
    if (grant.userId !== userId) {
      userId = grant.userId;
      person = people.get(userId);
    }
    const { key, id } = grant.app;
    const doubt = id === null ? doubts.get(key) : undefined;
    return {
      grant,
      person,
      listed: doubt === undefined ? listedApps.get(key) : (doubt.denied ?? undefined),
      doubt,
    };
  };
}

function verdictOf(judged: Case, rules: readonly Rule[], { policy }: ResolvedPolicy): Verdict {
  let reported: Verdict | null = null;
  let kept: Verdict | null = null;
  for (const rule of rules) {
    const verdict = rule(judged);
    if (verdict === null) continue;
    if (verdict.passing !== true)
      return reported !== null && verdict.action === "report" ? reported : verdict;
    if (verdict.action === "keep") kept ??= verdict;
    else reported ??= verdict;
  }
  return (
    reported ??
    kept ?? {
      action: "keep",
      code: "sanctioned",
      at: judged.listed?.entry.position ?? policy.unlisted.position,
    }
  );
}
