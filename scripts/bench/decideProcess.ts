import { performance } from "node:perf_hooks";
import { Random } from "salesforce-local-org/orgs";
import { decide } from "../../src/decide/decide.ts";
import { byUser } from "../../src/inventory/byUser.ts";
import {
  type App,
  EMPTY_DIRECTORY,
  type Grant,
  type Inventory,
  type MemberSet,
  type Role,
  type User,
} from "../../src/inventory/inventory.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { type AppId, appIdOf, orgIdOf, userIdOf } from "../../src/salesforce/id.ts";
import { onTask } from "./child.ts";

export interface DecideTask {
  readonly grants: number;
  readonly users: number;
}

export interface Deciding {
  /** Turning the policy's names into ids of the org. */
  readonly resolveSeconds: number;
  /** Deciding every grant. */
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly decisions: number;
}

const AS_OF = Date.parse("2026-11-23T00:00:00Z");
const LISTED_APPS = 200;
const OTHER_APPS = 60;
const PROFILES = 40;
const ROLES = 40;
const SETS = 80;

onTask(async ({ grants, users }: DecideTask): Promise<Deciding> => {
  const random = new Random(1);
  const inventory = generate(random, grants, users);
  const policy = accept(policyOf(random, users));
  const start = performance.now();
  const resolution = resolvePolicy(policy, inventory, AS_OF);
  if ("problems" in resolution) throw new PolicyError(resolution.problems);
  const resolved = performance.now();
  const decisions = decide(resolution.resolved, inventory, AS_OF);
  const seconds = (performance.now() - resolved) / 1000;
  return {
    resolveSeconds: (resolved - start) / 1000,
    seconds,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    decisions: decisions.length,
  };
});

function accept(file: PolicyFile) {
  const parsed = policyFromObject(file, "generated policy");
  if ("problems" in parsed) throw new PolicyError(parsed.problems);
  return parsed.policy;
}

/** 200 apps, each with 50 selectors of every kind, time limits, and rules for people. */
function policyOf(random: Random, users: number): PolicyFile {
  const some = (count: number, of: number, prefix: string) => {
    const names = new Set<string>();
    while (names.size < count) names.add(`${prefix}${random.integer(of)}`);
    return [...names];
  };
  return {
    version: 1,
    unlisted: "revoke",
    platformApps: "revoke",
    defaults: { maxIdleDays: 365, maxAgeDays: 1_500, neverUsedAfterDays: 180 },
    apps: Array.from({ length: LISTED_APPS }, (_, i) => ({
      id: appId(i),
      users: {
        usernames: some(16, users, "user").map((name) => `${name}@bench.example`),
        profiles: some(8, PROFILES, "Profile "),
        roles: some(8, ROLES, "Role_"),
        permissionSets: some(8, SETS, "Set_"),
        permissionSetGroups: some(5, SETS, "Group_"),
        publicGroups: some(5, SETS, "Public_"),
      },
    })),
    offboarded: some(20, users, "user").map((name) => `${name}@bench.example`),
    highPrivilege: { permissions: ["ModifyAllData"], action: "revoke", grantedWithinDays: 90 },
  };
}

function generate(random: Random, grantCount: number, userCount: number): Inventory {
  // As the lister has it: one text for each profile and role, however many users have it.
  const profileIds = Array.from({ length: PROFILES }, (_, i) => `profile ${i}`);
  const roleIds = Array.from({ length: ROLES }, (_, i) => `role ${i}`);
  const users = Array.from(
    { length: userCount },
    (_, i): User => ({
      id: userIdOf(`005${String(i).padStart(12, "0")}`),
      username: `user${i}@bench.example`,
      name: `User ${i}`,
      isActive: !random.chance(0.05),
      isFrozen: random.chance(0.01),
      profileId: random.pick(profileIds),
      profileName: null,
      userType: "Standard",
      roleId: random.pick(roleIds),
    }),
  );
  const apps = Array.from(
    { length: LISTED_APPS + OTHER_APPS },
    (_, i): App => ({
      key: appId(i),
      id: appId(i),
      name: `App ${i}`,
      kind: "connected-app",
      adminApprovedOnly: null,
    }),
  );
  const memberSets = (name: string): MemberSet[] =>
    Array.from({ length: SETS }, (_, i) => ({
      id: `${name} ${i}`,
      name: `${name}_${i}`,
      label: `${name}_${i}`,
      userIds: new Set(users.flatMap(({ id }) => (random.chance(0.02) ? [id] : []))),
    }));
  const day = 24 * 60 * 60 * 1000;
  return {
    org: {
      id: orgIdOf("00D000000000001"),
      name: "Bench",
      isSandbox: false,
      instanceUrl: "https://bench.example",
      apiVersion: "67.0",
    },
    caller: { userId: users[0]!.id, username: users[0]!.username, sessionApp: null, namedApp: null },
    ownApps: [],
    accountLinks: { proof: null, refusal: "not read", deletable: null },
    users: new Map(users.map((user) => [user.id, user])),
    profiles: profileIds.map((id, i) => ({ id, name: `Profile ${i}` })),
    directory: {
      ...EMPTY_DIRECTORY,
      roles: roleIds.map(
        (id, i): Role => ({
          id,
          name: `Role_${i}`,
          label: `Role_${i}`,
          parentId: null,
        }),
      ),
      permissionSets: memberSets("Set"),
      permissionSetGroups: memberSets("Group"),
      publicGroups: memberSets("Public"),
      permissionHolders: new Map([
        ["ModifyAllData", new Set(users.flatMap(({ id }) => (random.chance(0.02) ? [id] : [])))],
      ]),
    },
    apps,
    grants: byUser(
      Array.from({ length: grantCount }, (): Grant => {
        const age = random.integer(1_800);
        return {
          userId: random.pick(users).id,
          app: random.pick(apps),
          createdAt: AS_OF - age * day,
          lastUsedAt: random.chance(0.05) ? null : AS_OF - random.integer(age + 1) * day,
          useCount: random.integer(500),
        };
      }),
    ),
    proof: {
      countBefore: grantCount,
      countAfter: grantCount,
      read: grantCount,
      partition: "none",
      ranges: 1,
      calls: 0,
      permissions: {},
      apiVersion: "67.0",
      at: "2026-11-23T00:00:00.000Z",
    },
  };
}

function appId(n: number): AppId {
  return appIdOf(`0H4${String(n).padStart(12, "0")}`);
}
