import type { Basis, Rule } from "./rule.ts";

/** Missing data is not permission, and no ground to revoke: what cannot be resolved is reported (law 8). */
export function unresolvedRules({ resolved, inventory }: Basis): Record<"app known" | "user known", Rule> {
  const at = resolved.policy.unlisted.position;
  const registeredNames = new Set(inventory.apps.filter(({ id }) => id !== null).map(({ name }) => name));
  return {
    // A name that several registered apps share does not say which of them it is.
    "app known": ({ grant: { app } }) =>
      app.id === null && (app.name === "" || registeredNames.has(app.name))
        ? { action: "report", code: "app-unresolved", at }
        : null,
    "user known": ({ person }) =>
      person === undefined ? { action: "report", code: "user-unresolved", at } : null,
  };
}
