import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FindingCode } from "../../src/decide/codes.ts";
import { type Decision, decide } from "../../src/decide/decide.ts";
import { explain } from "../../src/decide/explain.ts";
import { EMPTY_DIRECTORY } from "../../src/inventory/inventory.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { DAY_MS } from "../../src/time.ts";
import { cases, resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const ID = SLACK.id!;
const ANN = sfId("005", 1);
const USERNAME = "user1@dieppe.example";

/** What is so of one grant, its user, its app and the policy. What is left out is as in `SANCTIONED`. */
interface World {
  readonly ownUser: boolean;
  readonly ownApp: boolean;
  /** Whether the app has an id; without one it bears the name of an app that has. */
  readonly registered: boolean;
  readonly userKnown: boolean;
  readonly standing: "protected" | "offboarded" | "exempt" | null;
  readonly appStanding: "protected" | "exempt" | null;
  readonly active: boolean;
  readonly frozen: boolean;
  readonly listed: boolean;
  readonly denied: boolean;
  readonly inScope: boolean;
  readonly excessScopes: boolean;
  readonly dated: boolean;
  readonly old: boolean;
  readonly idle: boolean;
  /** Null where the policy does not ask for use. */
  readonly used: boolean | null;
  readonly privileged: boolean;
}

const SANCTIONED: World = {
  ownUser: false,
  ownApp: false,
  registered: true,
  userKnown: true,
  standing: null,
  appStanding: null,
  active: true,
  frozen: false,
  listed: true,
  denied: false,
  inScope: true,
  excessScopes: false,
  dated: true,
  old: false,
  idle: false,
  used: null,
  privileged: false,
};

/** The families of rules in the order of precedence: what makes each apply, and what it says. */
const FAMILIES: readonly (readonly [family: string, code: FindingCode, applies: Partial<World>])[] = [
  ["the tool's own user", "own-user", { ownUser: true }],
  ["the tool's own app", "own-app", { registered: true, ownApp: true }],
  ["a user whom the org does not list", "user-unresolved", { userKnown: false }],
  ["a protected user", "protected", { userKnown: true, standing: "protected" }],
  ["a protected app", "protected", { registered: true, appStanding: "protected" }],
  ["an offboarded user", "user-offboarded", { userKnown: true, standing: "offboarded" }],
  ["an inactive user", "user-inactive", { userKnown: true, active: false }],
  ["a frozen user", "user-frozen", { userKnown: true, frozen: true }],
  ["an exempt user", "exempt", { userKnown: true, standing: "exempt" }],
  ["an exempt app", "exempt", { registered: true, appStanding: "exempt" }],
  ["an app that cannot be told", "app-unresolved", { registered: false, listed: false }],
  ["a denied app", "app-denied", { listed: true, denied: true }],
  ["an app that is not listed", "app-not-listed", { listed: false }],
  [
    "a user out of scope",
    "user-not-allowed",
    { userKnown: true, listed: true, denied: false, inScope: false },
  ],
  ["too many scopes", "scope-exceeded", { listed: true, denied: false, excessScopes: true }],
  ["age", "too-old", { listed: true, old: true }],
  ["idleness", "idle", { listed: true, idle: true, used: true }],
  ["no use", "never-used", { listed: true, used: false }],
  ["high privilege", "high-privilege-grant", { userKnown: true, privileged: true }],
];

/** Whether one grant can be both; a protected app, for one, cannot be denied: no policy may say so. */
function canBoth(a: Partial<World>, b: Partial<World>): boolean {
  const both = { ...a, ...b };
  const agree = (Object.keys(a) as (keyof World)[]).every((key) => a[key] === both[key]);
  return agree && !(both.appStanding === "protected" && both.denied === true);
}

function decided(changes: Partial<World>, policy: Partial<PolicyFile> = {}): Decision {
  const is = { ...SANCTIONED, ...changes };
  const ann = user(1, { isActive: is.active, isFrozen: is.frozen });
  const bot = user(9);
  const grants = [
    grant(ANN, is.registered ? SLACK : like(SLACK), {
      createdAt: is.dated ? AS_OF - 10 * DAY_MS : null,
      lastUsedAt: is.used === false ? null : AS_OF - 5 * DAY_MS,
      useCount: is.used === false ? 0 : 7,
    }),
  ];
  const inventory = inventoryOf({
    caller: {
      userId: is.ownUser ? ANN : bot.id,
      username: is.ownUser ? USERNAME : bot.username,
      sessionApp: null,
      namedApp: null,
    },
    ownApps: is.ownApp ? [SLACK.id!] : [],
    users: is.userKnown ? [ann, bot] : [bot],
    apps: [SLACK, ...(is.registered ? [] : [like(SLACK)])],
    directory: {
      ...EMPTY_DIRECTORY,
      permissionHolders: new Map([["ModifyAllData", new Set(is.privileged ? [ANN] : [])]]),
      appSettings: new Map([
        [
          SLACK.key,
          {
            scopes: ["api", "full"],
            adminApprovedUsersOnly: null,
            refreshTokenDays: null,
            ipRelaxation: null,
          },
        ],
      ]),
    },
    grants,
  });
  const sanctioned = {
    id: ID,
    users: is.inScope ? ("everyone" as const) : { usernames: [bot.username] },
    ...(is.excessScopes ? { scopes: ["api" as const] } : {}),
  };
  const because = { reason: "Migrating", owner: "it@dieppe.example", expires: "2026-12-31" };
  const times = {
    ...(is.old ? { maxAgeDays: 9 } : {}),
    ...(is.idle ? { maxIdleDays: 4 } : {}),
    ...(is.used === null ? {} : { neverUsedAfterDays: 9 }),
  };
  const safe = {
    ...(is.standing === "protected" ? { users: [USERNAME] } : {}),
    ...(is.appStanding === "protected" ? { apps: [ID] } : {}),
  };
  const exemptions = [
    ...(is.standing === "exempt" ? [{ user: USERNAME, ...because }] : []),
    ...(is.appStanding === "exempt" ? [{ app: ID, ...because }] : []),
  ];
  const file: PolicyFile = {
    version: 1,
    unlisted: "revoke",
    platformApps: "revoke",
    apps: is.listed ? [is.denied ? { id: ID, sanctioned: false } : sanctioned] : [],
    ...(Object.keys(times).length === 0 ? {} : { defaults: times }),
    ...(Object.keys(safe).length === 0 ? {} : { protected: safe }),
    ...(is.standing === "offboarded" ? { offboarded: [USERNAME] } : {}),
    ...(exemptions.length === 0 ? {} : { exemptions }),
    ...(is.privileged ? { highPrivilege: { permissions: ["ModifyAllData"], action: "revoke" } } : {}),
    ...policy,
  };
  return decide(resolve(file, inventory), inventory, AS_OF)[0]!;
}

it("a grant to which no family applies is sanctioned", () => {
  expect(decided({}).code).toBe("sanctioned");
});

describe("of two families that apply to a grant, the first decides", () => {
  it.each(FAMILIES)("%s, alone: %s", (_family, code, applies) => {
    expect(decided(applies).code).toBe(code);
  });

  it.each(
    FAMILIES.flatMap(([first, code, applies], i) =>
      FAMILIES.slice(i + 1)
        .filter(([, , other]) => canBoth(applies, other))
        .map(([second, , other]) => [first, second, code, { ...applies, ...other }] as const),
    ),
  )("%s before %s", (_first, _second, code, both) => {
    expect(decided(both).code).toBe(code);
  });
});

describe("of two reports the first is said, unless a later rule keeps or revokes", () => {
  const leavers = { offboarded: "report", inactive: "report", frozen: "report" } as const;
  const undated = { dated: false, old: true } as const;
  it.each<
    [rule: string, world: Partial<World>, policy: Partial<PolicyFile>, action: string, code: FindingCode]
  >([
    [
      "offboarded before inactive",
      { standing: "offboarded", active: false },
      { leavers },
      "report",
      "user-offboarded",
    ],
    ["inactive before frozen", { active: false, frozen: true }, { leavers }, "report", "user-inactive"],
    ["a leaver before a missing date", { frozen: true, ...undated }, { leavers }, "report", "user-frozen"],
    [
      "a leaver before an app that is not listed",
      { active: false, listed: false },
      { leavers, unlisted: "report" },
      "report",
      "user-inactive",
    ],
    [
      "a revocation after a reported leaver",
      { active: false, denied: true },
      { leavers },
      "revoke",
      "app-denied",
    ],
    [
      "an exemption after a reported leaver",
      { active: false, appStanding: "exempt" },
      { leavers },
      "keep",
      "exempt",
    ],
    ["idleness after a missing date", { ...undated, idle: true }, {}, "revoke", "idle"],
  ])("%s", (_rule, world, policy, action, code) => {
    const found = decided(world, policy);
    expect([found.action, found.code]).toEqual([action, code]);
  });

  it("of two missing dates the rule that asked first is named", () => {
    const both = decided({ ...undated, used: false }, {});
    expect([both.code, both.at.file]).toEqual(["date-missing", "generated policy at defaults.maxAgeDays"]);
  });
});

describe("many grants", () => {
  it("each is decided as if it stood alone, whatever stands before it", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        const alone = inventory.grants.flatMap((one) =>
          decide(policy, { ...inventory, grants: [one] }, AS_OF),
        );
        expect(decide(policy, inventory, AS_OF)).toEqual(alone);
      }),
      { numRuns: 200 },
    );
  });

  it("of several users in turn are each judged by their own user", () => {
    const [ann, ben, cat] = [user(1), user(2, { isActive: false }), user(3)];
    const stranger = sfId("005", 77);
    const holders = [ann.id, ben.id, ann.id, stranger, cat.id, ben.id, stranger, ann.id];
    const inventory = inventoryOf({
      users: [ann, ben, cat],
      apps: [SLACK],
      grants: holders.map((id) => grant(id, SLACK)),
    });
    const policy = resolve(
      {
        version: 1,
        unlisted: "revoke",
        platformApps: "revoke",
        apps: [{ id: ID, users: { usernames: [ann.username] } }],
      },
      inventory,
    );
    expect(decide(policy, inventory, AS_OF).map(({ grant: { userId }, code }) => [userId, code])).toEqual([
      [ann.id, "sanctioned"],
      [ben.id, "user-inactive"],
      [ann.id, "sanctioned"],
      [stranger, "user-unresolved"],
      [cat.id, "user-not-allowed"],
      [ben.id, "user-inactive"],
      [stranger, "user-unresolved"],
      [ann.id, "sanctioned"],
    ]);
  });
});

