import { type Basis, type Rule, SILENT } from "./rule.ts";

/**
 * Whether the app may ask for more than is sanctioned: a judgement on the app, since grants carry no
 * scopes (docs/salesforce.md#scopes). What cannot be read decides nothing here and is a finding of its own.
 */
export function scopeRules({ resolved, inventory }: Basis): Record<"scopes", Rule> {
  if ([...resolved.listedApps.values()].every(({ entry }) => entry.scopes === null))
    return { scopes: SILENT };
  const { appSettings } = inventory.directory;
  return {
    scopes: ({ grant, listed }) => {
      const allowed = listed?.entry.scopes;
      if (!allowed) return null;
      const scopes = appSettings.get(grant.app.key)?.scopes ?? null;
      return scopes === null || excessScopes(scopes, allowed.value).length === 0
        ? null
        : { action: "revoke", code: "scope-exceeded", at: allowed.position };
    },
  };
}

/** What `full` does not cover: tokens that outlive the session. */
const LASTING = ["refresh_token", "offline_access"];

/** The scopes that are not allowed. `full` allows all but refresh tokens, whose two names mean the same. */
function excessScopes(scopes: readonly string[], allowed: readonly string[]): string[] {
  return scopes.filter((scope) =>
    LASTING.includes(scope)
      ? !LASTING.some((name) => allowed.includes(name))
      : !allowed.includes(scope) && !allowed.includes("full"),
  );
}
