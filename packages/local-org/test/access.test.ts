import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OrgFixture } from "../src/fixture/fixture.ts";
import { checkFixture } from "../src/fixture/readFixture.ts";
import { sfId } from "../src/ids.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { smallOrg } from "../src/orgs/smallOrg.ts";
import { as, query } from "./ask.ts";

let org: LocalOrg;
beforeAll(async () => {
  org = await startLocalOrg({ org: checkFixture(smallOrg(), "the small org") });
});
afterAll(() => org.close());

/** The first records of a query, without their `attributes`. */
async function records(soql: string, token = org.accessToken): Promise<unknown[]> {
  const { status, body } = await query(org, soql, as(token));
  expect([status, body]).toMatchObject([200, { done: true }]);
  return JSON.parse(JSON.stringify(body.records, (key, value) => (key === "attributes" ? undefined : value)));
}

describe("users", () => {
  it("have a role, a last login and a UserLogin that says whether they are frozen", async () => {
    expect(
      await records("SELECT Username, UserRole.DeveloperName, LastLoginDate FROM User ORDER BY Username"),
    ).toEqual([
      {
        Username: "ann@small.example",
        UserRole: { DeveloperName: "Sales" },
        LastLoginDate: "2026-01-02T03:04:05.000+0000",
      },
      { Username: "ben@small.example", UserRole: { DeveloperName: "Sales_East" }, LastLoginDate: null },
      { Username: "bot@small.example", UserRole: null, LastLoginDate: null },
    ]);
    expect(await records("SELECT UserId, IsPasswordLocked FROM UserLogin WHERE IsFrozen = true")).toEqual([
      { UserId: sfId("005", 2), IsPasswordLocked: false },
    ]);
    const { body } = await query(org, "SELECT Id FROM UserLogin");
    expect(body.records.map(({ Id }: { Id: string }) => Id.slice(0, 3))).toEqual(["0Yw", "0Yw", "0Yw"]);
  });

  it("stand in a tree of roles", async () => {
    expect(await records("SELECT Id, Name, DeveloperName, ParentRoleId FROM UserRole")).toEqual([
      { Id: sfId("00E", 1), Name: "Sales", DeveloperName: "Sales", ParentRoleId: null },
      { Id: sfId("00E", 2), Name: "Sales East", DeveloperName: "Sales_East", ParentRoleId: sfId("00E", 1) },
    ]);
  });
});

it("a public group holds users, groups and the groups that Salesforce keeps for each role", async () => {
  const groups = await records("SELECT DeveloperName, Name, Type, Related.DeveloperName FROM Group");
  expect(groups).toEqual([
    { DeveloperName: "Sellers", Name: "Sellers", Type: "Regular", Related: null },
    { DeveloperName: "Everybody", Name: "Everybody", Type: "Regular", Related: null },
    ...["Role", "RoleAndSubordinates"].flatMap((Type) =>
      ["Sales", "Sales_East"].map((DeveloperName) => ({
        DeveloperName,
        Name: null,
        Type,
        Related: { DeveloperName },
      })),
    ),
  ]);
  const ids = async (where: string) =>
    (await records(`SELECT Id FROM Group WHERE ${where}`)).map((row) => (row as { Id: string }).Id);
  const [east] = await ids("Type = 'Role' AND RelatedId = '00E000000000002'");
  const [below] = await ids("Type = 'RoleAndSubordinates' AND DeveloperName = 'Sales'");
  expect(await records("SELECT Group.DeveloperName, UserOrGroupId FROM GroupMember")).toEqual([
    { Group: { DeveloperName: "Sellers" }, UserOrGroupId: sfId("005", 1) },
    { Group: { DeveloperName: "Sellers" }, UserOrGroupId: east },
    { Group: { DeveloperName: "Everybody" }, UserOrGroupId: sfId("00G", 1) },
    { Group: { DeveloperName: "Everybody" }, UserOrGroupId: below },
  ]);
  const { body } = await query(org, "SELECT COUNT() FROM GroupMember WHERE Id = '011000000000001'");
  expect(body.totalSize).toBe(1);
});

