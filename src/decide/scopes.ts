import type { OAuthScope, Placed, Position } from "../policy/policy.ts";
import { unlistedVerdicts } from "./listing.ts";
import { type Basis, type Rule, SILENT } from "./rule.ts";

/**
 * Whether the app may ask for more than is sanctioned: a judgement on the app, since grants carry no
 * scopes (docs/salesforce.md#scopes). What cannot be read decides nothing here and is a finding of its own.
 */
export function scopeRules({ resolved, inventory }: Basis): Record<"scopes", Rule> {
  const ofUnlisted = unlistedVerdicts(resolved);
  const { unlistedScopes } = resolved.policy;
  const exceeded = new Map<string, Position>();
  for (const [key, { scopes }] of inventory.directory.appSettings) {
    const listed = resolved.listedApps.get(key);
    const allowed: Placed<readonly OAuthScope[]> | null =
      listed !== undefined ? listed.entry.scopes : ofUnlisted(key).action === "keep" ? null : unlistedScopes;
    if (allowed !== null && scopes !== null && !scopesAllow(scopes, allowed.value))
      exceeded.set(key, allowed.position);
  }
  if (exceeded.size === 0) return { scopes: SILENT };
  return {
    scopes: ({ grant }) => {
      const at = exceeded.get(grant.app.key);
      return at === undefined ? null : { action: "revoke", code: "scope-exceeded", at };
    },
  };
}

/** Names of one and the same scope: of the identity URL, and of refresh tokens. */
const IDENTITY = ["id", "profile", "email", "address", "phone"] as const;
const LASTING = ["refresh_token", "offline_access"] as const;

/** What a scope includes beside itself, as far as Salesforce says so (docs/salesforce.md#scopes); `full` includes all but `LASTING`. */
const INCLUDED: Partial<Record<OAuthScope, readonly OAuthScope[]>> = {
  api: ["chatter_api"],
  web: ["visualforce"],
  ...Object.fromEntries(IDENTITY.map((name) => [name, IDENTITY])),
  ...Object.fromEntries(LASTING.map((name) => [name, LASTING])),
};

/** Whether each of the scopes is allowed or included in one that is. Pure. */
export function scopesAllow(scopes: readonly string[], allowed: readonly OAuthScope[]): boolean {
  const covered = new Set<string>(allowed.flatMap((scope) => [scope, ...(INCLUDED[scope] ?? [])]));
  const isCovered = (scope: string) =>
    covered.has(scope) || (covered.has("full") && !(LASTING as readonly string[]).includes(scope));
  return scopes.every(isCovered);
}
