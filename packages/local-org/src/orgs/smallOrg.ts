import type { OrgFixture } from "../fixture/fixture.ts";
import { sfId } from "../ids.ts";

export const BOT = "bot@small.example";
export const ANN = "ann@small.example";
export const BEN = "ben@small.example";
export const PAYROLL = { id: sfId("0H4", 1), name: "Payroll & <Co>" };
export const DIALER = { id: sfId("0H4", 2), name: "Dialer" };
export const PORTAL = { id: sfId("0xI", 1), name: "Partner Portal" };

/** Three users and three apps, with every kind of group, role, assignment and setting once. */
export function smallOrg(): OrgFixture {
  const staff = { profile: "Staff", isActive: true, userType: "Standard" };
  const grant = { createdAt: "2026-01-01T00:00:00Z", lastUsedAt: null, useCount: 1 };
  return {
    organization: { id: sfId("00D", 7), name: "Small Org", isSandbox: true },
    caller: BOT,
    profiles: [
      {
        id: sfId("00e", 1),
        name: "Bot",
        permissions: [
          "ViewSetup",
          "ManageUsers",
          "CustomizeApplication",
          "ModifyMetadata",
          "ExternalClientAppViewer",
        ],
      },
      { id: sfId("00e", 2), name: "Staff", permissions: ["ApiEnabled"] },
    ],
    permissionSets: [
      {
        id: sfId("0PS", 1),
        name: "Reader",
        label: "Reader",
        namespacePrefix: "acme",
        permissions: ["ViewAllData"],
        assignees: [ANN, BEN],
        expirations: { [ANN]: "2999-01-01T00:00:00Z", [BEN.toUpperCase()]: "2020-01-01T00:00:00Z" },
      },
      {
        id: sfId("0PS", 2),
        name: "Runner",
        label: "Runner",
        permissions: ["ManageUsers"],
        assignees: [],
      },
    ],
    permissionSetGroups: [
      {
        id: sfId("0PG", 1),
        developerName: "Desk",
        label: "Service desk",
        permissionSets: ["Reader", "Runner"],
        mutedPermissions: ["ManageUsers"],
        assignees: [BEN],
      },
    ],
    roles: [
      { id: sfId("00E", 1), name: "Sales", developerName: "Sales" },
      { id: sfId("00E", 2), name: "Sales East", developerName: "Sales_East", parent: "Sales" },
    ],
    publicGroups: [
      {
        id: sfId("00G", 1),
        name: "Sellers",
        developerName: "Sellers",
        members: { users: [ANN], roles: ["Sales_East"] },
      },
      {
        id: sfId("00G", 2),
        name: "Everybody",
        developerName: "Everybody",
        members: { groups: ["Sellers"], rolesAndSubordinates: ["Sales"] },
      },
    ],
    users: [
      {
        id: sfId("005", 1),
        username: ANN,
        name: "Ann",
        ...staff,
        role: "Sales",
        lastLoginAt: "2026-01-02T03:04:05Z",
      },
      { id: sfId("005", 2), username: BEN, name: "Ben", ...staff, role: "Sales_East", isFrozen: true },
      { id: sfId("005", 3), username: BOT, name: "Bot", ...staff, profile: "Bot" },
    ],
    apps: [
      {
        ...PAYROLL,
        inAppMenu: true,
        settings: {
          adminApprovedUsersOnly: true,
          refreshTokenPolicy: "specific_inactivity:30:DAYS",
          ipRelaxation: "BYPASS_2FACTOR",
          scopes: ["Api", "RefreshToken"],
          createdInOrg: true,
          blocked: true,
          developerName: "Payroll",
        },
        preauthorized: { profiles: ["Bot"], permissionSets: ["Reader"] },
      },
      { ...DIALER, inAppMenu: true, settings: { refreshTokenPolicy: "zero" } },
      {
        ...PORTAL,
        inAppMenu: true,
        settings: {
          adminApprovedUsersOnly: true,
          refreshTokenPolicy: "specific_lifetime:12:HOURS",
          ipRelaxation: "ENFORCE_RELAXREFRESH",
          scopes: ["Api", "Web"],
        },
        preauthorized: { permissionSets: ["Runner"] },
      },
      { id: null, name: "Old Tool", inAppMenu: false },
    ],
    grants: [PAYROLL, DIALER, PORTAL, { name: "Old Tool" }].map(({ name }) => ({
      username: ANN,
      app: name,
      ...grant,
    })),
  };
}
