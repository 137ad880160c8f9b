import type { Basis, Rule } from "./rule.ts";

/** Missing data is not permission (law 8): a grant of nobody whom the org lists is reported. */
export function userRules({ resolved }: Basis): Record<"user known", Rule> {
  const at = resolved.policy.unlisted.position;
  return {
    "user known": ({ person }) =>
      person === undefined ? { action: "report", code: "user-unresolved", at } : null,
  };
}

/** Nor is it a ground to revoke, where it is the app that decides: unless whichever it is is denied. */
export function appRules({ resolved }: Basis): Record<"app known", Rule> {
  const at = resolved.policy.unlisted.position;
  return {
    "app known": ({ doubt }) =>
      doubt === undefined || doubt.denied !== null || doubt.deniedLike !== null
        ? null
        : { action: "report", code: "app-unresolved", at },
  };
}
