import type { Grant, Inventory } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { ResolvedPolicy } from "../policy/resolve.ts";

/** What happens to a grant. `report` leaves it alone and says so. */
export type Action = "keep" | "revoke" | "report";

/** Why. A stable interface: reports, plans and other tools match on these. */
export type FindingCode =
  | "own-user"
  | "own-app"
  | "user-unresolved"
  | "app-unresolved"
  | "app-not-listed"
  | "user-not-allowed"
  | "sanctioned";

/** The answer for one grant, with the policy line that decided. */
export interface Decision {
  readonly grant: Grant;
  readonly action: Action;
  readonly code: FindingCode;
  readonly policy: Position;
}

/**
 * Decides every grant of an inventory. Pure: the same policy and inventory give the same decisions,
 * one for each grant and in the grants' order. The first rule that matches decides:
 * own user, own app, unresolved user or app, app not listed, user not in scope, sanctioned.
 */
export function decide(policy: ResolvedPolicy, inventory: Inventory): Decision[] {
  const callerApp = inventory.caller.app;
  const registeredNames = new Set(inventory.apps.filter(({ id }) => id !== null).map(({ name }) => name));
  const verdict = (grant: Grant): Omit<Decision, "grant"> => {
    const { app } = grant;
    const unlisted = policy.policy.unlistedPosition;
    if (grant.userId === inventory.caller.userId)
      return { action: "keep", code: "own-user", policy: unlisted };
    if (callerApp !== null && (app.id === callerApp || app.name === callerApp))
      return { action: "keep", code: "own-app", policy: unlisted };
    // A name that several registered apps share does not say which of them it is.
    if (app.id === null && (app.name === "" || registeredNames.has(app.name)))
      return { action: "report", code: "app-unresolved", policy: unlisted };
    const user = inventory.users.get(grant.userId);
    if (user === undefined) return { action: "report", code: "user-unresolved", policy: unlisted };

    const rule = policy.rules.get(app.key);
    if (rule === undefined)
      return { action: policy.policy.unlisted, code: "app-not-listed", policy: unlisted };
    const allowed =
      rule.everyone ||
      rule.userIds.has(user.id) ||
      (user.profileId !== null && rule.profileIds.has(user.profileId));
    return allowed
      ? { action: "keep", code: "sanctioned", policy: rule.rule.position }
      : { action: "revoke", code: "user-not-allowed", policy: rule.rule.users.position };
  };
  return inventory.grants.map((grant) => ({ grant, ...verdict(grant) }));
}
