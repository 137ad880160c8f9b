import { describe, expect, it } from "vitest";
import type { FindingCode } from "../../src/decide/codes.ts";
import { decide } from "../../src/decide/decide.ts";
import type { Action } from "../../src/decide/rule.ts";
import {
  type App,
  type AppSettings,
  type Directory,
  EMPTY_DIRECTORY,
  type Grant,
  type User,
} from "../../src/inventory/inventory.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { OpenFile } from "../../src/policy/namedFile.ts";
import type { OAuthScope } from "../../src/policy/policy.ts";
import { type PolicyFile, SCOPES } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { AS_OF, app, grant, inventoryOf, like, PROFILES, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Lead Scoring Tool");
const NAMELESS = app("");
const TWIN = app("Slack", sfId("0H4", 2));
const [LIKE_SLACK, LIKE_BOTH] = [like(SLACK), like(SLACK, TWIN)];
const DENIED_BOTH = [SLACK, TWIN].map(({ id }) => ({ id: id!, sanctioned: false }));
const DAY = 24 * 60 * 60 * 1000;
const ANN = user(1, { username: "ann@dieppe.example" });
const BEN = user(2, { username: "ben@dieppe.example", profileId: PROFILES[1]!.id, roleId: sfId("00E", 2) });
const BOT = user(999, { username: "bot@dieppe.example", roleId: sfId("00E", 1) });
const GONE = user(3, { username: "gone@dieppe.example", isActive: false });
const COLD = user(4, { username: "cold@dieppe.example", isFrozen: true });
const STRANGER = sfId("005", 77);

const members = (name: string, ...users: User[]) => ({
  id: sfId("0PS", 1),
  name,
  label: `${name} label`,
  userIds: new Set(users.map(({ id }) => id)),
});
const DIRECTORY: Directory = {
  ...EMPTY_DIRECTORY,
  permissionSets: [members("Slack_User", BEN)],
  permissionSetGroups: [members("Chat_Group", BEN)],
  publicGroups: [members("Chatters", BEN)],
  roles: [
    { id: sfId("00E", 1), name: "CEO", label: "Chief", parentId: null },
    { id: sfId("00E", 2), name: "Clerk", label: "Clerk", parentId: sfId("00E", 1) },
  ],
  permissionHolders: new Map([["ModifyAllData", new Set([ANN.id])]]),
};

interface Org {
  readonly settings?: Partial<AppSettings>;
  readonly ownApp?: App;
  readonly apps?: readonly App[];
  readonly open?: OpenFile;
}

function decision(policy: Partial<PolicyFile>, one: Grant, { settings, ownApp, apps = [], open }: Org = {}) {
  const inventory = inventoryOf({
    caller: { userId: BOT.id, username: BOT.username, sessionApp: null, namedApp: null },
    ownApps: ownApp === undefined ? [] : [ownApp.id!],
    users: [ANN, BEN, GONE, COLD, BOT],
    apps: [SLACK, BOBS, NAMELESS, ...apps],
    directory: {
      ...DIRECTORY,
      appSettings: new Map(
        settings === undefined
          ? []
          : [
              [
                SLACK.key,
                {
                  scopes: null,
                  adminApprovedUsersOnly: null,
                  refreshTokenDays: null,
                  ipRelaxation: null,
                  ...settings,
                },
              ],
            ],
      ),
    },
    grants: [one],
  });
  const parsed = policyFromObject(
    { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], ...policy },
    "policy",
    open,
  );
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  const resolution = resolvePolicy(parsed.policy, inventory, AS_OF);
  if ("problems" in resolution) throw new Error(formatProblems(resolution.problems));
  const [found] = decide(resolution.resolved, inventory, AS_OF);
  return found!;
}

type Case = [
  rule: string,
  policy: Partial<PolicyFile>,
  grant: Grant,
  action: Action,
  code: FindingCode,
  org?: Org,
];

const of = (one: User | string, what: App, more: Partial<Grant> = {}) =>
  grant(typeof one === "string" ? one : one.id, what, more);
/** Slack for those users. */
const slack = (users: NonNullable<NonNullable<PolicyFile["apps"]>[number]["users"]>, more = {}) => ({
  apps: [{ id: SLACK.id!, users, ...more }],
});
const everyone = (more = {}) => slack("everyone", more);
const exemption = (more: object) => ({
  exemptions: [{ reason: "Migrating", owner: "it@dieppe.example", expires: "2026-12-31", ...more }],
});

describe("who is never revoked", () => {
  table([
    ["the tool's own user is kept, whatever the app", {}, of(BOT, BOBS), "keep", "own-user"],
    [
      "the tool's own user is kept even when offboarded",
      { offboarded: [BOT.username] },
      of(BOT, BOBS),
      "keep",
      "own-user",
    ],
    [
      "the tool's own app, by id, is kept for every user",
      {},
      of(ANN, SLACK),
      "keep",
      "own-app",
      { ownApp: SLACK },
    ],
    [
      "another app of its name is an ordinary one",
      {},
      of(ANN, app("Slack", sfId("0H4", 2))),
      "revoke",
      "app-not-listed",
      { ownApp: SLACK },
    ],
    [
      "a protected user is kept, whatever the app",
      { protected: { users: ["ANN@dieppe.example"] } },
      of(ANN, BOBS),
      "keep",
      "protected",
    ],
    [
      "a protected app, by name, is kept for everyone",
      { protected: { apps: [BOBS.name] } },
      of(ANN, BOBS),
      "keep",
      "protected",
    ],
    [
      "a protected app, by id, is kept for everyone",
      { protected: { apps: [SLACK.id!] } },
      of(ANN, SLACK),
      "keep",
      "protected",
    ],
    [
      "a protected app is kept even for an inactive user",
      { protected: { apps: ["Slack"] } },
      of(GONE, SLACK),
      "keep",
      "protected",
    ],
  ]);
});

