import { isMember } from "../resolve/resolved.ts";
import type { Basis, Rule } from "./rule.ts";

/** Whether the policy sanctions the app for the user. */
export function listingRules({
  resolved: { policy },
}: Basis): Record<"denied" | "listed" | "in scope", Rule> {
  const { unlisted } = policy;
  return {
    denied: ({ listed }) =>
      listed === undefined || listed.entry.denied === null
        ? null
        : { action: "revoke", code: "app-denied", at: listed.entry.denied },
    listed: ({ listed }) =>
      listed === undefined ? { action: unlisted.value, code: "app-not-listed", at: unlisted.position } : null,
    "in scope": ({ listed, person }) =>
      person === undefined || listed === undefined || listed.users === null || isMember(listed.users, person)
        ? null
        : { action: "revoke", code: "user-not-allowed", at: listed.entry.users!.position },
  };
}