describe("an explanation", () => {
  it("is of the decision itself, with every rule up to the one that decided", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        const basis = { resolved: policy, inventory, asOf: AS_OF };
        const explained = explain(basis, inventory.grants);
        expect(explained.map(({ decision }) => decision)).toEqual(decide(policy, inventory, AS_OF));
        for (const { steps, decision } of explained) {
          const deciding = steps.map(({ verdict }) => verdict !== null && verdict.passing !== true);
          expect(deciding.slice(0, -1)).not.toContain(true);
          const said = steps.flatMap(({ verdict }) => verdict?.code ?? []);
          if (decision.code === "sanctioned") expect(said).toEqual([]);
          else expect(said).toContain(decision.code);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("names the rules in their order", () => {
    const inventory = inventoryOf({ users: [user(1)], apps: [SLACK], grants: [grant(ANN, SLACK)] });
    const policy = resolve(
      { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [{ id: ID, users: "everyone" }] },
      inventory,
    );
    const [only] = explain({ resolved: policy, inventory, asOf: AS_OF }, inventory.grants);
    expect(only!.steps.map(({ rule }) => rule)).toEqual([
      "own user",
      "own app",
      "user known",
      "protected user",
      "protected app",
      "offboarded",
      "inactive",
      "frozen",
      "exemption",
      "app known",
      "denied",
      "listed",
      "in scope",
      "scopes",
      "age",
      "idle",
      "use",
      "privilege",
    ]);
  });
});