describe("what cannot be resolved is reported", () => {
  table([
    ["a user whom the org does not list", {}, of(STRANGER, SLACK), "report", "user-unresolved"],
    ["a grant without app id and name", {}, of(ANN, NAMELESS), "report", "app-unresolved"],
    ...["sanctioned", "protected", "exempt", "not listed"].map(
      (what): Case => [
        `a name without an id, where the app of that name is ${what}`,
        what === "sanctioned"
          ? everyone()
          : what === "protected"
            ? { protected: { apps: ["Slack"] } }
            : what === "exempt"
              ? exemption({ app: "Slack" })
              : {},
        of(ANN, LIKE_SLACK),
        "report",
        "app-unresolved",
        { apps: [LIKE_SLACK] },
      ],
    ),
    [
      "a name that several apps have, of which one is denied",
      { apps: [{ id: TWIN.id!, sanctioned: false }] },
      of(ANN, LIKE_BOTH),
      "report",
      "app-unresolved",
      { apps: [TWIN, LIKE_BOTH] },
    ],
    [
      "a name that several apps have, of which one is denied and exempt",
      { ...exemption({ app: { id: TWIN.id! } }), apps: DENIED_BOTH },
      of(ANN, LIKE_BOTH),
      "report",
      "app-unresolved",
      { apps: [TWIN, LIKE_BOTH] },
    ],
  ]);
});

describe("which app it is does not matter", () => {
  const org: Org = { apps: [TWIN, LIKE_SLACK, LIKE_BOTH] };
  table([
    [
      "where an offboarded user holds it",
      { ...everyone(), offboarded: [ANN.username] },
      of(ANN, LIKE_SLACK),
      "revoke",
      "user-offboarded",
      org,
    ],
    ["where an inactive user holds it", {}, of(GONE, LIKE_BOTH), "revoke", "user-inactive", org],
    [
      "where an inactive user holds it, though apps that it could be are denied and only reported",
      { apps: [DENIED_BOTH[0]!, { ...DENIED_BOTH[1]!, mode: "report" }] },
      of(GONE, LIKE_BOTH),
      "revoke",
      "user-inactive",
      org,
    ],
    ["where a frozen user holds it", {}, of(COLD, NAMELESS), "revoke", "user-frozen", org],
    [
      "where a user is protected",
      { protected: { users: [ANN.username] } },
      of(ANN, LIKE_BOTH),
      "keep",
      "protected",
      org,
    ],
    ["where a user is exempt", exemption({ user: ANN.username }), of(ANN, LIKE_BOTH), "keep", "exempt", org],
    [
      "where every app that it could be is denied",
      { unlisted: "report", apps: DENIED_BOTH },
      of(ANN, LIKE_BOTH),
      "revoke",
      "app-denied",
      org,
    ],
    [
      "but it is not revoked where one of them is only reported",
      { apps: [DENIED_BOTH[0]!, { ...DENIED_BOTH[1]!, mode: "report" }] },
      of(ANN, LIKE_BOTH),
      "report",
      "app-denied",
      org,
    ],
    [
      "but it does where it could be a protected one, of a leaver too",
      { protected: { apps: [TWIN.id!] } },
      of(GONE, LIKE_BOTH),
      "report",
      "app-unresolved",
      org,
    ],
    [
      "but it does where it could be the tool's own, of a leaver too",
      { offboarded: [ANN.username] },
      of(ANN, LIKE_BOTH),
      "report",
      "app-unresolved",
      { ...org, ownApp: TWIN },
    ],
    [
      "but it does where it could be the tool's own, though that is denied",
      { unlisted: "report", apps: DENIED_BOTH },
      of(ANN, LIKE_BOTH),
      "report",
      "app-unresolved",
      { ...org, ownApp: TWIN },
    ],
    [
      "and a leaver who is only reported is said to be one",
      { leavers: { inactive: "report" } },
      of(GONE, LIKE_BOTH),
      "report",
      "user-inactive",
      org,
    ],
  ]);
});

describe("leavers", () => {
  table([
    [
      "an offboarded user loses a sanctioned app",
      { ...everyone(), offboarded: ["ANN@dieppe.example"] },
      of(ANN, SLACK),
      "revoke",
      "user-offboarded",
    ],
    ["an inactive user loses a sanctioned app", everyone(), of(GONE, SLACK), "revoke", "user-inactive"],
    ["a frozen user loses a sanctioned app", everyone(), of(COLD, SLACK), "revoke", "user-frozen"],
    [
      "each can be switched to report: offboarded",
      { ...everyone(), offboarded: [ANN.username], leavers: { offboarded: "report" } },
      of(ANN, SLACK),
      "report",
      "user-offboarded",
    ],
    [
      "each can be switched to report: inactive",
      { ...everyone(), leavers: { inactive: "report" } },
      of(GONE, SLACK),
      "report",
      "user-inactive",
    ],
    [
      "each can be switched to report: frozen",
      { ...everyone(), leavers: { frozen: "report" } },
      of(COLD, SLACK),
      "report",
      "user-frozen",
    ],
    [
      "a leaver who is only reported is not shielded from the other rules",
      { leavers: { inactive: "report" } },
      of(GONE, BOBS),
      "revoke",
      "app-not-listed",
    ],
  ]);
});

