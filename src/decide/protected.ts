import type { Position } from "../policy/policy.ts";
import { type Basis, type Case, type Rule, SILENT } from "./rule.ts";

/** Protected users and apps are never revoked (law 3). */
export function protectedRules({ policy }: Basis): Record<"protected user" | "protected app", Rule> {
  return {
    "protected user": keeps(policy.protectedUsers, ({ grant }) => grant.userId),
    "protected app": keeps(policy.protectedApps, ({ grant }) => grant.app.key),
  };
}

function keeps(places: ReadonlyMap<string, Position>, keyOf: (judged: Case) => string): Rule {
  if (places.size === 0) return SILENT;
  return (judged) => {
    const place = places.get(keyOf(judged));
    return place === undefined ? null : { action: "keep", code: "protected", policy: place };
  };
}
