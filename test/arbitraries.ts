import fc from "fast-check";
import { decide } from "../src/decide/decide.ts";
import {
  type App,
  type Directory,
  EMPTY_DIRECTORY,
  type Grant,
  type Inventory,
  type User,
} from "../src/inventory/inventory.ts";
import { policyFromObject } from "../src/policy/load.ts";
import type { PolicyFile } from "../src/policy/policySchema.ts";
import { formatProblems } from "../src/policy/problem.ts";
import type { ResolvedPolicy } from "../src/resolve/resolved.ts";
import { resolvePolicy } from "../src/resolve/resolvePolicy.ts";
import { appIdOf, type UserId } from "../src/salesforce/id.ts";
import { DAY_MS } from "../src/time.ts";
import { AS_OF, app, inventoryOf, link, linksOf, PROFILES, provider, sfId, user } from "./inventories.ts";

/** An app of a real org, or one with a name made to break keys, escaping and grouping. */
const appName = fc.oneof(
  fc.constantFrom(
    "Slack",
    "Outlook Plugin",
    "Salesforce for iOS",
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

/** Of years before the time of a run, or now and then of a day that is yet to come. */
const instant = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1_500_000_000_000, max: 1_790_000_000_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: AS_OF, max: AS_OF + 900 * DAY_MS }) },
);

/** One that no app is called as, two that are, and one that could be one of two. */
const PROVIDERS: readonly App[] = [
  provider("Okta", sfId("0SO", 1)),
  provider("Slack", sfId("0SO", 2)),
  provider("Slack"),
  { ...provider("okta"), couldBe: [appIdOf(sfId("0SO", 1))] },
];