describe("exemptions", () => {
  table([
    [
      "of a user for an app keep that grant",
      exemption({ app: BOBS.name, user: "ANN@dieppe.example" }),
      of(ANN, BOBS),
      "keep",
      "exempt",
    ],
    [
      "of another user do not",
      exemption({ app: BOBS.name, user: BEN.username }),
      of(ANN, BOBS),
      "revoke",
      "app-not-listed",
    ],
    ["of an app keep it for everyone", exemption({ app: BOBS.name }), of(ANN, BOBS), "keep", "exempt"],
    [
      "of a user for another app do not",
      exemption({ app: "Slack", user: ANN.username }),
      of(ANN, BOBS),
      "revoke",
      "app-not-listed",
    ],
    ["of a user keep every app", exemption({ user: ANN.username }), of(ANN, BOBS), "keep", "exempt"],
    [
      "hold to the end of their last day",
      exemption({ app: BOBS.name, expires: "2026-11-23" }),
      of(ANN, BOBS),
      "keep",
      "exempt",
    ],
    [
      "do not hold on the day after",
      exemption({ app: BOBS.name, expires: "2026-11-22" }),
      of(ANN, BOBS),
      "revoke",
      "app-not-listed",
    ],
    [
      "come before denial",
      { ...exemption({ app: "Slack" }), apps: [{ name: "Slack", sanctioned: false }] },
      of(ANN, SLACK),
      "keep",
      "exempt",
    ],
    ["come after leaving", exemption({ user: GONE.username }), of(GONE, BOBS), "revoke", "user-inactive"],
  ]);
});

describe("listing", () => {
  table([
    [
      "a denied app is revoked for everyone",
      { apps: [{ name: "Slack", sanctioned: false }] },
      of(ANN, SLACK),
      "revoke",
      "app-denied",
    ],
    [
      "a denied app is revoked even where unlisted ones are reported",
      { unlisted: "report", apps: [{ name: "Slack", sanctioned: false }] },
      of(ANN, SLACK),
      "revoke",
      "app-denied",
    ],
    ["an app that is not listed is revoked", {}, of(ANN, BOBS), "revoke", "app-not-listed"],
    [
      "an app that is not listed is only reported where the policy says so",
      { unlisted: "report" },
      of(ANN, BOBS),
      "report",
      "app-not-listed",
    ],
    ["everyone means everyone", everyone(), of(BEN, SLACK), "keep", "sanctioned"],
    ["nobody means nobody", slack("nobody"), of(BEN, SLACK), "revoke", "user-not-allowed"],
    [
      "a user out of scope is revoked",
      slack({ profiles: ["Sales User"] }),
      of(BEN, SLACK),
      "revoke",
      "user-not-allowed",
    ],
    [
      "unlisted: report spares no user out of scope",
      { ...slack({ profiles: ["Sales User"] }), unlisted: "report" },
      of(BEN, SLACK),
      "revoke",
      "user-not-allowed",
    ],
  ]);
});

describe("apps that are denied by their names", () => {
  const like = (name: string, more: Partial<PolicyFile> = {}): Partial<PolicyFile> => ({
    unlisted: "report",
    appsLike: [{ name, sanctioned: false, reason: "Vendor breach" }],
    ...more,
  });
  const SPACED = app("Bob's\u00a0 LEAD scoring  Tool");
  table([
    ["with any text at the end", like("Bob's*"), of(ANN, BOBS), "revoke", "app-denied"],
    ["with one character", like("Sl?ck"), of(ANN, SLACK), "revoke", "app-denied"],
    ["another name is not", like("Sl?"), of(ANN, SLACK), "report", "app-not-listed"],
    [
      "whatever the case and the blanks of both",
      like("BOB'S  lead *"),
      of(ANN, SPACED),
      "revoke",
      "app-denied",
      { apps: [SPACED] },
    ],
    [
      "an entry that lists the app wins",
      like("*lack", slack("everyone")),
      of(ANN, SLACK),
      "keep",
      "sanctioned",
    ],
    [
      "an entry by name too",
      like("", {
        appsLike: [{ name: "*lack", sanctioned: false }],
        apps: [{ name: "Slack", users: "everyone" }],
      }),
      of(ANN, SLACK),
      "keep",
      "sanctioned",
    ],
    [
      "an entry for other users loses to none, and keeps out of scope who is",
      like("*lack", slack({ usernames: [BEN.username] })),
      of(ANN, SLACK),
      "revoke",
      "user-not-allowed",
    ],
    [
      "a protected app is kept",
      like("*lack", { protected: { apps: [SLACK.id!] } }),
      of(ANN, SLACK),
      "keep",
      "protected",
    ],
    ["an exempt one too", like("*lack", exemption({ app: "Slack" })), of(ANN, SLACK), "keep", "exempt"],
    [
      "comes before an app that is not listed",
      like("*lack", { unlisted: "revoke", platformApps: "revoke" }),
      of(ANN, SLACK),
      "revoke",
      "app-denied",
    ],
  ]);

  const both: Org = { apps: [TWIN, LIKE_BOTH] };
  const SPARED = { id: TWIN.id!, users: "everyone" as const };
  table([
    [
      "a grant that could be of several apps, all of which are like it",
      like("*lack"),
      of(ANN, LIKE_BOTH),
      "revoke",
      "app-denied",
      both,
    ],
    [
      "or of which an entry denies the other",
      like("*lack", { apps: [{ id: TWIN.id!, sanctioned: false }] }),
      of(ANN, LIKE_BOTH),
      "revoke",
      "app-denied",
      both,
    ],
    [
      "not one of which an entry lists the other",
      like("*lack", { apps: [SPARED] }),
      of(ANN, LIKE_BOTH),
      "report",
      "app-unresolved",
      both,
    ],
    [
      "nor one of which the other is protected",
      like("*lack", { protected: { apps: [TWIN.id!] } }),
      of(ANN, LIKE_BOTH),
      "report",
      "app-unresolved",
      both,
    ],
    [
      "nor one of which the other is exempt",
      like("*lack", exemption({ app: { id: TWIN.id! } })),
      of(ANN, LIKE_BOTH),
      "report",
      "app-unresolved",
      both,
    ],
  ]);

  it("holds a grant back that could be of an app whose denial is only reported", () => {
    const policy = like("*lack", { apps: [{ id: TWIN.id!, sanctioned: false, mode: "report" }] });
    const { action, code, heldBackBy } = decision(policy, of(ANN, LIKE_BOTH), both);
    expect([action, code, heldBackBy]).toEqual(["report", "app-denied", "mode"]);
  });

  it("names the line of its pattern", () => {
    expect(decision(like("*lack"), of(ANN, SLACK)).at.file).toBe("policy at appsLike[0].sanctioned");
  });
});

