import { type Basis, type Rule, SILENT } from "./rule.ts";

/** The tool's own user and its own app are never revoked, whatever the policy says (law 3). */
export function ownRules({ policy, inventory: { caller } }: Basis): Record<"own user" | "own app", Rule> {
  const place = policy.policy.unlisted.position;
  return {
    "own user": ({ grant }) =>
      grant.userId === caller.userId ? { action: "keep", code: "own-user", policy: place } : null,
    "own app":
      caller.app === null
        ? SILENT
        : ({ grant: { app } }) =>
            app.id === caller.app || app.name === caller.app
              ? { action: "keep", code: "own-app", policy: place }
              : null,
  };
}
