import fc from "fast-check";
import type { App, Grant, Inventory } from "../src/inventory/inventory.ts";
import { policyFromObject } from "../src/policy/load.ts";
import { type ResolvedPolicy, resolvePolicy } from "../src/policy/resolve.ts";
import { AS_OF, app, inventoryOf, PROFILES, sfId, user } from "./inventories.ts";

/** An app of a real org, or one with a name made to break keys, escaping and grouping. */
const appName = fc.oneof(
  fc.constantFrom(
    "Slack",
    "Outlook Plugin",
    "Bob's Lead Scoring Tool",
    "__proto__",
    "__provider",
    "constructor",
    "a\u001b[31mb",
    "\u202eevil",
    "a.b[0]",
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
);

/** A generated org: users, apps with and without ids, grants with missing dates and unknown users. */
export const inventories: fc.Arbitrary<Inventory> = fc
  .record({
    users: fc.array(fc.record({ active: fc.boolean(), profile: fc.nat(PROFILES.length - 1) }), {
      minLength: 1,
      maxLength: 12,
    }),
    apps: fc.array(fc.record({ name: appName, registered: fc.boolean() }), { minLength: 1, maxLength: 6 }),
    grants: fc.array(
      fc.record({
        user: fc.nat(13),
        app: fc.nat(5),
        createdAt: fc.option(fc.integer({ min: 1_500_000_000_000, max: 1_790_000_000_000 })),
        lastUsedAt: fc.option(fc.integer({ min: 1_500_000_000_000, max: 1_790_000_000_000 })),
        useCount: fc.option(fc.nat(1000)),
      }),
      { maxLength: 40 },
    ),
    caller: fc.nat(11),
    callerApp: fc.option(fc.nat(5)),
  })
  .map(build);

function build(raw: {
  users: { active: boolean; profile: number }[];
  apps: { name: string; registered: boolean }[];
  grants: {
    user: number;
    app: number;
    createdAt: number | null;
    lastUsedAt: number | null;
    useCount: number | null;
  }[];
  caller: number;
  callerApp: number | null;
}): Inventory {
  const users = raw.users.map(({ active, profile }, i) =>
    user(i, {
      isActive: active,
      profileId: PROFILES[profile]!.id,
      profileName: PROFILES[profile]!.name,
    }),
  );
  const apps = new Map<string, App>();
  raw.apps.forEach(({ name, registered }, i) => {
    const one = app(name, registered ? sfId("0H4", i) : null);
    apps.set(one.key, one);
  });
  const all = [...apps.values()];
  const caller = users[raw.caller % users.length]!;
  const own = raw.callerApp === null ? null : all[raw.callerApp % all.length]!;
  return inventoryOf({
    caller: { userId: caller.id, username: caller.username, app: own === null ? null : (own.id ?? own.name) },
    users,
    apps: all,
    grants: raw.grants.map(
      ({ user: n, app: m, ...times }): Grant => ({
        userId: users[n]?.id ?? sfId("005", 900 + n),
        app: all[m % all.length]!,
        ...times,
      }),
    ),
  });
}

/** An inventory with a policy that fits it: some of its apps sanctioned, for everyone or for some users. */
export const cases: fc.Arbitrary<{ inventory: Inventory; policy: ResolvedPolicy; file: PolicyObject }> =
  inventories.chain((inventory) =>
    fc
      .record({
        unlisted: fc.constantFrom("revoke" as const, "report" as const),
        apps: fc.subarray(inventory.apps.filter(({ id }) => id !== null)),
        scopes: fc.array(
          fc.oneof(
            fc.constant("everyone" as const),
            fc
              .subarray(
                PROFILES.map(({ name }) => name),
                { minLength: 1 },
              )
              .map((profiles) => ({ profiles })),
            fc
              .subarray(
                [...inventory.users.values()].map(({ username }) => username),
                { minLength: 1 },
              )
              .map((usernames) => ({ usernames })),
          ),
          { minLength: 6, maxLength: 6 },
        ),
      })
      .map(({ unlisted, apps, scopes }) => {
        const file: PolicyObject = {
          version: 1,
          unlisted,
          apps: apps.map((app, i) => ({ id: app.id!, users: scopes[i]! })),
        };
        return { inventory, file, policy: resolve(file, inventory) };
      }),
  );

/** A policy as an object, as an inline policy in a Pulumi program has it. */
export interface PolicyObject {
  version: 1;
  unlisted: "revoke" | "report";
  apps: { id: string; users: "everyone" | { profiles?: string[]; usernames?: string[] } }[];
}

/** Parses and resolves a policy that must be right. */
export function resolve(file: PolicyObject, inventory: Inventory): ResolvedPolicy {
  const parsed = policyFromObject(file, "generated policy");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const resolution = resolvePolicy(parsed.policy, inventory, AS_OF);
  if ("problems" in resolution) throw new Error(JSON.stringify(resolution.problems));
  return resolution.resolved;
}