describe("users in scope", () => {
  const inScope = (users: Parameters<typeof slack>[0]): [Partial<PolicyFile>, Grant, Action, FindingCode] => [
    slack(users),
    of(BEN, SLACK),
    "keep",
    "sanctioned",
  ];
  const outOfScope = (
    users: Parameters<typeof slack>[0],
  ): [Partial<PolicyFile>, Grant, Action, FindingCode] => [
    slack(users),
    of(BEN, SLACK),
    "revoke",
    "user-not-allowed",
  ];
  table([
    ["by username, without regard to case", ...inScope({ usernames: ["BEN@dieppe.example"] })],
    ["by username with wildcards", ...inScope({ usernamesLike: ["b?n@*.EXAMPLE"] })],
    ["by profile", ...inScope({ profiles: ["Standard User"] })],
    ["by permission set", ...inScope({ permissionSets: ["Slack_User"] })],
    ["by a permission set's label", ...inScope({ permissionSets: ["Slack_User label"] })],
    ["by permission set group", ...inScope({ permissionSetGroups: ["Chat_Group"] })],
    ["by public group", ...inScope({ publicGroups: ["Chatters"] })],
    ["by role", ...inScope({ roles: ["Clerk"] })],
    ["not by the role above", ...outOfScope({ roles: ["CEO"] })],
    ["by the role above with subordinates", ...inScope({ rolesAndSubordinates: ["CEO"] })],
    ["by user type", ...inScope({ userTypes: ["Standard"] })],
    [
      "by one of several sets that they are in, where another app names another",
      {
        apps: [
          { id: SLACK.id!, users: { permissionSets: ["Slack_User"] } },
          { name: BOBS.name, users: { publicGroups: ["Chatters"] } },
        ],
      },
      of(BEN, SLACK),
      "keep",
      "sanctioned",
    ],
    [
      "by any of several lists",
      ...inScope({ usernames: ["ann@dieppe.example"], profiles: ["Standard User"] }),
    ],
    [
      "not where excepted",
      ...outOfScope({
        profiles: ["Standard User", "Sales User"],
        except: { usernames: ["ben@dieppe.example"] },
      }),
    ],
    ["everyone but some", ...outOfScope({ everyone: true, except: { permissionSets: ["Slack_User"] } })],
    ["everyone but others", ...inScope({ everyone: true, except: { usernames: ["ann@dieppe.example"] } })],
  ]);
});

describe("scopes", () => {
  const only = (...scopes: ("api" | "full" | "refresh_token")[]) => everyone({ scopes });
  table([
    [
      "an app that may ask for more is revoked",
      only("api"),
      of(ANN, SLACK),
      "revoke",
      "scope-exceeded",
      { settings: { scopes: ["api", "full"] } },
    ],
    [
      "an app that may ask for less is kept",
      only("api", "refresh_token"),
      of(ANN, SLACK),
      "keep",
      "sanctioned",
      { settings: { scopes: ["api"] } },
    ],
    [
      "full covers what it covers",
      only("full"),
      of(ANN, SLACK),
      "keep",
      "sanctioned",
      { settings: { scopes: ["api", "web"] } },
    ],
    [
      "full does not cover refresh tokens",
      only("full"),
      of(ANN, SLACK),
      "revoke",
      "scope-exceeded",
      { settings: { scopes: ["full", "offline_access"] } },
    ],
    [
      "refresh_token and offline_access are one",
      only("refresh_token"),
      of(ANN, SLACK),
      "keep",
      "sanctioned",
      { settings: { scopes: ["offline_access"] } },
    ],
    [
      "an app is judged by its scopes whether or not another app's matter",
      {
        apps: [
          { name: BOBS.name, users: "everyone" },
          { id: SLACK.id!, users: "everyone", scopes: ["api"] },
        ],
      },
      of(ANN, SLACK),
      "revoke",
      "scope-exceeded",
      { settings: { scopes: ["full"] } },
    ],
    [
      "and no app by another's",
      {
        apps: [
          { name: BOBS.name, users: "everyone" },
          { id: SLACK.id!, users: "everyone", scopes: ["api"] },
        ],
      },
      of(ANN, BOBS),
      "keep",
      "sanctioned",
      { settings: { scopes: ["full"] } },
    ],
    [
      "nor an app that may ask for anything, where another's scopes matter",
      {
        apps: [
          { id: SLACK.id!, users: "everyone" },
          { name: BOBS.name, users: "everyone", scopes: ["api"] },
        ],
      },
      of(ANN, SLACK),
      "keep",
      "sanctioned",
      { settings: { scopes: ["full"] } },
    ],
    ["scopes that cannot be read revoke nothing", only("api"), of(ANN, SLACK), "keep", "sanctioned"],
  ]);

  const ALL = SCOPES.filter((scope) => scope !== "refresh_token" && scope !== "offline_access");
  const IDENTITY = ["id", "profile", "email", "address", "phone"] as const;
  const LASTING = ["refresh_token", "offline_access"] as const;
  it.each<[scope: OAuthScope, includes: readonly OAuthScope[]]>([
    ["full", ALL],
    ["api", ["api", "chatter_api"]],
    ["web", ["web", "visualforce"]],
    ...LASTING.map((scope): [OAuthScope, readonly OAuthScope[]] => [scope, LASTING]),
    ...IDENTITY.map((scope): [OAuthScope, readonly OAuthScope[]] => [scope, IDENTITY]),
    ["openid", ["openid"]],
    ["chatter_api", ["chatter_api"]],
    ["visualforce", ["visualforce"]],
    ["lightning", ["lightning"]],
  ])("%s allows itself, what it includes, and nothing else", (scope, includes) => {
    const allowed = SCOPES.filter(
      (asked) =>
        decision(everyone({ scopes: [scope] }), of(ANN, SLACK), { settings: { scopes: [asked] } }).action ===
        "keep",
    );
    expect(allowed.toSorted()).toEqual([...includes].toSorted());
  });

  const unlisted = { unlisted: "report" as const, unlistedScopes: ["api" as const] };
  table([
    [
      "an unlisted app that may ask for more than unlistedScopes is revoked",
      unlisted,
      of(ANN, SLACK),
      "revoke",
      "scope-exceeded",
      { settings: { scopes: ["web"] } },
    ],
    [
      "an unlisted app within them is only reported",
      unlisted,
      of(ANN, SLACK),
      "report",
      "app-not-listed",
      { settings: { scopes: ["api", "chatter_api"] } },
    ],
    ["an unlisted app whose scopes cannot be read too", unlisted, of(ANN, SLACK), "report", "app-not-listed"],
    [
      "a listed app may ask for anything where it does not say, whatever unlistedScopes say",
      { ...unlisted, ...everyone() },
      of(ANN, SLACK),
      "keep",
      "sanctioned",
      { settings: { scopes: ["full"] } },
    ],
    [
      "with unlisted: revoke that comes first",
      { unlistedScopes: ["api"] },
      of(ANN, SLACK),
      "revoke",
      "app-not-listed",
      { settings: { scopes: ["web"] } },
    ],
  ]);
});

