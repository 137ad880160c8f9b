import { describe, expect, it } from "vitest";
import { EMPTY_DIRECTORY } from "../../../src/inventory/inventory.ts";
import { KEYS } from "../../../src/plan/widening/keys.ts";
import type { Widening } from "../../../src/plan/widening.ts";
import type { PolicyFile } from "../../../src/policy/policySchema.ts";
import { app, grant, inventoryOf, link, provider, sfId, user } from "../../inventories.ts";
import { widenings } from "./says.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const OUTLOOK = app("Outlook Plugin", sfId("0H4", 2));
const BOBS = app("Bob's Lead Scoring Tool", sfId("0H4", 3));
const OKTA = provider("Okta", sfId("0SO", 1));
const [ANN, BEN, CAT, DAN] = [0, 1, 2, 3].map((n) =>
  user(n, n === 3 ? { profileName: "System Administrator", profileId: sfId("00e", 2) } : {}),
) as [ReturnType<typeof user>, ReturnType<typeof user>, ReturnType<typeof user>, ReturnType<typeof user>];
const USERS = [ANN, BEN, CAT, DAN];
const set = (n: number, name: string, ...users: readonly (typeof ANN)[]) => ({
  id: sfId("0PS", n),
  name,
  label: name,
  userIds: new Set(users.map(({ id }) => id)),
});
const ORG = inventoryOf({
  users: USERS,
  apps: [SLACK, OUTLOOK, BOBS, OKTA],
  grants: [
    ...USERS.flatMap(({ id }) => [grant(id, SLACK), grant(id, OUTLOOK), grant(id, BOBS)]),
    link(ANN.id, OKTA),
  ],
  directory: {
    ...EMPTY_DIRECTORY,
    permissionSets: [set(1, "One", ANN), set(2, "Two", ANN, BEN)],
    permissionSetGroups: [set(3, "One", ANN), set(4, "Two", ANN, BEN)],
    publicGroups: [set(5, "One", ANN), set(6, "Two", ANN, BEN)],
    roles: [
      { id: sfId("00E", 1), name: "One", label: "One", parentId: null },
      { id: sfId("00E", 2), name: "Two", label: "Two", parentId: sfId("00E", 1) },
    ],
    permissionHolders: new Map([
      ["ModifyAllData", new Set([DAN.id])],
      ["ViewAllData", new Set([CAT.id])],
    ]),
  },
});
type AppFile = NonNullable<PolicyFile["apps"]>[number];

const policy = (more: Partial<PolicyFile> = {}): PolicyFile =>
  ({
    version: 1,
    unlisted: "revoke",
    platformApps: "revoke",
    apps: [slack()],
    ...more,
  }) as PolicyFile;
const slack = (more: Partial<AppFile> = {}): AppFile => ({
  id: SLACK.id!,
  users: { usernames: [ANN.username] },
  owner: "it@dieppe.example",
  reason: "Chat",
  ...more,
});
const ofSlack = (more: Partial<AppFile>): PolicyFile => policy({ apps: [slack(more)] });
const one = (list: string, ...names: readonly string[]) =>
  ({ [list]: names }) as NonNullable<AppFile["users"]>;
const meant = { reason: "Migrating", owner: "ben@dieppe.example" };
const until = (expires: string, more: object = { app: BOBS.id!, user: BEN.username }) => ({
  ...meant,
  ...more,
  expires,
});
const privilege = (more: object = {}) =>
  policy({
    highPrivilege: { permissions: ["ModifyAllData"], ...more } as PolicyFile["highPrivilege"] & object,
  });
const providers = (more: object) =>
  policy({ identityProviders: [{ id: OKTA.id!, users: { usernames: [ANN.username] }, ...more }] });

