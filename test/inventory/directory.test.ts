import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { ANN, BEN, BOT, DIALER, PAYROLL, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { readApps, readChangedUsers, readFirstUsers, readUsers } from "../../src/inventory/directory.ts";
import type { Inventory, MemberSet } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { type DirectoryNeeds, NO_NEEDS } from "../../src/inventory/needs.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { UserId } from "../../src/salesforce/id.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { alterAnswers } from "../altered.ts";
import { sfId } from "../inventories.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function list(
  needs: Partial<DirectoryNeeds>,
  fixture: OrgFixture = smallOrg(),
  options: Partial<LocalOrgOptions> = {},
): Promise<Inventory> {
  org = await startLocalOrg({
    org: fixture,
    readOnly: true,
    consumerSecretsInMetadata: "allowed",
    ...options,
  });
  const connection = await connect(
    readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}),
  );
  const inventory = await listInventory(connection, { needs: { ...NO_NEEDS, ...needs } });
  expect(org.writes).toEqual([]);
  return inventory;
}
/** The members by username, sorted; null where they were not read. */
function members({ users }: Inventory, sets: readonly MemberSet[]) {
  return Object.fromEntries(sets.map(({ name, userIds }) => [name, userIds && usernames(users, userIds)]));
}
function usernames(users: Inventory["users"], ids: Iterable<UserId>): string[] {
  return [...ids].map((id) => users.get(id)!.username).sort();
}
/** A reader of the small org, of which the rows of some queries are changed on their way. */
async function altered(change: (soql: string, rows: Row[]) => Row[] | undefined): Promise<OrgReader> {
  org = await startLocalOrg({ org: smallOrg(), readOnly: true });
  const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
  return {
    ...reader,
    query: async <T>(soql: string, options?: Parameters<OrgReader["query"]>[1]) => {
      const answer = await reader.query<T>(soql, options);
      const rows = change(soql, answer.rows as Row[]);
      return rows === undefined ? answer : { ...answer, rows: rows as T[], totalSize: rows.length };
    },
    eachPage: <T>(soql: string, take: (rows: T[], isFirst: boolean) => void) =>
      reader.eachPage<T>(soql, (rows, isFirst) =>
        take((change(soql, rows as Row[]) ?? rows) as T[], isFirst),
      ),
  };
}
type Row = Record<string, unknown>;
const asked = () => org!.requests.flatMap(({ soql, path }) => soql ?? (path.includes("/Soap/") ? path : []));