describe("time", () => {
  const ago = (days: number, more = 0) => AS_OF - days * DAY - more;
  table([
    [
      "idle for exactly the days allowed is kept",
      everyone({ maxIdleDays: 90 }),
      of(ANN, SLACK, { lastUsedAt: ago(90) }),
      "keep",
      "sanctioned",
    ],
    [
      "a millisecond longer is idle",
      everyone({ maxIdleDays: 90 }),
      of(ANN, SLACK, { lastUsedAt: ago(90, 1) }),
      "revoke",
      "idle",
    ],
    [
      "the app's own days win over the default",
      { ...everyone({ maxIdleDays: 30 }), defaults: { maxIdleDays: 90 } },
      of(ANN, SLACK, { lastUsedAt: ago(60) }),
      "revoke",
      "idle",
    ],
    [
      "the default holds where the app says nothing",
      { ...everyone(), defaults: { maxIdleDays: 30 } },
      of(ANN, SLACK, { lastUsedAt: ago(60) }),
      "revoke",
      "idle",
    ],
    [
      "a use in the future is no idleness",
      everyone({ maxIdleDays: 1 }),
      of(ANN, SLACK, { lastUsedAt: AS_OF + DAY }),
      "keep",
      "sanctioned",
    ],
    [
      "a grant that was never used is not judged idle",
      everyone({ maxIdleDays: 1 }),
      of(ANN, SLACK, { createdAt: 0, lastUsedAt: null, useCount: 0 }),
      "keep",
      "sanctioned",
    ],
    [
      "as old as allowed is kept",
      everyone({ maxAgeDays: 365 }),
      of(ANN, SLACK, { createdAt: ago(365) }),
      "keep",
      "sanctioned",
    ],
    [
      "a millisecond older is too old",
      everyone({ maxAgeDays: 365 }),
      of(ANN, SLACK, { createdAt: ago(365, 1) }),
      "revoke",
      "too-old",
    ],
    [
      "a grant of unknown age is reported",
      everyone({ maxAgeDays: 365 }),
      of(ANN, SLACK, { createdAt: null }),
      "report",
      "date-missing",
    ],
    [
      "never used for longer than allowed",
      everyone({ neverUsedAfterDays: 30 }),
      of(ANN, SLACK, { createdAt: ago(31), lastUsedAt: null, useCount: 0 }),
      "revoke",
      "never-used",
    ],
    [
      "never used, but not for long",
      everyone({ neverUsedAfterDays: 30 }),
      of(ANN, SLACK, { createdAt: ago(30), lastUsedAt: null, useCount: 0 }),
      "keep",
      "sanctioned",
    ],
    [
      "a last use without a count is a use",
      everyone({ neverUsedAfterDays: 30 }),
      of(ANN, SLACK, { createdAt: ago(99), lastUsedAt: ago(98), useCount: null }),
      "keep",
      "sanctioned",
    ],
  ]);
});