/** A generated org: users, apps with and without ids, grants with missing dates and unknown users. */
export const inventories: fc.Arbitrary<Inventory> = fc
  .record({
    users: fc.array(
      fc.record({ active: fc.boolean(), frozen: fc.boolean(), profile: fc.nat(PROFILES.length - 1) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    apps: fc.array(
      fc.record({
        name: appName,
        registered: fc.boolean(),
        namespace: fc.constantFrom(null, null, "sf_chttr_apps", "acme"),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    grants: fc.array(
      fc.record({
        user: fc.nat(13),
        app: fc.nat(5),
        createdAt: fc.option(instant),
        lastUsedAt: fc.option(instant),
        useCount: fc.option(fc.nat(1000)),
      }),
      { maxLength: 40 },
    ),
    links: fc.array(fc.record({ user: fc.nat(13), provider: fc.nat(PROVIDERS.length - 1) }), {
      maxLength: 8,
    }),
    deletable: fc.constantFrom(true, true, false),
    caller: fc.nat(11),
    callerApp: fc.option(fc.nat(5)),
  })
  .map(build);

function build(raw: {
  users: { active: boolean; frozen: boolean; profile: number }[];
  apps: { name: string; registered: boolean; namespace: string | null }[];
  grants: {
    user: number;
    app: number;
    createdAt: number | null;
    lastUsedAt: number | null;
    useCount: number | null;
  }[];
  links: { user: number; provider: number }[];
  deletable: boolean;
  caller: number;
  callerApp: number | null;
}): Inventory {
  const users = raw.users.map(({ active, frozen, profile }, i) =>
    user(i, {
      isActive: active,
      isFrozen: frozen,
      profileId: PROFILES[profile]!.id,
      profileName: PROFILES[profile]!.name,
    }),
  );
  const apps = new Map<string, App>();
  raw.apps.forEach(({ name, registered, namespace }, i) => {
    const packaged = registered && namespace !== null ? { namespace } : {};
    const one = { ...app(name, registered ? sfId("0H4", i) : null), ...packaged };
    apps.set(one.key, one);
  });
  for (const one of apps.values()) {
    const couldBe = [...apps.values()]
      .flatMap(({ id, name }) => (name === one.name ? (id ?? []) : []))
      .sort();
    if (one.id === null && couldBe.length > 0) apps.set(one.key, { ...one, couldBe });
  }
  const all = [...apps.values()];
  const userAt = (n: number) => users[n]?.id ?? sfId("005", 900 + n);
  const links = raw.links.map(({ user: n, provider: m }) => link(userAt(n), PROVIDERS[m]!));
  const caller = users[raw.caller % users.length]!;
  const own = raw.callerApp === null ? null : all[raw.callerApp % all.length]!;
  return inventoryOf({
    caller: {
      userId: caller.id,
      username: caller.username,
      sessionApp: own === null ? null : own.name,
      namedApp: null,
    },
    ownApps: own === null || own.id === null ? [] : [own.id],
    users,
    directory: directoryOf(users, all),
    apps: links.length === 0 ? all : [...all, ...PROVIDERS],
    accountLinks: linksOf(links.length, links.length === 0 ? {} : { deletable: raw.deletable }),
    grants: [
      ...raw.grants.map(
        ({ user: n, app: m, ...times }): Grant => ({
          userId: userAt(n),
          app: all[m % all.length]!,
          ...times,
        }),
      ),
      ...links,
    ],
  });
}

/** Half of the users have a permission set and a permission, every fourth is in a group; every other app's scopes can be read. */
function directoryOf(users: readonly User[], apps: readonly App[]): Directory {
  const every = (n: number) => new Set(users.filter((_, i) => i % n === 0).map(({ id }) => id));
  const set = (n: number, name: string, userIds: ReadonlySet<UserId>) => ({
    id: sfId("0PS", n),
    name,
    label: name,
    userIds,
  });
  return {
    ...EMPTY_DIRECTORY,
    permissionSets: [set(1, "Half", every(2))],
    publicGroups: [set(2, "Quarter", every(4))],
    permissionHolders: new Map([["ModifyAllData", every(2)]]),
    appSettings: new Map(
      apps
        .filter((_, i) => i % 2 === 0)
        .map(({ key }, i) => [
          key,
          {
            scopes: i % 2 === 0 ? ["api"] : ["api", "full"],
            adminApprovedUsersOnly: null,
            refreshTokenDays: null,
            ipRelaxation: null,
          },
        ]),
    ),
  };
}

type Users = NonNullable<NonNullable<PolicyFile["apps"]>[number]["users"]>;

const DAYS = fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined });

/** A value that is left out where it is undefined. */
const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Some of the names, as a list of the policy; undefined for none. */
const someOf = (names: readonly string[]) =>
  fc.subarray([...names]).map((some) => (some.length === 0 ? undefined : some));

/** Selectors of every kind that are somebody of the org, and the one that says nobody. */
const usersOf = (users: readonly User[]): fc.Arbitrary<Users> =>
  fc.oneof(
    fc.constantFrom("everyone" as const, "everyone" as const, "nobody" as const),
    fc
      .subarray([...new Set(users.map(({ profileName }) => profileName!))], { minLength: 1 })
      .map((profiles) => ({ profiles })),
    fc
      .subarray(
        users.map(({ username }) => username),
        { minLength: 1 },
      )
      .map((list) => ({ usernames: list })),
    fc.constantFrom<Users>(
      { permissionSets: ["Half"] },
      ...(users.length > 1 ? [{ everyone: true as const, except: { permissionSets: ["Half"] } }] : []),
      { publicGroups: ["Quarter"], profiles: ["Sales User"] },
    ),
  );

interface Case {
  readonly inventory: Inventory;
  readonly policy: ResolvedPolicy;
  readonly file: PolicyFile;
}

/** An inventory with a policy that fits it, of the whole language and without contradictions. */
export const cases: fc.Arbitrary<Case> = inventories.chain((inventory) =>
  filesFor(inventory).map((file) => ({ inventory, file, policy: resolve(file, inventory) })),
);

/** Policies that fit an inventory. */
function filesFor(inventory: Inventory): fc.Arbitrary<PolicyFile> {
  const usernames = [...inventory.users.values()].map(({ username }) => username);
  const registered = inventory.apps.filter(({ id, kind }) => id !== null && kind !== "identity-provider");
  return fc
    .record({
      mode: fc.constantFrom(undefined, "enforce" as const, "enforce" as const, "report" as const),
      unlisted: fc.constantFrom("revoke" as const, "report" as const),
      platformApps: fc.constantFrom("keep" as const, "report" as const, "revoke" as const),
      unknownUse: fc.constantFrom(undefined, "report" as const, "revoke" as const),
      unlistedScopes: fc.constantFrom(undefined, undefined, ["api" as const]),
      appsLike: fc.constantFrom(undefined, undefined, [{ name: "*o*", sanctioned: false as const }]),
      unlistedIdentityProviders: fc.constantFrom(undefined, "report" as const, "revoke" as const),
      identityProviders: fc.constantFrom(
        undefined,
        [{ id: PROVIDERS[0]!.id!, users: "everyone" as const }],
        [{ id: PROVIDERS[0]!.id!, users: { permissionSets: ["Half"] } }],
        [{ id: PROVIDERS[1]!.id!, sanctioned: false as const }],
      ),
      defaults: fc.record({ maxIdleDays: DAYS, maxAgeDays: DAYS, neverUsedAfterDays: DAYS }),
      apps: fc.subarray(registered).chain((listed) =>
        fc.tuple(
          ...listed.map((one) =>
            fc.oneof(
              fc.constant({ id: one.id!, sanctioned: false }),
              fc
                .record({
                  users: usersOf([...inventory.users.values()]),
                  mode: fc.constantFrom(undefined, undefined, "report" as const),
                  scopes: fc.constantFrom(undefined, ["api" as const]),
                  maxIdleDays: DAYS,
                })
                .map((entry) => ({ id: one.id!, users: entry.users, ...given(entry) })),
            ),
          ),
        ),
      ),
      /** What each user is: the policy must not say two of these of one. */
      standing: fc.array(fc.constantFrom("offboarded", "protected", "exempt", "none", "none"), {
        minLength: usernames.length,
        maxLength: usernames.length,
      }),
      leavers: fc.record({
        offboarded: fc.constantFrom("revoke" as const, "report" as const),
        inactive: fc.constantFrom("revoke" as const, "report" as const),
        frozen: fc.constantFrom("revoke" as const, "report" as const),
      }),
      protectedApps: someOf(registered.map(({ id }) => id!)),
      privilege: fc.constantFrom(
        undefined,
        { permissions: ["ModifyAllData"], action: "revoke" as const },
        { profiles: ["System Administrator"], action: "revoke" as const, grantedWithinDays: 900 },
        { permissionSets: ["Half"], action: "alert" as const },
        {
          permissions: ["ModifyAllData"],
          action: "revoke" as const,
          exceptions: [
            { user: usernames[0]!, reason: "Deploys", owner: "it@dieppe.example", reviewBy: "2026-01-01" },
          ],
        },
      ),
    })
    .map(({ standing, protectedApps, apps, defaults, privilege, ...rest }) => {
      const who = (what: string) => {
        const names = usernames.filter((_, i) => standing[i] === what);
        return names.length === 0 ? undefined : names;
      };
      const safe = given({ users: who("protected"), apps: protectedApps });
      const times = given(defaults);
      return given({
        version: 1,
        ...rest,
        apps: apps.filter((entry) => "users" in entry || !protectedApps?.includes(entry.id)),
        defaults: Object.keys(times).length === 0 ? undefined : times,
        offboarded: who("offboarded"),
        protected: Object.keys(safe).length === 0 ? undefined : safe,
        exemptions: who("exempt")?.map((name) => ({
          user: name,
          reason: "Migrating",
          owner: "it@dieppe.example",
          expires: "2026-12-31",
        })),
        highPrivilege: privilege,
      }) as PolicyFile;
    });
}

/** Two policies of one org that differ in some of their keys. */
export const policiesOfOne: fc.Arbitrary<{
  readonly inventory: Inventory;
  readonly base: ResolvedPolicy;
  readonly head: ResolvedPolicy;
}> = inventories.chain((inventory) =>
  fc
    .tuple(filesFor(inventory), filesFor(inventory), fc.infiniteStream(fc.boolean()), fc.nat(3))
    .chain(([one, other, coin, few]) => {
      const keys = fc.subarray([...new Set([...Object.keys(one), ...Object.keys(other)])], {
        maxLength: few + 1,
      });
      return keys.map((taken) => {
        const head = Object.fromEntries(
          [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) => {
            const from = taken.includes(key) ? other : one;
            return key in from ? [[key, from[key as keyof PolicyFile]]] : [];
          }),
        ) as unknown as PolicyFile;
        // Of lists the change can take a few alone.
        const apps = (head.apps ?? []).filter(() => !taken.includes("apps") || coin.next().value);
        return {
          inventory,
          base: tryResolve(one, inventory),
          head: tryResolve({ ...head, apps }, inventory),
        };
      });
    })
    .filter(
      (pair): pair is { inventory: Inventory; base: ResolvedPolicy; head: ResolvedPolicy } =>
        pair.base !== null && pair.head !== null,
    ),
);

/** What one word of a policy can become. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  revoke: ["report", "keep"],
  report: ["revoke", "enforce", "keep"],
  keep: ["revoke", "report"],
  enforce: ["report"],
  alert: ["revoke"],
  everyone: ["nobody"],
  nobody: ["everyone"],
  api: ["full", "refresh_token"],
};

/** A part of a policy with small changes anywhere in it. @param chance from 0 to 1, another each time */
function edited(value: unknown, chance: () => number): unknown {
  const one = <T>(list: readonly T[]) => list[Math.floor(chance() * list.length)]!;
  if (Array.isArray(value)) {
    const kept = chance() < 0.3 ? value.filter((each) => each !== one(value)) : value;
    const list = kept.map((each: unknown) => (chance() < 0.15 ? edited(each, chance) : each));
    return chance() < 0.2 ? list.reverse() : list;
  }
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        const what = key === "version" ? 1 : chance();
        return what < 0.06 ? [] : [[key, what < 0.3 ? edited(inner, chance) : inner]];
      }),
    );
  if (typeof value === "number") return Math.max(1, Math.round(value * (0.3 + chance() * 2)));
  if (typeof value === "boolean") return !value;
  if (/^\d{4}-/.test(String(value))) return one(["2026-12-01", "2027-01-15"]);
  return one(INSTEAD[String(value)] ?? [value]);
}

