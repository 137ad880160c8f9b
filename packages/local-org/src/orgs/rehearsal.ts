import type { OrgFixture } from "../fixture/fixture.ts";
import { sfId } from "../ids.ts";
import { dieppeTrading, OUTLOOK, SLACK } from "./dieppeTrading.ts";
import { Random } from "./random.ts";

/** The vendor that is breached: its installed app, and a second one that goes by a like name and was never installed. */
export const DRIFT = { id: sfId("0H4", 4), name: "Drift" };
export const DRIFT_EMAIL = { id: null, name: "Drift Email" };

type Grant = OrgFixture["grants"][number];

/**
 * Dieppe Trading on a bad day, to rehearse incidents on: a vendor is breached of which 62 users hold 63 grants, whose integration user may read
 * and change everything and gets in by client credentials too; two people who have left and one whose user is frozen still hold
 * grants. The same each time; what Dieppe Trading has is in it unchanged.
 */
export function rehearsal(): OrgFixture {
  const org = dieppeTrading();
  const random = new Random(2026);
  const integration = {
    id: sfId("005", 352),
    username: "drift.integration@dieppe.example",
    name: "Drift Integration",
    profile: "System Administrator",
    isActive: true,
    userType: "Standard",
  };
  const connected = new Set(org.grants.map(({ username }) => username));
  const people = org.users.filter(({ username }) => connected.has(username));
  const frozen = people[60]!.username;
  const left = org.users.filter(({ isActive }) => !isActive).slice(0, 2);
  const grantOf = (username: string, app: string, from: string, to: string): Grant => {
    const createdAt = random.instant(from, to);
    return {
      ...{ username, app, createdAt },
      lastUsedAt: random.instant(createdAt, "2026-11-20T00:00:00Z"),
      useCount: 1 + random.integer(900),
    };
  };
  const vendorGrant = (username: string, app: string) =>
    grantOf(username, app, "2024-03-04T08:00:00Z", "2026-08-31T00:00:00Z");

  return {
    ...org,
    users: [
      ...org.users.map((user) => (user.username === frozen ? { ...user, isFrozen: true } : user)),
      integration,
    ],
    apps: [
      ...org.apps,
      {
        ...DRIFT,
        inAppMenu: true,
        standingAccess: [{ kind: "client-credentials", runAs: integration.username }],
      },
      { ...DRIFT_EMAIL, inAppMenu: false },
    ],
    grants: [
      ...org.grants,
      ...people.slice(40, 101).map(({ username }) => vendorGrant(username, DRIFT.name)),
      ...[1, 2].map(() => vendorGrant(integration.username, DRIFT.name)),
      ...people.slice(80, 86).map(({ username }) => vendorGrant(username, DRIFT_EMAIL.name)),
      ...left.flatMap(({ username }) =>
        [OUTLOOK, SLACK].map(({ name }) =>
          grantOf(username, name, "2023-02-01T08:00:00Z", "2025-12-31T00:00:00Z"),
        ),
      ),
    ],
    sessions: [{ username: people[40]!.username, app: DRIFT.name, createdAt: "2026-11-20T01:02:00Z" }],
  };
}