describe("what the policy asks for, and no further", () => {
  it("nothing is asked of the org where the policy asks for nothing", async () => {
    const { directory } = await list({});
    expect(directory).toMatchObject({ permissionSets: [], publicGroups: [], roles: [] });
    expect(asked().filter((soql) => /FROM PermissionSet|UserRole|Group/.test(soql))).toEqual([]);
  });

  it("frozen users are known whatever the policy asks", async () => {
    const { users } = await list({});
    expect([...users.values()].map(({ username, isFrozen }) => [username, isFrozen])).toEqual([
      [ANN, false],
      [BEN, true],
      [BOT, false],
    ]);
  });

  it("a permission set has those who hold it, or a group with it, while the assignment is active", async () => {
    const inventory = await list({ permissionSets: ["Reader"] });
    // Ben's own assignment has expired; his group's has not.
    expect(members(inventory, inventory.directory.permissionSets)).toEqual({
      acme__Reader: [ANN, BEN],
      Runner: null,
    });
    expect(asked().filter((soql) => soql.includes("FROM PermissionSetAssignment"))).toEqual([
      "SELECT AssigneeId, PermissionSetId, PermissionSetGroupId, IsActive FROM PermissionSetAssignment WHERE PermissionSetId IN ('0PS000000000001GAA')",
      "SELECT AssigneeId, PermissionSetId, PermissionSetGroupId, IsActive FROM PermissionSetAssignment WHERE PermissionSetGroupId IN ('0PG000000000001GAA')",
    ]);
  });

  it("an assignment that has expired does not count", async () => {
    const fixture = smallOrg();
    const inventory = await list(
      { permissionSets: ["Reader"] },
      {
        ...fixture,
        permissionSetGroups: fixture.permissionSetGroups!.map((group) => ({ ...group, assignees: [] })),
      },
    );
    expect(members(inventory, inventory.directory.permissionSets).acme__Reader).toEqual([ANN]);
  });

  it("a permission set group has those who are assigned to it, by its label too", async () => {
    const inventory = await list({ permissionSetGroups: ["Service desk"] });
    expect(members(inventory, inventory.directory.permissionSetGroups)).toEqual({ Desk: [BEN] });
  });

  it("a permission is held through profile, permission set and group, but not where the group mutes it", async () => {
    const { users, directory } = await list({ permissions: ["ManageUsers", "ViewAllData", "FlyToTheMoon"] });
    expect(
      [...directory.permissionHolders].map(([name, ids]) => [name, usernames(users, ids)]).sort(),
    ).toEqual([
      ["ManageUsers", [BOT]],
      ["ViewAllData", [ANN, BEN]],
    ]);
  });

  it("of a permission set in no group nobody is asked for through a group", async () => {
    const fixture = smallOrg();
    await list({ permissionSets: ["Reader"] }, { ...fixture, permissionSetGroups: [] });
    expect(asked().filter((soql) => soql.includes("FROM PermissionSetAssignment"))).toHaveLength(1);
  });

  it("a permission is held through a group that has no record of its own, by the sets in it", async () => {
    const reader = await altered((soql, rows) =>
      soql.includes("FROM PermissionSet ")
        ? rows.filter(({ PermissionSetGroupId }) => PermissionSetGroupId === null)
        : undefined,
    );
    const needs = { ...NO_NEEDS, permissions: ["ManageUsers", "ViewAllData"] };
    const { users, directory } = await listInventory(reader, { needs });
    expect(
      [...directory.permissionHolders].map(([name, ids]) => [name, usernames(users, ids)]).sort(),
    ).toEqual([
      ["ManageUsers", [BEN, BOT]],
      ["ViewAllData", [ANN, BEN]],
    ]);
  });

  it("roles and who has them", async () => {
    const { users, directory } = await list({ roles: true });
    const byId = new Map(directory.roles.map(({ id, name }) => [id, name]));
    expect(directory.roles.map(({ name, parentId }) => [name, byId.get(parentId ?? "") ?? null])).toEqual([
      ["Sales", null],
      ["Sales_East", "Sales"],
    ]);
    expect(
      [...users.values()].map(({ username, roleId }) => [username, byId.get(roleId ?? "") ?? null]),
    ).toEqual([
      [ANN, "Sales"],
      [BEN, "Sales_East"],
      [BOT, null],
    ]);
  });

  it("a public group has its users, the users of its roles, and those of the groups in it", async () => {
    const fixture = smallOrg();
    const [sellers, everybody] = fixture.publicGroups!;
    const inventory = await list(
      { publicGroups: ["Sellers", "Everybody", "Nested"], roles: true },
      {
        ...fixture,
        publicGroups: [
          { ...sellers!, members: { users: [BOT], roles: ["Sales_East"] } },
          { ...everybody!, members: { rolesAndSubordinates: ["Sales"] } },
          {
            id: "00G000000000003AAA",
            name: "All nested",
            developerName: "Nested",
            members: { groups: ["Sellers"] },
          },
        ],
      },
    );
    expect(members(inventory, inventory.directory.publicGroups)).toEqual({
      Sellers: [BEN, BOT],
      Everybody: [ANN, BEN],
      Nested: [BEN, BOT],
    });
  });

  it("groups in each other have the users of both, and no end is waited for", async () => {
    const fixture = smallOrg();
    const [sellers, everybody] = fixture.publicGroups!;
    const inventory = await list(
      { publicGroups: ["Sellers", "Everybody"], roles: true },
      {
        ...fixture,
        publicGroups: [
          { ...sellers!, members: { users: [ANN], groups: ["Everybody"] } },
          { ...everybody!, members: { users: [BOT], groups: ["Sellers"] } },
        ],
      },
    );
    expect(members(inventory, inventory.directory.publicGroups)).toEqual({
      Sellers: [ANN, BOT],
      Everybody: [ANN, BOT],
    });
  });

  it("a group deep within others gives them its users, though it is not asked for itself", async () => {
    const fixture = smallOrg();
    const group = (n: number, developerName: string, members: object) => ({
      id: `00G00000000000${n}AAA`,
      name: `The ${developerName}`,
      developerName,
      members,
    });
    const inventory = await list(
      { publicGroups: ["The Top"], roles: true },
      {
        ...fixture,
        publicGroups: [
          group(4, "Deep", { users: [BEN] }),
          group(5, "Middle", { groups: ["Deep"], users: [BOT] }),
          group(6, "Top", { groups: ["Middle"] }),
        ],
      },
    );
    expect(members(inventory, inventory.directory.publicGroups)).toEqual({
      Deep: null,
      Middle: null,
      Top: [BEN, BOT],
    });
  });

  it.each(["Territory", "AllCustomerPortal"])(
    "a group with a member of type %s is inconclusive: its users are not nobody",
    async (type) => {
      org = await startLocalOrg({ org: smallOrg(), readOnly: true });
      const reader = await connect(
        readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}),
      );
      const odd = {
        ...reader,
        query: async <Row>(soql: string, options?: { readonly enough?: number }) => {
          const answer = await reader.query<Row & { Type?: string }>(soql, options);
          const rows = answer.rows.map((row) => (row.Type === "Role" ? { ...row, Type: type } : row));
          return { ...answer, rows: rows as Row[] };
        },
      };
      await expect(
        listInventory(odd, { needs: { ...NO_NEEDS, publicGroups: ["Sellers"], roles: true } }),
      ).rejects.toThrow(
        new RegExp(
          `the public group "Sellers" has a member \\(00G\\w+, ${type}\\) whose users cannot be determined`,
        ),
      );
    },
  );

  it("a permission set of a package goes by its namespace, and by its label in any case", async () => {
    for (const name of ["acme__Reader", "READER"]) {
      const inventory = await list({ permissionSets: [name] });
      expect(members(inventory, inventory.directory.permissionSets)).toEqual({
        acme__Reader: [ANN, BEN],
        Runner: null,
      });
      await org!.close();
    }
  });

  it("an org that knows no namespaces of permission sets is listed without", async () => {
    const inventory = await list({ permissionSets: ["Reader"] }, smallOrg(), {
      refusedFields: ["PermissionSet.NamespacePrefix", "PermissionSetGroup.NamespacePrefix"],
    });
    expect(members(inventory, inventory.directory.permissionSets)).toEqual({
      Reader: [ANN, BEN],
      Runner: null,
    });
  });

  it("a public group that is not asked for is known by name alone", async () => {
    const inventory = await list({ publicGroups: ["Sellers"], roles: true });
    expect(members(inventory, inventory.directory.publicGroups)).toEqual({
      Sellers: [ANN, BEN],
      Everybody: null,
    });
  });
});