/** Two policies of one org, of which one is the other with small changes anywhere in it. */
export const editedPolicies: typeof policiesOfOne = fc
  .tuple(cases, fc.noBias(fc.integer({ min: 1, max: 2 ** 31 - 2 })), fc.boolean())
  .map(([{ inventory, file }, seed, isBack]) => {
    let last = seed;
    const chance = () => {
      last = (last * 48_271) % 2_147_483_647;
      return last / 2_147_483_647;
    };
    const two = [file, edited(file, chance) as PolicyFile].map((one) => tryResolve(one, inventory));
    const [base, head] = isBack ? two.reverse() : two;
    return { inventory, base: base!, head: head! };
  })
  .filter(({ base, head }) => base !== null && head !== null);

/** Null for a policy that does not fit. */
function tryResolve(file: PolicyFile, inventory: Inventory): ResolvedPolicy | null {
  const parsed = policyFromObject(file, "generated policy");
  if ("problems" in parsed) return null;
  const resolution = resolvePolicy(parsed.policy, inventory, AS_OF);
  return "problems" in resolution ? null : resolution.resolved;
}

/** What can happen to an org between the approval of a plan and its use. */
const edit = fc.record({
  what: fc.constantFrom("repeated", "granted again", "rotated", "used", "gone", "left", "renamed"),
  /** Which grant it happens to. */
  at: fc.nat(),
  by: fc.integer({ min: 1, max: 1_000 * DAY_MS }),
});

