import { isMember } from "../resolve/resolved.ts";
import type { Basis, Rule } from "./rule.ts";

/** Whether the policy sanctions the app for the user. */
export function listingRules({ policy: { policy } }: Basis): Record<"denied" | "listed" | "in scope", Rule> {
  const { unlisted } = policy;
  return {
    denied: ({ rule }) =>
      rule === undefined || rule.rule.denied === null
        ? null
        : { action: "revoke", code: "app-denied", policy: rule.rule.denied },
    listed: ({ rule }) =>
      rule === undefined
        ? { action: unlisted.value, code: "app-not-listed", policy: unlisted.position }
        : null,
    "in scope": ({ rule, person }) =>
      person === undefined || rule === undefined || rule.users === null || isMember(rule.users, person)
        ? null
        : { action: "revoke", code: "user-not-allowed", policy: rule.rule.users!.position },
  };
}