describe("users", () => {
  it("of whom the org says no profile and no type have none", async () => {
    const reader = await altered((soql, rows) =>
      soql.includes(" FROM User")
        ? rows.map((row) => ({ ...row, ProfileId: null, Profile: null, UserType: null }))
        : undefined,
    );
    const [user] = (await readUsers(reader, NO_NEEDS, await readFirstUsers(reader, NO_NEEDS))).values();
    expect(user).toEqual({
      id: sfId("005", 1),
      username: ANN,
      name: "Ann",
      isActive: true,
      isFrozen: false,
      profileId: null,
      profileName: null,
      userType: null,
      roleId: null,
    });
  });

  it("that changed are frozen as they were known to be, and have their roles where roles are known", async () => {
    const reader = await altered(() => undefined);
    const changed = async (roles: boolean) => {
      const known = await readUsers(reader, { roles }, await readFirstUsers(reader, { roles }));
      const [first, second] = [...known.keys()];
      // Of one, nothing was known before.
      const before = new Map([...known].filter(([id]) => id !== first));
      const read = await readChangedUsers(reader, 0, before);
      return [first!, second!].map((id) => [read.get(id)!.isFrozen, read.get(id)!.roleId]);
    };
    expect(await changed(true)).toEqual([
      [false, sfId("00E", 1)],
      [true, sfId("00E", 2)],
    ]);
    expect(await changed(false)).toEqual([
      [false, null],
      [true, null],
    ]);
  });
});

