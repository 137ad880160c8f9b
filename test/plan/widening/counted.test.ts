import { describe, expect, it } from "vitest";
import { EMPTY_DIRECTORY } from "../../../src/inventory/inventory.ts";
import type { PolicyFile } from "../../../src/policy/policySchema.ts";
import { app, grant, inventoryOf, link, provider, sfId, user } from "../../inventories.ts";
import { widenings } from "./says.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Lead Scoring Tool");
const CHATTER = { ...app("Chatter", sfId("0H4", 9)), namespace: "sf_chttr_apps" };
const OKTA = provider("Okta", sfId("0SO", 1));
const USERS = Array.from({ length: 8 }, (_, n) => user(n));
const NAMES = USERS.map(({ username }) => username);
const ORG = inventoryOf({
  users: USERS,
  apps: [SLACK, BOBS, CHATTER, OKTA],
  grants: [
    ...USERS.flatMap(({ id }) => [grant(id, SLACK), grant(id, BOBS), grant(id, CHATTER)]),
    link(USERS[0]!.id, OKTA),
  ],
  directory: { ...EMPTY_DIRECTORY, permissionHolders: new Map([["ModifyAllData", new Set([USERS[1]!.id])]]) },
});
type Entry = NonNullable<PolicyFile["apps"]>[number];

const policy = (users: Entry["users"], more: Partial<PolicyFile> = {}): PolicyFile =>
  ({
    version: 1,
    unlisted: "revoke",
    platformApps: "revoke",
    unlistedIdentityProviders: "revoke",
    apps: [{ id: SLACK.id!, users }],
    ...more,
  }) as PolicyFile;
const some: Entry["users"] = { usernames: NAMES.slice(0, 5) };
const privilege = (action: "revoke" | "alert") => ({
  highPrivilege: { permissions: ["ModifyAllData"], action },
});

describe("the users of a row are those who gain by it", () => {
  it.each<[string, Partial<PolicyFile>, Partial<PolicyFile>, unknown[], ofSlack?: number]>([
    ["a protected app", {}, { protected: { apps: [BOBS.name] } }, ["protected.apps", BOBS.name, 8]],
    [
      "a protected app by its id",
      {},
      { protected: { apps: [CHATTER.id!] } },
      ["protected.apps", "Chatter", 8],
    ],
    ["Salesforce's own apps", {}, { platformApps: "keep" }, ["platformApps", null, 8]],
    ["what is not listed", {}, { unlisted: "report" }, ["unlisted", null, 8]],
    ["everything", {}, { mode: "report" }, ["mode", null, 8]],
    [
      "identity providers",
      {},
      { unlistedIdentityProviders: "report" },
      ["unlistedIdentityProviders", null, 8],
    ],
    [
      "users of high privilege",
      privilege("revoke"),
      privilege("alert"),
      ["highPrivilege.action", null, null],
      4,
    ],
    ["users who are frozen", {}, { leavers: { frozen: "report" } }, ["leavers.frozen", null, null]],
    [
      "a pattern",
      { unlisted: "report", appsLike: [{ name: "bob*", sanctioned: false }] },
      { unlisted: "report" },
      ["appsLike", null, 8],
    ],
    [
      "a pattern that nothing is like",
      { unlisted: "report", appsLike: [{ name: "zoom*", sanctioned: false }] },
      { unlisted: "report" },
      ["appsLike", null, 0],
    ],
  ])("%s, beside an app that is opened", (_, base, head, row, ofSlack = 3) => {
    const found = widenings(policy(some, base), policy("everyone", head), ORG);
    expect(new Set(found.map(({ key, app: of, users }) => [key, of, users]))).toEqual(
      new Set([row, ["apps[].users", "Slack", ofSlack]]),
    );
  });

  it("of high privilege, where nothing else is said", () => {
    const of = (action: "revoke" | "alert") => policy(some, privilege(action));
    expect(widenings(of("revoke"), of("alert"), ORG).map(({ key, users }) => [key, users])).toEqual([
      ["highPrivilege.action", 1],
    ]);
    const due = (action: "revoke" | "alert", reviewBy: string) => ({
      ...of(action),
      apps: [{ id: SLACK.id!, users: some, reviewBy }],
    });
    const later = widenings(due("revoke", "2027-01-01"), due("alert", "2028-01-01"), ORG);
    expect(later.map(({ key, users }) => [key, users])).toEqual([
      ["highPrivilege.action", 1],
      ["apps[].reviewBy", null],
    ]);
  });

  it("and an app that nobody gains has none", () => {
    const head = policy("everyone", { protected: { apps: [SLACK.id!] } });
    expect(widenings(policy("everyone"), head, ORG)).toMatchObject([{ key: "protected.apps", users: null }]);
  });
});

