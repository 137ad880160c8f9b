import { type Basis, type Rule, SILENT } from "./rule.ts";

/** The tool's own user and its own apps are never revoked, whatever the policy says (law 3); apps by id alone. */
export function ownRules({
  resolved,
  inventory: { caller, ownApps },
}: Basis): Record<"own user" | "own app", Rule> {
  const own = new Set<string | null>(ownApps);
  const at = resolved.policy.unlisted.position;
  return {
    "own user": ({ grant }) =>
      grant.userId === caller.userId ? { action: "keep", code: "own-user", at } : null,
    "own app":
      own.size === 0
        ? SILENT
        : ({ grant: { app } }) => (own.has(app.id) ? { action: "keep", code: "own-app", at } : null),
  };
}
