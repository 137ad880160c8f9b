import type { Position } from "../policy/policy.ts";
import { isMember, type ResolvedPolicy } from "../resolve/resolved.ts";
import type { Basis, Rule, Verdict } from "./rule.ts";

/** Whether the policy sanctions the app for the user. */
export function listingRules({ resolved }: Basis): Record<"denied" | "listed" | "in scope", Rule> {
  const { deniedLike } = resolved;
  const ofUnlisted = unlistedVerdicts(resolved);
  return {
    denied: ({ listed, doubt, grant }) => {
      if (listed !== undefined) return denied(listed.entry.denied);
      const like = doubt === undefined ? deniedLike.get(grant.app.key) : doubt.deniedLike;
      return denied(like?.denied);
    },
    listed: ({ listed, grant }) => (listed === undefined ? ofUnlisted(grant.app.key) : null),
    "in scope": ({ listed, person }) =>
      person === undefined || listed === undefined || listed.users === null || isMember(listed.users, person)
        ? null
        : { action: "revoke", code: "user-not-allowed", at: listed.entry.users!.position },
  };
}

/**
 * What the policy says of an app that no entry lists, by its key. A name proves nothing: what is only called as one of
 * Salesforce's own is never kept by that, and goes only where those go too.
 */
export function unlistedVerdicts({
  policy: { unlisted, platformApps },
  platformApps: kinds,
}: ResolvedPolicy): (key: string) => Verdict {
  const notListed = lasting({ action: unlisted.value, code: "app-not-listed", at: unlisted.position });
  if (platformApps === null || kinds.size === 0) return () => notListed;
  const { value, position: at } = platformApps;
  const proven = lasting({ action: value, code: "platform-app", at });
  const named: Verdict =
    value === "revoke" ? notListed : lasting({ action: "report", code: "platform-app-not-proven", at });
  return (key) => {
    const kind = kinds.get(key);
    if (kind === undefined) return notListed;
    return kind === "proven" ? proven : named;
  };
}

/** Not revoked, an app that is not listed is held to what is for every app: listing it must not be what revokes (law 2). */
function lasting(verdict: Verdict): Verdict {
  return verdict.action === "revoke" ? verdict : { ...verdict, passing: true };
}

function denied(at: Position | null | undefined): Verdict | null {
  return at ? { action: "revoke", code: "app-denied", at } : null;
}