describe("an app that a pattern denies", () => {
  const like = { unlisted: "report" as const, appsLike: [{ name: "bob*", sanctioned: false as const }] };
  const bobs = (entry: Partial<Entry>) => ({ apps: [{ name: BOBS.name, ...entry }] as never });
  const found = (base: Partial<PolicyFile>, head: Partial<PolicyFile>) =>
    widenings(policy(some, { ...like, ...base }), policy(some, { ...like, ...head }), ORG).map(
      ({ key: of, severity, what }) => [of, severity, what],
    );

  it("and that is sanctioned by a new entry, was denied", () => {
    expect(found({ apps: [] }, bobs({ users: { usernames: [NAMES[0]!] } }))).toEqual([
      [
        "apps[].sanctioned",
        "high",
        `sanctioned for users "${NAMES[0]}" (before: denied as one that is called like "bob*")`,
      ],
    ]);
    expect(found({ apps: [] }, bobs({ sanctioned: false, mode: "report" }))).toEqual([
      ["apps[].mode", "high", 'denied, and only reported (before: denied as one that is called like "bob*")'],
    ]);
    expect(found({ apps: [] }, bobs({ users: "nobody" }))).toEqual([]);
  });

  it("and whose entry is taken out, is denied", () => {
    expect(found(bobs({ sanctioned: false }), { apps: [] })).toEqual([]);
    expect(found(bobs({ users: "everyone", maxIdleDays: 9 }), { apps: [] })).toEqual([]);
  });
});

it("an app of the same name but for its case is another app", () => {
  const [lower, upper] = [app("slack"), app("SLACK")];
  const org = inventoryOf({
    users: USERS,
    apps: [lower, upper],
    directory: ORG.directory,
    grants: USERS.flatMap(({ id }) => [grant(id, lower), grant(id, upper, { lastUsedAt: 0 })]),
  });
  const of = (name: string) =>
    policy(some, { unlisted: "report", apps: [{ name, users: "everyone", maxIdleDays: 9 }] });
  expect(
    widenings(of("slack"), of("SLACK"), org).map(({ key, app: named, what }) => [key, named, what]),
  ).toEqual([
    ["apps[].sanctioned", "SLACK", "sanctioned for everyone (before: not listed, and only reported)"],
    ["apps[].users", "slack", "no longer listed, with the limits that it had; its grants are only reported"],
  ]);
  const known = { reason: "Reads all", owner: "ben@dieppe.example", reviewBy: "2027-01-01" };
  const but = (name: string) =>
    policy(some, {
      apps: [],
      highPrivilege: { permissions: ["ModifyAllData"], exceptions: [{ ...known, app: name }] },
    });
  expect(widenings(but("slack"), but("SLACK"), org)).toMatchObject([{ key: "highPrivilege.exceptions" }]);
});

it("a profile of the same name but for its case is another one, and a username is not", () => {
  const profiles = ["Sales", "SALES"].map((name, n) => ({ id: sfId("00e", n), name }));
  const org = inventoryOf({
    users: [0, 1].map((n) => user(n, { profileId: profiles[n]!.id, profileName: profiles[n]!.name })),
    profiles,
    grants: [],
  });
  const of = (name: string, username: string) =>
    policy(some, {
      apps: [{ name: "Slack", users: { usernames: [username] } }],
      highPrivilege: { profiles: [name] },
      offboarded: [username],
    });
  expect(widenings(of("Sales", NAMES[1]!), of("SALES", NAMES[1]!.toUpperCase()), org)).toMatchObject([
    { key: "highPrivilege.profiles", severity: "high" },
  ]);
});

it("an org is the same by its id, whatever it is called and however long that is written", () => {
  const { id } = ORG.org;
  const of = (org: PolicyFile["org"] & object) => policy(some, { org });
  expect(widenings(of({ id, name: "Dieppe" }), of({ id: id.slice(0, 15) }), ORG)).toEqual([]);
  expect(widenings(of({ id, name: "Dieppe" }), of({ name: "Dieppe" }), ORG)).toMatchObject([
    { key: "org.id" },
  ]);
});

it("what is denied, and only reported, was only reported before", () => {
  const of = (...apps: readonly Entry[]) => policy(some, { unlisted: "report", apps: [...apps] });
  const found = widenings(of(), of({ name: BOBS.name, sanctioned: false, mode: "report" }), ORG);
  expect(found).toMatchObject([
    {
      key: "apps[].mode",
      severity: "medium",
      what: "denied, and only reported (before: not listed, and only reported)",
    },
  ]);
});

it("an app is the same by its name and by its id, wherever the plans say which it is", () => {
  const meant = { reason: "Migrating", owner: "ben@dieppe.example" };
  const others = [app("Bob's Lead Scoring Tool 2"), app("Bob's Lead Scoring Tool 3")] as const;
  const org = inventoryOf({ ...ORG, users: USERS, apps: [...ORG.apps, ...others] });
  const of = (ref: string) =>
    policy(some, {
      protected: { apps: [CHATTER.name] },
      exemptions: [{ ...meant, app: ref, expires: "2026-12-31" }],
    });
  const found = (base: string, head: string) =>
    widenings(of(base), of(head), org).map(({ key, app: named }) => [key, named]);
  expect(found("Slack", SLACK.id!)).toEqual([]);
  expect(found(SLACK.id!, "Slack")).toEqual([]);
  expect(found(others[0].name, others[1].name)).toEqual([["exemptions", others[1].name]]);
  expect(found("Slack", others[1].name)).toEqual([["exemptions", others[1].name]]);
  const by = (ref: string) => policy(some, { protected: { apps: [ref] } });
  expect(widenings(by("Slack"), by(SLACK.id!.slice(0, 15)), org)).toEqual([]);
  expect(
    widenings(policy("everyone"), { ...policy("everyone"), protected: { apps: [SLACK.id!] } }, org),
  ).toMatchObject([{ key: "protected.apps", app: "Slack" }]);
});
