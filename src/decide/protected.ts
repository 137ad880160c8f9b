import type { Basis, Rule } from "./rule.ts";

/** Protected users and apps are never revoked (law 3). */
export function protectedRules({ policy }: Basis): Record<"protected user" | "protected app", Rule> {
  const { protectedUsers, protectedApps } = policy;
  return {
    "protected user": ({ grant }) => {
      const place = protectedUsers.get(grant.userId);
      return place === undefined ? null : { action: "keep", code: "protected", policy: place };
    },
    "protected app": ({ grant }) => {
      const place = protectedApps.get(grant.app.key);
      return place === undefined ? null : { action: "keep", code: "protected", policy: place };
    },
  };
}
