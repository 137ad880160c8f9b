import { isAccountLink } from "../src/accountLink.ts";
import {
  type AccountLinks,
  type App,
  EMPTY_DIRECTORY,
  type Grant,
  type Inventory,
  type Profile,
  type StandingAccessList,
  type User,
} from "../src/inventory/inventory.ts";
import { type AppId, appIdOf, orgIdOf, toId18, type UserId, userIdOf } from "../src/salesforce/id.ts";
import { STANDING_SOURCES } from "../src/standing.ts";

/** The time of every run that a test does not say another for. */
export const AS_OF = Date.parse("2026-11-23T12:00:00Z");

export const PROFILES: readonly Profile[] = ["Sales User", "Standard User", "System Administrator"].map(
  (name, i) => ({ id: sfId("00e", i), name }),
);

/** An id of 18 characters. */
export function sfId(prefix: "005", n: number): UserId;
export function sfId(prefix: "0H4" | "0xI", n: number): AppId;
export function sfId(prefix: string, n: number): string;
export function sfId(prefix: string, n: number): string {
  return toId18(`${prefix}${String(n).padStart(12, "0")}`);
}

/** A registered app, or one that is known by name alone. */
export function app(name: string, given: string | null = null): App {
  const id = given === null ? null : appIdOf(given);
  return {
    key: id ?? `name:${name}`,
    id,
    name,
    kind: id === null ? "unknown" : "connected-app",
    adminApprovedOnly: null,
  };
}

/** An identity provider, or one that is known by name alone. */
export function provider(name: string, given: string | null = null): App {
  const id = given === null ? null : appIdOf(given);
  return {
    key: id ?? `provider:${name}`,
    id,
    name,
    kind: "identity-provider",
    adminApprovedOnly: null,
  };
}

/** A user's account linked to an identity provider. */
export function link(userId: string, app: App): Grant {
  const times = { createdAt: null, lastUsedAt: null, useCount: null };
  return { userId: userIdOf(userId), app, ...times, source: "account-link" };
}

/** What is known of so many links, where the API may delete them. */
export function linksOf(read: number, more: Partial<AccountLinks> = {}): AccountLinks {
  const proof = { countBefore: read, countAfter: read, read, ranges: 1, calls: 3 };
  return { proof, refusal: null, deletable: read === 0 ? null : true, ...more };
}

/** What grants without an id bear the name of those apps, so that it cannot be told whose they are. */
export function like(...apps: readonly App[]): App {
  return { ...app(apps[0]!.name), couldBe: apps.map(({ id }) => id!) };
}

export function user(n: number, more: Partial<User> = {}): User {
  return {
    id: sfId("005", n),
    username: `user${n}@dieppe.example`,
    name: `User ${n}`,
    isActive: true,
    isFrozen: false,
    profileId: PROFILES[0]!.id,
    profileName: PROFILES[0]!.name,
    userType: "Standard",
    roleId: null,
    ...more,
  };
}

/** A grant made and used at the time of the run. */
export function grant(userId: string, app: App, more: Partial<Grant> = {}): Grant {
  return { userId: userIdOf(userId), app, createdAt: AS_OF, lastUsedAt: AS_OF, useCount: 1, ...more };
}

/** That of an org that shows none, and lets all be read. */
export const NO_STANDING_ACCESS: StandingAccessList = {
  days: 7,
  entries: [],
  readings: STANDING_SOURCES.map((source) => ({ source, state: "read", salesforceCode: null, since: null })),
};

/** An inventory with as much as a test is about, and nothing else. */
export function inventoryOf({
  users = [],
  ...more
}: Partial<Omit<Inventory, "users">> & { users?: readonly User[] }): Inventory {
  const { grants = [] } = more;
  const links = grants.filter(isAccountLink).length;
  const rows = grants.length - links;
  return {
    org: {
      id: orgIdOf("00D000000000001EAA"),
      name: "Dieppe",
      isSandbox: false,
      instanceUrl: "https://dieppe.example",
      apiVersion: "67.0",
    },
    caller: { userId: sfId("005", 999), username: "bot@dieppe.example", sessionApp: null, namedApp: null },
    ownApps: [],
    users: new Map(users.map((one) => [one.id, one])),
    profiles: PROFILES,
    directory: EMPTY_DIRECTORY,
    apps: [...new Set(grants.map((one) => one.app))],
    grants,
    standingAccess: NO_STANDING_ACCESS,
    accountLinks: linksOf(links),
    proof: {
      countBefore: rows,
      countAfter: rows,
      read: rows,
      partition: "CreatedDate",
      ranges: 1,
      calls: 3,
      permissions: {},
      apiVersion: "67.0",
      at: "2026-11-23T12:00:00.000Z",
    },
    ...more,
  };
}