describe("time that cannot be judged", () => {
  const ago = (days: number, more = 0) => AS_OF - days * DAY - more;
  const count = { createdAt: ago(99), lastUsedAt: null, useCount: 3 };
  const noCount = { ...count, useCount: null };
  const revoke = { unknownUse: "revoke" as const };
  table([
    [
      "a use count without a time is not idle, and is said",
      everyone({ maxIdleDays: 30 }),
      of(ANN, SLACK, count),
      "report",
      "use-unknown",
    ],
    ["nor never used", everyone({ neverUsedAfterDays: 30 }), of(ANN, SLACK, count), "report", "use-unknown"],
    [
      "no count and no time likewise",
      everyone({ neverUsedAfterDays: 30 }),
      of(ANN, SLACK, noCount),
      "report",
      "use-unknown",
    ],
    [
      "of two limits that cannot be judged the first is said",
      { ...everyone({ maxIdleDays: 30, neverUsedAfterDays: 30 }), ...revoke },
      of(ANN, SLACK, noCount),
      "revoke",
      "use-unknown",
    ],
    [
      "unknownUse: revoke revokes it",
      { ...everyone({ maxIdleDays: 30 }), ...revoke },
      of(ANN, SLACK, count),
      "revoke",
      "use-unknown",
    ],
    [
      "but nothing that no limit on use is for",
      { ...everyone({ maxAgeDays: 365 }), ...revoke },
      of(ANN, SLACK, count),
      "keep",
      "sanctioned",
    ],
    [
      "a grant as old as the limit cannot have been idle for longer",
      { ...everyone({ maxIdleDays: 99 }), ...revoke },
      of(ANN, SLACK, count),
      "keep",
      "sanctioned",
    ],
    [
      "one a millisecond older can",
      { ...everyone({ maxIdleDays: 99 }), ...revoke },
      of(ANN, SLACK, { ...count, createdAt: ago(99, 1) }),
      "revoke",
      "use-unknown",
    ],
    [
      "one without a day of granting can",
      { ...everyone({ maxIdleDays: 99 }), ...revoke },
      of(ANN, SLACK, { ...count, createdAt: null }),
      "revoke",
      "use-unknown",
    ],
    [
      "a use a day after the run is one of now",
      { ...everyone({ maxIdleDays: 30, neverUsedAfterDays: 30 }), ...revoke },
      of(ANN, SLACK, { createdAt: ago(99), lastUsedAt: AS_OF + DAY }),
      "keep",
      "sanctioned",
    ],
    [
      "a millisecond later it is none",
      everyone({ maxIdleDays: 30 }),
      of(ANN, SLACK, { createdAt: ago(99), lastUsedAt: AS_OF + DAY + 1 }),
      "report",
      "use-unknown",
    ],
    [
      "and never used cannot be said of it",
      { ...everyone({ neverUsedAfterDays: 30 }), ...revoke },
      of(ANN, SLACK, { createdAt: ago(99), lastUsedAt: AS_OF + DAY + 1, useCount: 0 }),
      "revoke",
      "use-unknown",
    ],
    [
      "a grant of the day after the run is one of now",
      { ...everyone({ maxAgeDays: 1 }), ...revoke },
      of(ANN, SLACK, { createdAt: AS_OF + DAY }),
      "keep",
      "sanctioned",
    ],
    [
      "a millisecond later its day is not known",
      everyone({ maxAgeDays: 1 }),
      of(ANN, SLACK, { createdAt: AS_OF + DAY + 1 }),
      "report",
      "date-missing",
    ],
    [
      "unknownUse: revoke revokes a grant of a day to come",
      { ...everyone({ maxAgeDays: 1 }), ...revoke },
      of(ANN, SLACK, { createdAt: AS_OF + DAY + 1 }),
      "revoke",
      "date-missing",
    ],
    [
      "a missing day of granting is only reported",
      { ...everyone({ maxAgeDays: 1 }), ...revoke },
      of(ANN, SLACK, { createdAt: null }),
      "report",
      "date-missing",
    ],
    [
      "never used since a day to come",
      { ...everyone({ neverUsedAfterDays: 1 }), ...revoke },
      of(ANN, SLACK, { createdAt: AS_OF + DAY + 1, lastUsedAt: null, useCount: 0 }),
      "revoke",
      "date-missing",
    ],
    [
      "a look-back does not reach a day to come",
      {
        ...everyone(),
        highPrivilege: { permissions: ["ModifyAllData"], action: "revoke", grantedSince: "2026-01-01" },
      },
      of(ANN, SLACK, { createdAt: AS_OF + DAY + 1 }),
      "report",
      "date-missing",
    ],
    [
      "unless unknownUse says so",
      {
        ...everyone(),
        ...revoke,
        highPrivilege: { permissions: ["ModifyAllData"], action: "revoke", grantedSince: "2026-01-01" },
      },
      of(ANN, SLACK, { createdAt: AS_OF + DAY + 1 }),
      "revoke",
      "date-missing",
    ],
  ]);
});

describe("apps that are not listed, where that is only reported, are held to what is for every app", () => {
  const unlisted = (more: object) => ({ unlisted: "report" as const, ...more });
  const old = of(ANN, BOBS, { createdAt: AS_OF - 99 * DAY, lastUsedAt: AS_OF - 40 * DAY });
  const privilege = { highPrivilege: { permissions: ["ModifyAllData"], action: "revoke" as const } };
  table([
    ["too old by the defaults", unlisted({ defaults: { maxAgeDays: 98 } }), old, "revoke", "too-old"],
    ["idle by the defaults", unlisted({ defaults: { maxIdleDays: 39 } }), old, "revoke", "idle"],
    [
      "never used by the defaults",
      unlisted({ defaults: { neverUsedAfterDays: 98 } }),
      { ...old, lastUsedAt: null, useCount: 0 },
      "revoke",
      "never-used",
    ],
    ["of a user of high privilege", unlisted(privilege), old, "revoke", "high-privilege-grant"],
    [
      "a use that cannot be told after not being listed: the first report stands",
      unlisted({ defaults: { maxIdleDays: 39 } }),
      { ...old, lastUsedAt: null },
      "report",
      "app-not-listed",
    ],
    [
      "none of the lines below apply: reported",
      unlisted({
        defaults: { maxAgeDays: 99 },
        highPrivilege: { profiles: ["Standard User"], action: "revoke" },
      }),
      old,
      "report",
      "app-not-listed",
    ],
    ["with unlisted: revoke that comes first", privilege, old, "revoke", "app-not-listed"],
  ]);

  it("and listing one for everyone takes a line away and adds none", () => {
    for (const more of [privilege, { defaults: { maxAgeDays: 98 } }, { defaults: { maxIdleDays: 39 } }]) {
      const before = decision(unlisted(more), old);
      const after = decision(unlisted({ ...more, apps: [{ name: BOBS.name, users: "everyone" }] }), old);
      expect([after.action, after.code]).toEqual([before.action, before.code]);
    }
  });

  it("a default names its own line", () => {
    const found = decision(unlisted({ defaults: { maxAgeDays: 98 } }), old);
    expect(found.at.file).toBe("policy at defaults.maxAgeDays");
  });
});