describe("the registered apps", () => {
  it("are those of the app menu too, which gives them other names; what it lists besides is no app", async () => {
    const [listed, unknown] = [sfId("0H4", 8), sfId("0AB", 9)];
    const reader = await altered((soql) =>
      soql.includes("FROM AppMenuItem")
        ? [
            { ApplicationId: null, Label: "A tab" },
            { ApplicationId: unknown, Label: "A console" },
            { ApplicationId: listed.slice(0, 15), Label: "Calls" },
            { ApplicationId: DIALER.id, Label: "The dialer" },
          ]
        : undefined,
    );
    const { apps, labels } = await readApps(reader);
    expect(labels).toEqual([
      { id: listed, label: "Calls" },
      { id: DIALER.id, label: "The dialer" },
    ]);
    const app = (id: string, name: string, kind: string, adminApprovedOnly: boolean | null) => ({
      key: id,
      id,
      name,
      kind,
      adminApprovedOnly,
    });
    expect(apps).toEqual([
      app(PAYROLL.id, PAYROLL.name, "connected-app", true),
      { ...app(DIALER.id, DIALER.name, "connected-app", false), inAppMenu: true },
      app(PORTAL.id, PORTAL.name, "external-client-app", null),
      { ...app(listed, "Calls", "connected-app", null), inAppMenu: true },
    ]);
  });

  it("say which package brought them, as far as the app menu does and the org lets it be read", async () => {
    const small = smallOrg();
    const fixture = {
      ...small,
      apps: small.apps.map((app) =>
        app.id === DIALER.id ? { ...app, namespacePrefix: "sf_chttr_apps" } : app,
      ),
    };
    const namespaces = async (options: Partial<LocalOrgOptions> = {}) => {
      const { apps } = await list({}, fixture, options);
      await org?.close();
      return apps.flatMap(({ id, namespace }) => (namespace === undefined ? [] : [[id, namespace]]));
    };
    expect(await namespaces()).toEqual([[DIALER.id, "sf_chttr_apps"]]);
    expect(await namespaces({ refusedFields: ["AppMenuItem.NamespacePrefix"] })).toEqual([]);
  });

  it("are without external client apps in an org that knows none, and not where it refuses to say", async () => {
    const reader = await altered(() => undefined);
    const refusing = (errorCode: string) =>
      org!.setFaults([{ kind: "status", match: "FROM ExternalClientApplication", status: 400, errorCode }]);
    refusing("INVALID_TYPE");
    expect((await readApps(reader)).apps.map(({ name }) => name)).toContain(DIALER.name);
    refusing("INSUFFICIENT_ACCESS");
    await expect(readApps(reader)).rejects.toMatchObject({ salesforceCode: "INSUFFICIENT_ACCESS" });
  });
});