/** Each key of the policy, loosened by one change: from the first to the second. */
const LOOSENED: readonly [key: string, tighter: PolicyFile, looser: PolicyFile][] = [
  ["org.id", policy({ org: { id: ORG.org.id } }), policy()],
  ["org.name", policy({ org: { name: "Dieppe" } }), policy()],
  ["mode", policy(), policy({ mode: "report" })],
  ["unlisted", policy(), policy({ unlisted: "report" })],
  ["platformApps", policy(), policy({ platformApps: "report" })],
  ["platformApps", policy({ platformApps: "report" }), policy({ platformApps: "keep" })],
  ["unknownUse", policy({ unknownUse: "revoke" }), policy()],
  ...(["maxIdleDays", "maxAgeDays", "neverUsedAfterDays"] as const).flatMap(
    (key): [string, PolicyFile, PolicyFile][] => [
      [`defaults.${key}`, policy({ defaults: { [key]: 90 } }), policy({ defaults: { [key]: 91 } })],
      [`defaults.${key}`, policy({ defaults: { [key]: 90 } }), policy()],
      [`apps[].${key}`, ofSlack({ [key]: 90 }), ofSlack({ [key]: 91 })],
      [`apps[].${key}`, ofSlack({ [key]: 90 }), ofSlack({})],
      [
        `apps[].${key}`,
        policy({ defaults: { [key]: 90 } }),
        policy({ defaults: { [key]: 90 }, apps: [slack({ [key]: 900 })] }),
      ],
    ],
  ),
  ["limits.revocations", policy(), policy({ limits: { revocations: 51 } })],
  ["limits.percent", policy({ limits: { percent: 10 } }), policy()],
  ["limits.perApp", policy(), policy({ limits: { perApp: 100_000 } })],
  ["unlistedScopes", policy({ unlisted: "report", unlistedScopes: ["api"] }), policy({ unlisted: "report" })],
  [
    "unlistedScopes",
    policy({ unlisted: "report", unlistedScopes: ["api"] }),
    policy({ unlisted: "report", unlistedScopes: ["api", "full"] }),
  ],
  ["apps[].id", ofSlack({ name: "Slack" }), policy({ apps: [{ name: "Slack", users: slack().users! }] })],
  ["apps[].sanctioned", policy({ apps: [] }), policy()],
  ["apps[].sanctioned", policy({ apps: [{ id: SLACK.id!, sanctioned: false }] }), policy()],
  ["apps[].sanctioned", policy({ apps: [{ id: SLACK.id!, sanctioned: false }] }), policy({ apps: [] })],
  ["apps[].mode", policy(), ofSlack({ mode: "report" })],
  [
    "apps[].mode",
    policy({ apps: [{ id: SLACK.id!, sanctioned: false }] }),
    policy({ apps: [{ id: SLACK.id!, sanctioned: false, mode: "report" }] }),
  ],
  ["apps[].reviewBy", ofSlack({ reviewBy: "2027-03-31" }), ofSlack({ reviewBy: "2099-03-31" })],
  ["apps[].reviewBy", ofSlack({ reviewBy: "2027-03-31" }), policy()],
  ["apps[].users", policy(), ofSlack({ users: "everyone" })],
  ["apps[].users", ofSlack({ users: "nobody" }), policy()],
  ...(["permissionSets", "permissionSetGroups", "publicGroups"] as const).map(
    (key): [string, PolicyFile, PolicyFile] => [
      "apps[].users",
      ofSlack({ users: one(key, "One") }),
      ofSlack({ users: one(key, "One", "Two") }),
    ],
  ),
  ["apps[].users", policy(), ofSlack({ users: one("usernames", ANN.username, BEN.username) })],
  ["apps[].users", policy(), ofSlack({ users: { usernames: [ANN.username], usernamesLike: ["*"] } })],
  ["apps[].users", policy(), ofSlack({ users: { usernames: [ANN.username], roles: ["One"] } })],
  [
    "apps[].users",
    policy(),
    ofSlack({ users: { usernames: [ANN.username], rolesAndSubordinates: ["One"] } }),
  ],
  ["apps[].users", policy(), ofSlack({ users: { usernames: [ANN.username], userTypes: ["Standard"] } })],
  ["apps[].users", policy(), ofSlack({ users: { usernames: [ANN.username], profiles: ["Sales User"] } })],
  [
    "apps[].users",
    ofSlack({ users: { everyone: true, except: { usernames: [ANN.username, BEN.username] } } }),
    ofSlack({ users: { everyone: true, except: { usernames: [ANN.username] } } }),
  ],
  [
    "apps[].users",
    ofSlack({ users: { everyone: true, except: { profiles: ["Sales User"] } } }),
    ofSlack({ users: { everyone: true } as never }),
  ],
  ["apps[].scopes", ofSlack({ scopes: ["api"] }), ofSlack({ scopes: ["api", "refresh_token"] })],
  ["apps[].scopes", ofSlack({ scopes: ["api"] }), policy()],
  [
    "apps[].settings.adminApprovedUsersOnly",
    ofSlack({ settings: { adminApprovedUsersOnly: true } }),
    policy(),
  ],
  [
    "apps[].settings.adminApprovedUsersOnly",
    ofSlack({ settings: { adminApprovedUsersOnly: true } }),
    ofSlack({ settings: { adminApprovedUsersOnly: false } }),
  ],
  [
    "apps[].settings.refreshTokenMaxDays",
    ofSlack({ settings: { refreshTokenMaxDays: 30 } }),
    ofSlack({ settings: { refreshTokenMaxDays: 31 } }),
  ],
  [
    "apps[].settings.ipRelaxation",
    ofSlack({ settings: { ipRelaxation: "enforce" } }),
    ofSlack({ settings: { ipRelaxation: "bypass" } }),
  ],
  ["identityProviders", providers({}), policy()],
  [
    "unlistedIdentityProviders",
    policy({ unlistedIdentityProviders: "revoke" }),
    policy({ unlistedIdentityProviders: "report" }),
  ],
  [
    "identityProviders[].sanctioned",
    policy({ identityProviders: [{ id: OKTA.id!, sanctioned: false }] }),
    providers({}),
  ],
  ["identityProviders[].users", providers({}), providers({ users: "everyone" })],
  ["identityProviders[].reviewBy", providers({ reviewBy: "2027-03-31" }), providers({})],
  [
    "identityProviders[].id",
    providers({ name: "Okta" }),
    policy({ identityProviders: [{ name: "Okta", users: { usernames: [ANN.username] } }] }),
  ],
  ["appsLike", policy({ appsLike: [{ name: "*lead*", sanctioned: false }] }), policy()],
  ["offboarded", policy({ offboarded: [BEN.username] }), policy()],
  ...(["offboarded", "inactive", "frozen"] as const).map((key): [string, PolicyFile, PolicyFile] => [
    `leavers.${key}`,
    policy(),
    policy({ leavers: { [key]: "report" } }),
  ]),
  ["highPrivilege", privilege(), policy()],
  ["highPrivilege.permissions", privilege({ permissions: ["ModifyAllData", "ViewAllData"] }), privilege()],
  ["highPrivilege.profiles", privilege({ profiles: ["Sales User"] }), privilege()],
  ["highPrivilege.permissionSets", privilege({ permissionSets: ["One"] }), privilege()],
  ["highPrivilege.action", privilege({ action: "revoke" }), privilege()],
  ["highPrivilege.grantedSince", privilege(), privilege({ grantedSince: "2026-01-01" })],
  [
    "highPrivilege.grantedSince",
    privilege({ grantedSince: "2026-01-01" }),
    privilege({ grantedSince: "2026-01-02" }),
  ],
  [
    "highPrivilege.grantedWithinDays",
    privilege({ grantedWithinDays: 30 }),
    privilege({ grantedWithinDays: 29 }),
  ],
  [
    "highPrivilege.exceptions",
    privilege(),
    privilege({ exceptions: [{ ...meant, user: DAN.username, reviewBy: "2027-01-01" }] }),
  ],
  [
    "highPrivilege.exceptions[].reviewBy",
    privilege({ exceptions: [{ ...meant, user: DAN.username, reviewBy: "2027-01-01" }] }),
    privilege({ exceptions: [{ ...meant, user: DAN.username, reviewBy: "2028-01-01" }] }),
  ],
  ["protected.users", policy(), policy({ protected: { users: [DAN.username] } })],
  ["protected.apps", policy(), policy({ protected: { apps: [BOBS.id!] } })],
  ["sessions", policy({ sessions: "end" }), policy()],
  ["exemptions", policy(), policy({ exemptions: [until("2026-12-31")] })],
  [
    "exemptions",
    policy({ exemptions: [until("2026-12-31")] }),
    policy({ exemptions: [until("2027-01-01")] }),
  ],
  [
    "exemptions",
    policy({ exemptions: [until("2026-12-31")] }),
    policy({ exemptions: [until("2026-12-31", { app: BOBS.id! })] }),
  ],
  [
    "exemptions",
    policy({ exemptions: [until("2026-12-31")] }),
    policy({ exemptions: [until("2026-12-31", { user: BEN.username })] }),
  ],
  ["maxExemptionDays", policy(), policy({ maxExemptionDays: 2_000 })],
];

