import type { OrgFixture } from "./fixture.ts";

export type App = OrgFixture["apps"][number];
type Settings = NonNullable<App["settings"]>;

/** Whether an app is an external client app; the others are connected apps, or not installed. */
export function isExternal({ id }: App): boolean {
  return id?.startsWith("0xI") ?? false;
}

/** The settings of an app, with what Salesforce takes where the fixture says nothing. */
export function settingsOf({ name, settings = {} }: App): Required<Settings> {
  return {
    adminApprovedUsersOnly: false,
    refreshTokenPolicy: "infinite",
    ipRelaxation: "ENFORCE",
    scopes: [],
    createdInOrg: false,
    blocked: false,
    developerName: name.replace(/[^A-Za-z0-9]+/g, "_"),
    ...settings,
  };
}

/** Who may use an external client app, as its policy says it. */
export function permittedUsers(app: App): string {
  return settingsOf(app).adminApprovedUsersOnly ? "AdminApprovedPreAuthorized" : "AllSelfAuthorized";
}

/** How long an app's refresh tokens live, as the policy of an external client app says it. */
export interface RefreshTokenPolicy {
  readonly type: "Infinite" | "Zero" | "SpecificLifetime" | "SpecificInactivity";
  readonly period: number | null;
  readonly unit: string | null;
}

/** Reads `specific_lifetime:30:DAYS`, the form of a connected app's metadata. */
export function refreshTokenPolicy(app: App): RefreshTokenPolicy {
  const [kind, period, unit] = settingsOf(app).refreshTokenPolicy.split(":");
  switch (kind) {
    case "infinite":
      return { type: "Infinite", period: null, unit: null };
    case "zero":
      return { type: "Zero", period: null, unit: null };
    default:
      return {
        type: kind === "specific_lifetime" ? "SpecificLifetime" : "SpecificInactivity",
        period: Number(period),
        unit: `${unit![0]}${unit!.slice(1).toLowerCase()}`,
      };
  }
}