describe("scopes and settings of apps", () => {
  const NO_END = Number.POSITIVE_INFINITY;
  const unknown = { scopes: null, adminApprovedUsersOnly: null, refreshTokenDays: null, ipRelaxation: null };
  const settingsOf = async (
    ...input: Parameters<typeof list> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const { apps, directory } = await list({ appSettings: true }, ...input);
    return Object.fromEntries(
      apps.map(({ name, key }) => [name, directory.appSettings.get(key) ?? null] as const),
    );
  };

  it("are read through the Metadata API, where the org lets them be read", async () => {
    expect(await settingsOf()).toEqual({
      [PAYROLL.name]: {
        scopes: ["api", "refresh_token"],
        adminApprovedUsersOnly: true,
        refreshTokenDays: 30,
        ipRelaxation: "bypass-2factor",
      },
      // Installed from elsewhere: its metadata is not handed out.
      [DIALER.name]: { ...unknown, adminApprovedUsersOnly: false },
      [PORTAL.name]: {
        scopes: ["api", "web"],
        adminApprovedUsersOnly: true,
        refreshTokenDays: 0.5,
        ipRelaxation: "enforce-relax-refresh",
      },
      "Old Tool": null,
    });
  });

  it.each([
    ["infinite", NO_END],
    ["zero", 0],
    ["specific_lifetime:3:MONTHS", 93],
    ["specific_inactivity:36:HOURS", 1.5],
  ])("a refresh token policy of %s ends tokens within %d days", async (refreshTokenPolicy, days) => {
    const fixture = smallOrg();
    const apps = fixture.apps.map((app) =>
      app.settings === undefined ? app : { ...app, settings: { ...app.settings, refreshTokenPolicy } },
    );
    const settings = await settingsOf({ ...fixture, apps });
    expect([settings[PAYROLL.name]?.refreshTokenDays, settings[PORTAL.name]?.refreshTokenDays]).toEqual([
      days,
      days,
    ]);
  });

  describe("are an app's by its id, never by its label:", () => {
    const SHARED = "Slack";
    const installed = { id: sfId("0H4", 21), name: SHARED, inAppMenu: true };
    const made = (n: number, developerName: string, scope: string) => ({
      id: sfId("0H4", n),
      name: SHARED,
      inAppMenu: true,
      settings: { createdInOrg: true, developerName, scopes: [scope] },
    });
    const external = (n: number, developerName: string, scope: string) => ({
      id: sfId("0xI", n),
      name: SHARED,
      inAppMenu: true,
      settings: { developerName, scopes: [scope] },
    });
    const scopesOf = async (apps: OrgFixture["apps"]) => {
      const { directory } = await list({ appSettings: true }, { ...smallOrg(), apps, grants: [] });
      return apps.map(({ id }) => directory.appSettings.get(id!)?.scopes);
    };

    it("an installed app does not get those of one that the org made, nor that one the other's", async () => {
      expect(await scopesOf([installed, made(22, "Slack_Here", "Full")])).toEqual([null, ["full"]]);
    });

    it("two that the org made, and two external ones, have each their own", async () => {
      const apps = [
        made(22, "One", "Full"),
        made(23, "Two", "Api"),
        external(24, "Three", "Web"),
        external(25, "Four", "Api"),
      ];
      expect(await scopesOf(apps)).toEqual([["full"], ["api"], ["web"], ["api"]]);
    });

    it("a name that the metadata has twice says nothing of either", async () => {
      const first = made(22, "One", "Full");
      const { developerName: _, ...settings } = made(23, "Two", "Api").settings;
      const apps = [
        { ...first, settings: { ...first.settings, developerName: SHARED } },
        { ...made(23, "Two", "Api"), settings },
      ];
      expect(await scopesOf(apps)).toEqual([null, null]);
    });
  });

  it.each([
    ["its id", /<id>[^<]*<\/id>/g],
    ["its OAuth settings", /<oauthConfig>.*?<\/oauthConfig>/gs],
    ["a scope that is not known here", /<scopes>Api<\/scopes>/g, "<scopes>constructor</scopes>"],
  ] as [string, RegExp, string?][])(
    "an app whose metadata does not say %s asks for nobody knows what",
    async (_what, without, other = "") => {
      org = await startLocalOrg({ org: smallOrg() });
      const altered = await alterAnswers(org, (request, answer) =>
        request.includes("/Soap/") ? { body: answer.body.replace(without, other) } : null,
      );
      const reader = await connect(
        readCredentials({ instanceUrl: altered.url, accessToken: org.accessToken }, {}),
      );
      const { directory } = await listInventory(reader, { needs: { ...NO_NEEDS, appSettings: true } });
      await altered.close();
      expect(altered.altered).toBeGreaterThan(0);
      expect(directory.appSettings.get(PAYROLL.id)!.scopes).toBeNull();
    },
  );

  it("an app whose metadata has no OAuth policy has its scopes, and what the policy would say is unknown", async () => {
    org = await startLocalOrg({ org: smallOrg() });
    const without = await alterAnswers(org, (request, answer) =>
      request.includes("/Soap/")
        ? { body: answer.body.replace(/<oauthPolicy>.*?<\/oauthPolicy>/gs, "") }
        : null,
    );
    const reader = await connect(
      readCredentials({ instanceUrl: without.url, accessToken: org.accessToken }, {}),
    );
    const { directory } = await listInventory(reader, { needs: { ...NO_NEEDS, appSettings: true } });
    await without.close();
    expect(directory.appSettings.get(PAYROLL.id)).toEqual({
      ...unknown,
      scopes: ["api", "refresh_token"],
      adminApprovedUsersOnly: true,
    });
  });

  it.each<[type: string | null, period: number | null, unit: string | null, days: number | null]>([
    [null, 3, "Days", null],
    ["SpecificLifetime", 3, "Days", 3],
    ["SpecificLifetime", null, "Days", null],
    ["SpecificLifetime", 3, "Fortnights", null],
    ["SpecificLifetime", 3, null, null],
    ["Zero", 3, "Days", 0],
    ["Infinite", 3, "Days", NO_END],
  ])(
    "an external client app's policy of %s, %s %s ends tokens within %s days",
    async (type, period, unit, days) => {
      const reader = await altered((soql, rows) =>
        soql.includes("FROM ExtlClntAppOauthPlcyCnfg")
          ? rows.map((row) => ({
              ...row,
              RefreshTokenPolicyType: type,
              RefreshTokenValidityPeriod: period,
              RefreshTokenValidityUnit: unit,
            }))
          : undefined,
      );
      const { directory } = await listInventory(reader, { needs: { ...NO_NEEDS, appSettings: true } });
      expect(directory.appSettings.get(PORTAL.id)!.refreshTokenDays).toBe(days);
    },
  );

  it("stay unknown to a caller who may not read metadata, and the list is complete all the same", async () => {
    const fixture = smallOrg();
    const profiles = fixture.profiles.map((profile) => ({
      ...profile,
      permissions: profile.permissions.filter((permission) => permission !== "ModifyMetadata"),
    }));
    const settings = await settingsOf({ ...fixture, profiles });
    expect(settings[PAYROLL.name]).toEqual({ ...unknown, adminApprovedUsersOnly: true });
    expect(settings[PORTAL.name]).toEqual({
      ...unknown,
      adminApprovedUsersOnly: true,
      refreshTokenDays: 0.5,
    });
  });
});

describe("where the org answers otherwise", () => {
  it("an org without CreatedDate is listed by user, which the proof names", async () => {
    const { grants, proof } = await list({}, smallOrg(), { refusedFields: ["OauthToken.CreatedDate"] });
    expect(grants.map(({ createdAt }) => createdAt)).toEqual([null, null, null, null]);
    expect([proof.read, proof.partition]).toEqual([4, "UserId"]);
  });

  it("grants of external client apps that OauthToken does not show are in the list, once", async () => {
    const { grants, proof } = await list({}, smallOrg(), { usageBesideRows: "usage-alone" });
    expect(grants.map(({ app, source }) => [app.name, source ?? "OauthToken"]).sort()).toEqual(
      [
        [DIALER.name, "OauthToken"],
        ["Old Tool", "OauthToken"],
        [PORTAL.name, "usage"],
        [PAYROLL.name, "OauthToken"],
      ].sort(),
    );
    expect(proof).toMatchObject({ read: 3, fromUsage: 1 });
  });
});