describe("permission sets", () => {
  it("are regular, those of profiles, and those of groups: what their sets grant, less what is muted", async () => {
    expect(
      await records(
        "SELECT Name, Type, NamespacePrefix, IsOwnedByProfile, Profile.Name, PermissionSetGroup.DeveloperName, PermissionsViewAllData, PermissionsManageUsers FROM PermissionSet ORDER BY Type, Name",
      ),
    ).toEqual([
      set("Desk", "Group", { PermissionSetGroup: { DeveloperName: "Desk" }, PermissionsViewAllData: true }),
      ...["Bot", "Staff"].map((Name, i) =>
        set(`X${sfId("00e", i + 1)}`, "Profile", {
          IsOwnedByProfile: true,
          Profile: { Name },
          PermissionsManageUsers: Name === "Bot",
        }),
      ),
      set("Reader", "Regular", { NamespacePrefix: "acme", PermissionsViewAllData: true }),
      set("Runner", "Regular", { PermissionsManageUsers: true }),
    ]);
  });

  it("are assigned directly, until they expire, by group, and each profile's to its users", async () => {
    expect(
      await records(
        "SELECT Assignee.Username, PermissionSet.Type, PermissionSet.Name, PermissionSetGroup.MasterLabel, IsActive, ExpirationDate FROM PermissionSetAssignment WHERE PermissionSet.IsOwnedByProfile = false",
      ),
    ).toEqual([
      assigned("ann@small.example", "Reader", { ExpirationDate: "2999-01-01T00:00:00.000+0000" }),
      assigned("ben@small.example", "Reader", {
        IsActive: false,
        ExpirationDate: "2020-01-01T00:00:00.000+0000",
      }),
      assigned("ben@small.example", "Desk", {
        PermissionSet: { Type: "Group", Name: "Desk" },
        PermissionSetGroup: { MasterLabel: "Service desk" },
      }),
    ]);
    expect(
      await records(
        "SELECT Assignee.Username, PermissionSet.Profile.Name FROM PermissionSetAssignment WHERE PermissionSet.IsOwnedByProfile = true",
      ),
    ).toEqual([
      { Assignee: { Username: "ann@small.example" }, PermissionSet: { Profile: { Name: "Staff" } } },
      { Assignee: { Username: "ben@small.example" }, PermissionSet: { Profile: { Name: "Staff" } } },
      { Assignee: { Username: "bot@small.example" }, PermissionSet: { Profile: { Name: "Bot" } } },
    ]);
  });

  it("of a group are its components", async () => {
    expect(
      await records(
        "SELECT PermissionSetGroup.Status, PermissionSetGroupId, PermissionSet.Name FROM PermissionSetGroupComponent",
      ),
    ).toEqual(
      ["Reader", "Runner"].map((Name) => ({
        PermissionSetGroup: { Status: "Updated" },
        PermissionSetGroupId: sfId("0PG", 1),
        PermissionSet: { Name },
      })),
    );
  });

  it.each([
    ["ann@small.example", true, false],
    // Her own assignment has expired: what she may, she may by the group, which mutes ManageUsers.
    ["ben@small.example", true, false],
    ["bot@small.example", false, true],
  ])("decide what %s may", async (username, viewAllData, manageUsers) => {
    expect(
      await records(
        "SELECT PermissionsViewAllData, PermissionsManageUsers FROM UserPermissionAccess",
        org.sessionFor(username),
      ),
    ).toEqual([{ PermissionsViewAllData: viewAllData, PermissionsManageUsers: manageUsers }]);
  });

  it("open apps to those who have them", async () => {
    expect(
      await records(
        "SELECT Parent.Name, Parent.Profile.Name, SetupEntityId, SetupEntityType FROM SetupEntityAccess",
      ),
    ).toEqual([
      {
        Parent: { Name: `X${sfId("00e", 1)}`, Profile: { Name: "Bot" } },
        SetupEntityId: sfId("0H4", 1),
        SetupEntityType: "ConnectedApplication",
      },
      {
        Parent: { Name: "Reader", Profile: null },
        SetupEntityId: sfId("0H4", 1),
        SetupEntityType: "ConnectedApplication",
      },
      {
        Parent: { Name: "Runner", Profile: null },
        SetupEntityId: sfId("0xI", 1),
        SetupEntityType: "ExternalClientApplication",
      },
    ]);
  });
});

describe("permissions that only some orgs have", () => {
  it.each(["UseAnyApiClient", "CanApproveUninstalledApps"])("%s", async (permission) => {
    const asked = `SELECT Permissions${permission} FROM Profile WHERE Name = 'Bot'`;
    expect((await query(org, asked)).body).toMatchObject([{ errorCode: "INVALID_FIELD" }]);
    const { profiles, ...rest } = smallOrg();
    const [bot, ...others] = profiles as [OrgFixture["profiles"][number]];
    const fixture = { ...rest, profiles: [{ ...bot, permissions: [permission] }, ...others] };
    const having = await startLocalOrg({ org: fixture, permissions: [permission] });
    expect((await query(having, asked)).body.records).toMatchObject([{ [`Permissions${permission}`]: true }]);
    await having.close();
  });

  it("are known by name", async () => {
    await expect(startLocalOrg({ org: smallOrg(), permissions: ["Fly"] })).rejects.toThrow(
      "permissions: Fly is none that only some orgs have",
    );
  });
});

function set(Name: string, Type: string, rest: object): object {
  return {
    Name,
    Type,
    NamespacePrefix: null,
    IsOwnedByProfile: false,
    Profile: null,
    PermissionSetGroup: null,
    PermissionsViewAllData: false,
    PermissionsManageUsers: false,
    ...rest,
  };
}

function assigned(username: string, Name: string, rest: object): object {
  return {
    Assignee: { Username: username },
    PermissionSet: { Type: "Regular", Name },
    PermissionSetGroup: null,
    IsActive: true,
    ExpirationDate: null,
    ...rest,
  };
}
