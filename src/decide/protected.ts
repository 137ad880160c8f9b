import type { Position } from "../policy/policy.ts";
import { type Basis, type Rule, SILENT, type Verdict } from "./rule.ts";

/** Protected users and apps are never revoked (law 3). */
export function protectedRules({
  resolved: { protectedApps },
}: Basis): Record<"protected user" | "protected app", Rule> {
  return {
    "protected user": ({ person }) => keep(person?.protected),
    "protected app":
      protectedApps.size === 0 ? SILENT : ({ grant }) => keep(protectedApps.get(grant.app.key)),
  };
}

function keep(place: Position | null | undefined): Verdict | null {
  return place ? { action: "keep", code: "protected", at: place } : null;
}
