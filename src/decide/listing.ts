import type { Position } from "../policy/policy.ts";
import { isMember } from "../resolve/resolved.ts";
import type { Basis, Rule, Verdict } from "./rule.ts";

/** Whether the policy sanctions the app for the user. */
export function listingRules({
  resolved: { policy, deniedLike },
}: Basis): Record<"denied" | "listed" | "in scope", Rule> {
  const { unlisted } = policy;
  const notListed: Verdict = { action: unlisted.value, code: "app-not-listed", at: unlisted.position };
  // Only reported, an app that is not listed is held to what is for every app: listing it must not be what revokes (law 2).
  const saidOfUnlisted: Verdict = unlisted.value === "report" ? { ...notListed, passing: true } : notListed;
  return {
    denied: ({ listed, doubt, grant }) => {
      if (listed !== undefined) return denied(listed.entry.denied);
      const like = doubt === undefined ? deniedLike.get(grant.app.key) : doubt.deniedLike;
      return denied(like?.denied);
    },
    listed: ({ listed }) => (listed === undefined ? saidOfUnlisted : null),
    "in scope": ({ listed, person }) =>
      person === undefined || listed === undefined || listed.users === null || isMember(listed.users, person)
        ? null
        : { action: "revoke", code: "user-not-allowed", at: listed.entry.users!.position },
  };
}

function denied(at: Position | null | undefined): Verdict | null {
  return at ? { action: "revoke", code: "app-denied", at } : null;
}
