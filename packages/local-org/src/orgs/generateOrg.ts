import type { OrgFixture } from "../fixture/fixture.ts";
import { sfId } from "../ids.ts";
import { Random } from "./random.ts";

/** How large an org to make. */
export interface OrgSize {
  readonly seed: number;
  readonly users: number;
  readonly grants: number;
  readonly apps: number;
}

const PERMISSIONS = [
  "ApiEnabled",
  "ViewSetup",
  "ManageUsers",
  "CustomizeApplication",
  "ExternalClientAppViewer",
];

/**
 * Makes an org of any size; the same size and seed give the same org. Every third app is not
 * installed, so that its grants carry a name alone; some grants have never been used, some lack counters.
 */
export function generateOrg({ seed, users, grants, apps }: OrgSize): OrgFixture {
  const random = new Random(seed);
  const people = Array.from({ length: users }, (_, i) => ({
    id: sfId("005", i + 1),
    username: `user${i}@generated.example`,
    name: `User ${i}`,
    profile: i === 0 ? "Integration" : random.pick(["Standard User", "Sales User"]),
    isActive: i === 0 || !random.chance(0.05),
    userType: "Standard",
  }));
  const registry = Array.from({ length: apps }, (_, i) => ({
    id: i % 3 === 2 ? null : sfId("0H4", i + 1),
    name: `App ${i}`,
    inAppMenu: i % 3 !== 2,
  }));
  return {
    organization: { id: sfId("00D", seed + 1), name: `Generated ${seed}`, isSandbox: false },
    caller: people[0]!.username,
    profiles: [
      { id: sfId("00e", 1), name: "Integration", permissions: PERMISSIONS },
      { id: sfId("00e", 2), name: "Standard User", permissions: ["ApiEnabled"] },
      { id: sfId("00e", 3), name: "Sales User", permissions: ["ApiEnabled"] },
    ],
    permissionSets: [],
    users: people,
    apps: registry,
    grants: Array.from({ length: grants }, () => {
      const createdAt = random.instant("2022-01-01T00:00:00Z", "2026-06-01T00:00:00Z");
      return {
        username: people[1 + random.integer(Math.max(1, users - 1))]?.username ?? people[0]!.username,
        app: random.pick(registry).name,
        createdAt,
        lastUsedAt: random.chance(0.05) ? null : random.instant(createdAt, "2026-11-01T00:00:00Z"),
        useCount: random.chance(0.05) ? null : random.integer(500),
      };
    }),
  };
}
