import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { OrgFixture } from "../src/fixture/fixture.ts";
import { checkFixture } from "../src/fixture/readFixture.ts";
import { sfId, withChecksum } from "../src/ids.ts";
import { startLocalOrg } from "../src/localOrg.ts";
import { BOBS_TOOL, dieppeTrading, OUTLOOK, SLACK } from "../src/orgs/dieppeTrading.ts";
import { generateOrg } from "../src/orgs/generateOrg.ts";
import { DRIFT, DRIFT_EMAIL, rehearsal } from "../src/orgs/rehearsal.ts";
import { ANN, BEN, smallOrg } from "../src/orgs/smallOrg.ts";
import { query } from "./ask.ts";

type App = OrgFixture["apps"][number];

describe("Dieppe Trading", () => {
  const org = checkFixture(dieppeTrading(), "Dieppe Trading");
  const users = (app: string) =>
    new Set(org.grants.filter((grant) => grant.app === app).map(({ username }) => username));

  it("has 240 users on Outlook Plugin, 180 on Slack, 12 on Bob's tool; people overlap", () => {
    const [outlook, slack, bobs] = [OUTLOOK, SLACK, BOBS_TOOL].map(({ name }) => users(name)) as [
      Set<string>,
      Set<string>,
      Set<string>,
    ];
    expect([outlook.size, slack.size, bobs.size]).toEqual([240, 180, 12]);
    expect(outlook.intersection(slack).size).toBe(130);
    expect(bobs.difference(outlook.union(slack)).size).toBe(0);
  });

  it("has people with two grants for one app, and people with none, some of whom have left", () => {
    const pairs = Map.groupBy(org.grants, ({ username, app }) => `${username} ${app}`);
    expect([...pairs.values()].filter(({ length }) => length === 2)).toHaveLength(16);
    const connected = new Set(org.grants.map(({ username }) => username));
    const without = org.users.filter(({ username }) => !connected.has(username));
    expect([without.length, without.filter(({ isActive }) => !isActive).length]).toEqual([61, 15]);
    expect(org.users.filter(({ isActive, username }) => !isActive && connected.has(username))).toEqual([]);
  });

  it("is the same each time, with ids that Salesforce could have given", () => {
    expect(JSON.stringify(dieppeTrading())).toBe(JSON.stringify(org));
    for (const id of [org.organization.id, ...org.users.map((user) => user.id), OUTLOOK.id, SLACK.id])
      expect(withChecksum(id.slice(0, 15))).toBe(id);
    expect(withChecksum("001D000000IRFma")).toBe("001D000000IRFmaIAH"); // as Salesforce's documentation has it
  });
});

describe("the rehearsal of incidents", () => {
  const LEAVERS = ["emil.fontaine@dieppe.example", "esra.moreau@dieppe.example"];
  const FROZEN = "kaya.achebe@dieppe.example";
  const org = checkFixture(rehearsal(), "rehearsal");
  const of = (name: string) => org.grants.filter(({ app }) => app === name);
  const user = (username: string) => org.users.find((one) => one.username === username)!;

  it("has all of Dieppe Trading unchanged, and is the same each time", () => {
    const calm = dieppeTrading();
    expect(org.grants.slice(0, calm.grants.length)).toEqual(calm.grants);
    expect(calm.grants).toHaveLength(448);
    expect(rehearsal()).toEqual(org);
  });

  it("has a vendor with more grants than a run may revoke of one app unasked, and a second app of a like name", () => {
    expect(of(DRIFT.name)).toHaveLength(63);
    expect(of(DRIFT_EMAIL.name)).toHaveLength(6);
    expect(org.apps.find(({ name }) => name === DRIFT.name)).toMatchObject({
      id: DRIFT.id,
      standingAccess: [{ kind: "client-credentials", runAs: "drift.integration@dieppe.example" }],
    });
  });

  it("has a privileged integration user of the vendor, and people who have left or are frozen and hold grants", () => {
    const { profile } = user("drift.integration@dieppe.example");
    expect(org.profiles.find(({ name }) => name === profile)!.permissions).toContain("ModifyAllData");
    const connected = org.users.filter(({ username }) =>
      org.grants.some((grant) => grant.username === username),
    );
    expect(connected.filter(({ isActive }) => !isActive).map(({ username }) => username)).toEqual(LEAVERS);
    expect(connected.filter(({ isFrozen }) => isFrozen).map(({ username }) => username)).toEqual([FROZEN]);
  });
});

it("a generated org is the same for the same seed, another for another, and fits the format", () => {
  const make = (seed: number) => JSON.stringify(generateOrg({ seed, users: 30, grants: 200, apps: 6 }));
  expect(make(7)).toBe(make(7));
  expect(make(7)).not.toBe(make(8));
  expect(checkFixture(JSON.parse(make(7)), "generated").grants).toHaveLength(200);
});

describe("a fixture", () => {
  it("that is wrong says where", () => {
    const org = dieppeTrading();
    expect(() =>
      checkFixture({ ...org, organization: { ...org.organization, id: "x" } }, "org.json"),
    ).toThrow(/org\.json is not an org fixture.*\n {2}\/organization\/id must match pattern/);
    expect(() =>
      checkFixture({ ...org, grants: [{ ...org.grants[0]!, app: "Nope", username: "x@y" }] }, "org.json"),
    ).toThrow("/grants/0: no user x@y\n  /grants/0: no app Nope");
  });

  it("as the README shows it is right", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [example] = /```json\n(.*?)```/s.exec(readme)!.slice(1);
    expect(checkFixture(JSON.parse(example!), "README").grants).toHaveLength(1);
  });
});