describe("high privilege", () => {
  const rule = (more: object) => ({
    ...everyone(),
    highPrivilege: { permissions: ["ModifyAllData"], ...more },
  });
  table([
    ["alert leaves the grant alone", rule({ action: "alert" }), of(ANN, SLACK), "keep", "sanctioned"],
    ["revoke revokes it", rule({ action: "revoke" }), of(ANN, SLACK), "revoke", "high-privilege-grant"],
    [
      "users without the permission are kept",
      rule({ action: "revoke" }),
      of(BEN, SLACK),
      "keep",
      "sanctioned",
    ],
    [
      "by profile",
      { ...everyone(), highPrivilege: { profiles: ["Sales User"], action: "revoke" } },
      of(ANN, SLACK),
      "revoke",
      "high-privilege-grant",
    ],
    [
      "by permission set",
      { ...everyone(), highPrivilege: { permissionSets: ["Slack_User"], action: "revoke" } },
      of(BEN, SLACK),
      "revoke",
      "high-privilege-grant",
    ],
    [
      "a grant of before the look-back is kept",
      rule({ action: "revoke", grantedSince: "2026-11-01" }),
      of(ANN, SLACK, { createdAt: Date.parse("2026-10-31T23:59:59Z") }),
      "keep",
      "sanctioned",
    ],
    [
      "the look-back begins with its day",
      rule({ action: "revoke", grantedSince: "2026-11-01" }),
      of(ANN, SLACK, { createdAt: Date.parse("2026-11-01T00:00:00Z") }),
      "revoke",
      "high-privilege-grant",
    ],
    [
      "a look-back in days",
      rule({ action: "revoke", grantedWithinDays: 7 }),
      of(ANN, SLACK, { createdAt: AS_OF - 7 * DAY }),
      "revoke",
      "high-privilege-grant",
    ],
    [
      "a grant of before those days",
      rule({ action: "revoke", grantedWithinDays: 7 }),
      of(ANN, SLACK, { createdAt: AS_OF - 7 * DAY - 1 }),
      "keep",
      "sanctioned",
    ],
    [
      "an unknown day of granting is reported",
      rule({ action: "revoke", grantedWithinDays: 7 }),
      of(ANN, SLACK, { createdAt: null }),
      "report",
      "date-missing",
    ],
  ]);
});

describe("exceptions from high privilege", () => {
  const because = { reason: "Deploys", owner: "it@dieppe.example", reviewBy: "2027-06-30" };
  const rule = (exception: object, more: object = {}) => ({
    ...everyone(),
    highPrivilege: {
      permissions: ["ModifyAllData"],
      action: "revoke" as const,
      exceptions: [{ ...because, ...exception }],
      ...more,
    },
  });
  table([
    ["of the app keep its grants", rule({ app: SLACK.id! }), of(ANN, SLACK), "keep", "sanctioned"],
    ["of the user keep theirs", rule({ user: "ANN@dieppe.example" }), of(ANN, SLACK), "keep", "sanctioned"],
    [
      "of the user for the app keep that one",
      rule({ user: ANN.username, app: "Slack" }),
      of(ANN, SLACK),
      "keep",
      "sanctioned",
    ],
    [
      "of another app do not",
      rule({ user: ANN.username, app: BOBS.name }),
      of(ANN, SLACK),
      "revoke",
      "high-privilege-grant",
    ],
    [
      "of another user do not",
      rule({ user: BEN.username, app: "Slack" }),
      of(ANN, SLACK),
      "revoke",
      "high-privilege-grant",
    ],
    [
      "hold on after their day of review",
      rule({ app: "Slack", reviewBy: "2020-01-01" }),
      of(ANN, SLACK),
      "keep",
      "sanctioned",
    ],
    [
      "spare a grant without a day of granting the report of it",
      rule({ app: "Slack" }, { grantedWithinDays: 7 }),
      of(ANN, SLACK, { createdAt: null }),
      "keep",
      "sanctioned",
    ],
    [
      "keep nothing that an earlier line revokes",
      { ...rule({ user: ANN.username }), apps: [{ name: "Slack", sanctioned: false }] },
      of(ANN, SLACK),
      "revoke",
      "app-denied",
    ],
  ]);
});

describe("a baseline holds back", () => {
  const written = (day: string, more = ""): Org => ({
    open: () => ({
      text: `version: 1\nexpires: 2026-12-31\nwritten: ${day}\ngrants: [{ app: Slack, user: ANN@dieppe.example${more} }, { app: slack, user: gone@dieppe.example }, { app: SLACK, user: cold@dieppe.example }]\n`,
    }),
  });
  const policy = (more: Partial<PolicyFile> = {}): Partial<PolicyFile> => ({ baseline: "b.yaml", ...more });
  const midnight = Date.parse("2026-11-24T00:00:00Z");
  const made = (createdAt: number | null) => of(ANN, SLACK, { createdAt });
  it.each<[rule: string, policy: Partial<PolicyFile>, grant: Grant, held: boolean, org: Org]>([
    ["a grant of before the day on which it was written", policy(), made(0), true, written("2026-11-23")],
    ["one of that day, to its end", policy(), made(midnight - 1), true, written("2026-11-23")],
    ["no later one", policy(), made(midnight), false, written("2026-11-23")],
    ["one of which the org does not say when", policy(), made(null), true, written("2026-11-23")],
    [
      "one of the very time that it says, though later",
      policy(),
      made(AS_OF),
      true,
      written("2026-01-01", `, granted: "${new Date(AS_OF).toISOString()}"`),
    ],
    [
      "none of another time, though before",
      policy(),
      made(AS_OF - 1),
      false,
      written("2026-11-23", `, granted: "${new Date(AS_OF).toISOString()}"`),
    ],
    [
      "no denied app",
      policy({ apps: [{ name: "Slack", sanctioned: false }] }),
      made(0),
      false,
      written("2026-11-23"),
    ],
    [
      "none that a pattern denies",
      policy({ appsLike: [{ name: "Sl*", sanctioned: false }] }),
      made(0),
      false,
      written("2026-11-23"),
    ],
    ["no offboarded user", policy({ offboarded: [ANN.username] }), made(0), false, written("2026-11-23")],
    ["no inactive user", policy(), of(GONE, SLACK), false, written("2026-11-23")],
    ["no frozen user", policy(), of(COLD, SLACK), false, written("2026-11-23")],
    [
      "a user out of scope",
      policy(slack({ usernames: [BEN.username] })),
      made(0),
      true,
      written("2026-11-23"),
    ],
    ["what is too old", policy(everyone({ maxAgeDays: 1 })), made(0), true, written("2026-11-23")],
  ])("%s", (_rule, file, grant, held, org) => {
    const { action, heldBackBy } = decision(file, grant, org);
    expect([action, heldBackBy]).toEqual(held ? ["report", "baseline"] : ["revoke", null]);
  });

  it("mode: report holds back what a baseline does not", () => {
    const file = policy({ mode: "report", offboarded: [ANN.username] });
    expect(decision(file, made(0), written("2026-11-23")).heldBackBy).toBe("mode");
  });
});