/** What is judged in a part of the policy as a whole, or says nothing of what is allowed. */
const NOT_ALONE =
  /^(version|extends|.*\[\]\.expected(By)?|baseline|approvals\..*|appsLike\[\]\..*|exemptions\[\]\..*|highPrivilege\.exceptions\[\]\..*|.*\[\]\.(name|owner|reason)|.*\[\]\.users\..*)$/;

const short = ({ key, app: of, what, users, severity }: Widening) => ({
  key,
  app: of,
  what,
  users,
  severity,
});

describe("a key that is loosened", () => {
  it.each(LOOSENED.map((each, i) => [i, ...each] as const))(
    "%i %s: shows, and its undoing does not",
    (_, key, tighter, looser) => {
      const found = widenings(tighter, looser, ORG);
      expect(found.map((each) => each.key)).toEqual([key]);
      expect(widenings(looser, tighter, ORG).map(short)).toEqual([]);
    },
  );

  it("is any key that bears on what is allowed", () => {
    const tried = new Set(LOOSENED.map(([key]) => key));
    expect(Object.keys(KEYS).filter((key) => !tried.has(key) && !NOT_ALONE.test(key))).toEqual([]);
  });

  it("is said in words that name it, with who may connect, the owner and the reason", async () => {
    const text = LOOSENED.flatMap(([, tighter, looser]) =>
      widenings(tighter, looser, ORG).map(
        ({ severity, app: of, what, users, owner }) =>
          `${severity}: ${of === null ? "" : `${of}: `}${what} [${users ?? "-"}] ${owner ?? ""}`,
      ),
    );
    await expect(`${text.join("\n")}\n`).toMatchFileSnapshot("loosened.golden.txt");
  });
});