describe("a fixture that contradicts itself says where", () => {
  const org = dieppeTrading();
  const [first, second] = org.users as [(typeof org.users)[number], (typeof org.users)[number]];
  it.each<[rule: string, change: Partial<typeof org>, message: string]>([
    [
      "a username in other letters is the same",
      { users: [...org.users, { ...first, id: sfId("005", 999), username: first.username.toUpperCase() }] },
      `/users/351/username: ${first.username} stands there twice`,
    ],
    [
      "an id stands once",
      { users: [first, { ...second, id: first.id }, ...org.users.slice(2)] },
      `/users/1/id: ${first.id} stands there twice`,
    ],
    [
      "an id ends as it must",
      { organization: { ...org.organization, id: "00D000000001942AAA" } },
      "/organization/id: 00D000000001942AAA is no id of Salesforce's; 00D000000001942EAA would be",
    ],
    [
      "a permission is one that the local org knows",
      { profiles: org.profiles.map((profile) => ({ ...profile, permissions: ["ManageUser"] })) },
      "/profiles/0/permissions: no permission ManageUser (known: ApiEnabled,",
    ],
    [
      "the caller can log in",
      {
        users: org.users.map((user) => (user.username === org.caller ? { ...user, isActive: false } : user)),
      },
      `/caller: ${org.caller} is not active`,
    ],
  ])("%s", (_rule, change, message) => {
    expect(() => checkFixture({ ...org, ...change }, "org.json")).toThrow(message);
  });

  it("apps may share a name, as they do in real orgs", () => {
    const apps = [...org.apps, { id: sfId("0H4", 77), name: "Slack", inAppMenu: true }];
    expect(checkFixture({ ...org, apps }, "org.json").apps).toHaveLength(5);
  });
});

describe("a fixture with roles, groups and settings that contradicts itself says where", () => {
  const org = smallOrg();
  const [payroll, , portal, tool] = org.apps as [App, App, App, App];
  const [reader, runner] = org.permissionSets as [OrgFixture["permissionSets"][number], never];
  const [group] = org.permissionSetGroups!;
  const [sales, east] = org.roles!;
  const [sellers, everybody] = org.publicGroups!;
  it.each<[message: string, change: Partial<OrgFixture>]>([
    ["/users/0: no role Nope", { users: [{ ...org.users[0]!, role: "Nope" }, ...org.users.slice(1)] }],
    ["/roles/0: no role Nope", { roles: [{ ...sales!, parent: "Nope" }, east!] }],
    ["/roles/0: Sales is above itself", { roles: [{ ...sales!, parent: "Sales_East" }, east!] }],
    ["/roles/2/id: ", { roles: [sales!, east!, { ...sales!, developerName: "Other" }] }],
    ["/roles/2/developerName: Sales stands there twice", { roles: [sales!, east!, sales!] }],
    ["no permission set Nope", { permissionSetGroups: [{ ...group!, permissionSets: ["Nope"] }] }],
    ["no permission Nope", { permissionSetGroups: [{ ...group!, mutedPermissions: ["Nope"] }] }],
    ["no user Nope", { permissionSetGroups: [{ ...group!, assignees: ["Nope"] }] }],
    [`${BEN.toUpperCase()} is no assignee`, { permissionSets: [{ ...reader, assignees: [ANN] }, runner] }],
    [
      "/publicGroups/0: Sellers holds itself",
      { publicGroups: [{ ...sellers!, members: { groups: ["Everybody"] } }, everybody!] },
    ],
    ["no role Nope", { publicGroups: [{ ...sellers!, members: { roles: ["Nope"] } }, everybody!] }],
    ["no public group Nope", { publicGroups: [sellers!, { ...everybody!, members: { groups: ["Nope"] } }] }],
    ["/apps/0: no profile Nope", { apps: [{ ...payroll, preauthorized: { profiles: ["Nope"] } }] }],
    ["has no settings", { apps: [{ ...tool, settings: { blocked: true } }] }],
    ["is for connected apps", { apps: [{ ...portal, settings: { createdInOrg: true } }] }],
    [
      "settings/developerName: Payroll stands there twice",
      { apps: [payroll, { ...portal, settings: { developerName: "Payroll" } }] },
    ],
    [
      "/apps/0/settings/refreshTokenPolicy must match pattern",
      { apps: [{ ...payroll, settings: { refreshTokenPolicy: "specific_lifetime:0:DAYS" } }] },
    ],
    ["/apps/0/settings/scopes/0", { apps: [{ ...payroll, settings: { scopes: ["api"] } }] }],
  ])("%s", (message, change) => {
    expect(() => checkFixture({ ...org, ...change }, "org.json")).toThrow(message);
  });

  it("and is right otherwise", () => {
    expect(checkFixture(org, "org.json")).toBe(org);
  });
});

it("an org is an Enterprise Edition, unless its fixture says another, or a trial", async () => {
  const typeOf = async (more: object) => {
    const fixture = smallOrg();
    const org = await startLocalOrg({
      org: checkFixture({ ...fixture, organization: { ...fixture.organization, ...more } }, "test"),
    });
    onTestFinished(() => org.close());
    const soql = "SELECT OrganizationType, TrialExpirationDate FROM Organization";
    const { OrganizationType, TrialExpirationDate } = (await query(org, soql)).body.records[0];
    return [OrganizationType, TrialExpirationDate];
  };
  expect(await typeOf({})).toEqual(["Enterprise Edition", null]);
  expect(await typeOf({ edition: "Developer Edition", trialEndsAt: "2026-12-01T00:00:00Z" })).toEqual([
    "Developer Edition",
    "2026-12-01T00:00:00.000+0000",
  ]);
});