/**
 * A case as it was approved, and the same org a few small events later: a grant more that nothing tells
 * from another, one that was rotated, used or went, a user who left, a user or an app with another name.
 * The events befall what was to be revoked, wherever anything was.
 */
export const changedCases: fc.Arbitrary<{ approved: Case; now: Case }> = cases.chain((approved) =>
  fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    const { policy, inventory } = approved;
    const revoked = decide(policy, inventory, AS_OF).flatMap(({ action, grant }) =>
      action === "revoke" ? grant : [],
    );
    const aims = revoked.length > 0 ? revoked : inventory.grants;
    let { grants, apps, users } = inventory;
    let { file } = approved;
    for (const { what, at, by } of aims.length === 0 ? [] : edits) {
      const aim = aims[at % aims.length]!;
      const instead = (...others: readonly Grant[]) => grants.flatMap((one) => (one === aim ? others : one));
      if (what === "repeated") grants = instead(aim, { ...aim });
      else if (what === "granted again")
        grants = instead(aim, { ...aim, createdAt: (aim.createdAt ?? 0) + by });
      else if (what === "rotated") grants = instead({ ...aim, createdAt: (aim.createdAt ?? 0) + by });
      else if (what === "used")
        grants = instead({ ...aim, lastUsedAt: (aim.lastUsedAt ?? 0) + by, useCount: 1 });
      else if (what === "gone") grants = instead();
      else {
        const user = users.get(aim.userId);
        if (what === "left" && user !== undefined)
          users = new Map([...users, [user.id, { ...user, isActive: false }]]);
        else if (what === "renamed" && user !== undefined && at % 2 === 0) {
          const username = `renamed.${user.username}`;
          users = new Map([...users, [user.id, { ...user, username }]]);
          file = JSON.parse(
            JSON.stringify(file).replaceAll(`"${user.username}"`, `"${username}"`),
          ) as PolicyFile;
        } else if (what === "renamed" && aim.app.id !== null) {
          const app = { ...aim.app, name: `Renamed ${by % 3}` };
          apps = apps.map((one) => (one.key === app.key ? app : one));
          grants = grants.map((one) => (one.app.key === app.key ? { ...one, app } : one));
        }
      }
    }
    const changed = { ...inventory, grants, apps, users };
    return { approved, now: { inventory: changed, file, policy: resolve(file, changed) } };
  }),
);

/** Parses and resolves a policy that must be right. */
export function resolve(file: PolicyFile, inventory: Inventory): ResolvedPolicy {
  const parsed = policyFromObject(file, "generated policy");
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  const resolution = resolvePolicy(parsed.policy, inventory, AS_OF);
  if ("problems" in resolution) throw new Error(formatProblems(resolution.problems));
  return resolution.resolved;
}