describe("what is held back", () => {
  const known = (text: string): Org => ({
    open: () => ({ text: `version: 1\nexpires: 2026-12-31\nwritten: 2026-11-23\ngrants:\n${text}` }),
  });
  it.each<[rule: string, policy: Partial<PolicyFile>, held: "mode" | "baseline" | null, org?: Org]>([
    ["mode: report of the policy", { mode: "report" }, "mode"],
    ["mode: report of the app", { apps: [{ name: BOBS.name, sanctioned: false, mode: "report" }] }, "mode"],
    [
      "mode: report of the policy wins over an app's enforce",
      { mode: "report", apps: [{ name: BOBS.name, sanctioned: false, mode: "enforce" }] },
      "mode",
    ],
    [
      "a grant of the baseline",
      { baseline: "b.yaml" },
      "baseline",
      known(`  - { app: "Bob's Lead Scoring Tool", user: ANN@dieppe.example }`),
    ],
    [
      "a grant of the baseline by its time",
      { baseline: "b.yaml" },
      "baseline",
      known(
        `  - { app: "Bob's Lead Scoring Tool", user: ann@dieppe.example, granted: "${new Date(AS_OF).toISOString()}" }`,
      ),
    ],
    [
      "a grant of another time is not in it",
      { baseline: "b.yaml" },
      null,
      known(
        `  - { app: "Bob's Lead Scoring Tool", user: ann@dieppe.example, granted: 2020-01-01T00:00:00Z }`,
      ),
    ],
    [
      "a grant of another user is not in it",
      { baseline: "b.yaml" },
      null,
      known("  - { app: Slack, user: ann@dieppe.example }"),
    ],
    [
      "a baseline that has expired holds nothing",
      { baseline: "b.yaml" },
      null,
      {
        open: () => ({
          text: `version: 1\nexpires: 2026-11-22\nwritten: 2026-11-23\ngrants: [{ app: "Bob's Lead Scoring Tool", user: ann@dieppe.example }]\n`,
        }),
      },
    ],
  ])("%s", (_rule, policy, held, org) => {
    const found = decision(policy, of(ANN, BOBS), org);
    expect([found.action, found.heldBackBy]).toEqual([held === null ? "revoke" : "report", held]);
  });
});

it("what is kept is never said to be held back, whatever the mode and the baseline", () => {
  const known: Org = {
    open: () => ({
      text: "version: 1\nexpires: 2026-12-31\nwritten: 2026-11-23\ngrants: [{ app: Slack, user: ann@dieppe.example }]\n",
    }),
  };
  const found = decision({ ...everyone(), mode: "report", baseline: "b.yaml" }, of(ANN, SLACK), known);
  expect([found.action, found.code, found.heldBackBy]).toEqual(["keep", "sanctioned", null]);
});

it("each decision names the line that decided", () => {
  expect(decision({ ...everyone({ maxIdleDays: 1 }) }, of(ANN, SLACK, { lastUsedAt: 0 })).at.file).toBe(
    "policy at apps[0].maxIdleDays",
  );
  expect(decision({ offboarded: [ANN.username] }, of(ANN, BOBS)).at.file).toBe("policy at offboarded[0]");
  expect(decision(everyone(), of(ANN, SLACK)).at.file).toBe("policy at apps[0]");
});

function table(cases: Case[]): void {
  it.each(cases)("%s", (_rule, policy, one, action, code, org) => {
    const found = decision(policy, one, org);
    expect([found.action, found.code]).toEqual([action, code]);
  });
}

describe("a name is never taken for an id", () => {
  const LEAD = app("LeadScoringTool");
  const judged = (policy: Partial<PolicyFile>, text: string) => {
    const inventory = inventoryOf({ users: [ANN], grants: [grant(ANN.id, LEAD)] });
    const parsed = policyFromObject(
      { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], ...policy },
      "inline policy",
      () => ({ text }),
    );
    if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
    const resolution = resolvePolicy(parsed.policy, inventory, AS_OF);
    if ("problems" in resolution) throw new Error(formatProblems(resolution.problems));
    return decide(resolution.resolved, inventory, AS_OF)[0]!;
  };

  it("in a baseline: the app LeadScoringTool, of 15 letters, is known by its name", () => {
    const known =
      "version: 1\nexpires: 2026-12-31\nwritten: 2026-11-23\ngrants: [{ app: LeadScoringTool, user: ann@dieppe.example }]\n";
    expect(judged({ baseline: "b.yaml" }, known)).toMatchObject({ action: "report", heldBackBy: "baseline" });
  });

  it("in an exemption: the app LeadScoringTool, of 15 letters, is exempt by its name", () => {
    const exemptions = [{ app: LEAD.name, reason: "Migrating", owner: "it", expires: "2026-12-31" }];
    expect(judged({ exemptions }, "")).toMatchObject({ action: "keep", code: "exempt" });
  });
});
