import type { Grant, Inventory } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { ResolvedPolicy } from "../resolve/resolved.ts";
import type { Instant } from "../time.ts";
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
  readonly heldBackBy: "mode" | "baseline" | null;
}

/** Every rule by name, in the order of precedence: the first that keeps or revokes decides. */
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
  const { resolved } = basis;
  const rules = rulesOf(basis).flatMap(([, rule]) => (rule === SILENT ? [] : rule));
  const caseOf = caseFinder(resolved);
  const isKnown = knownGrants(basis);
  const heldBack = ({ grant, listed, doubt }: Case, code: FindingCode): Decision["heldBackBy"] => {
    // A leaver's grant of which nobody can tell whose it is goes whatever one of the apps that it could be of is in.
    const entry = doubt === undefined || code === "app-denied" ? listed?.entry : undefined;
    if (resolved.policy.mode.value === "report" || entry?.mode?.value === "report") return "mode";
    return canBeKnown(code) && isKnown(grant) ? "baseline" : null;
  };
  return (grant) => {
    const judged = caseOf(grant);
    const { action, code, at } = verdictOf(judged, rules, resolved);
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
  for (const rule of rules) {
    const verdict = rule(judged);
    if (verdict === null) continue;
    if (verdict.passing !== true)
      return reported !== null && verdict.action === "report" ? reported : verdict;
    reported ??= verdict;
  }
  return (
    reported ?? {
      action: "keep",
      code: "sanctioned",
      at: judged.listed?.entry.position ?? policy.unlisted.position,
    }
  );
}
