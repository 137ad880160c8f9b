import { OBJECTS, PERMISSIONS } from "./fields.ts";
import type { OrgFixture } from "./fixture.ts";
import { sfId } from "./ids.ts";
import type { Row } from "./store.ts";

const EDITION = "Enterprise Edition";

/** The records of every sObject but OauthToken, and of those that depend on who asks. */
export function tables(fixture: OrgFixture): Map<string, Row[]> {
  const { organization, profiles, permissionSets, users } = fixture;
  const profileIds = new Map(profiles.map(({ name, id }) => [name, id]));
  const userIds = new Map(users.map(({ username, id }) => [username.toLowerCase(), id]));
  const filled = new Map<string, Row[]>(Object.keys(OBJECTS).map((name) => [name, []]));
  const table = (name: string, rows: Row[]) => filled.set(name, rows);
  table("Organization", [
    {
      Id: organization.id,
      Name: organization.name,
      IsSandbox: organization.isSandbox,
      OrganizationType: EDITION,
    },
  ]);
  table(
    "Profile",
    profiles.map(({ id, name, permissions }) => ({ Id: id, Name: name, ...flags(permissions) })),
  );
  table(
    "PermissionSet",
    permissionSets.map(({ id, name, label, permissions }) => ({
      Id: id,
      Name: name,
      Label: label,
      IsOwnedByProfile: false,
      ProfileId: null,
      ...flags(permissions),
    })),
  );
  table(
    "User",
    users.map(({ id, username, name, profile, isActive, userType }) => ({
      Id: id,
      Username: username,
      Name: name,
      Email: username,
      IsActive: isActive,
      ProfileId: profileIds.get(profile)!,
      UserType: userType,
    })),
  );
  table(
    "UserLogin",
    users.map(({ id, isFrozen = false }, i) => ({
      Id: sfId("0Yw", i + 1),
      UserId: id,
      IsFrozen: isFrozen,
      IsPasswordLocked: false,
    })),
  );
  table(
    "PermissionSetAssignment",
    permissionSets
      .flatMap(({ id, assignees }) => assignees.map((username) => ({ id, username })))
      .map(({ id, username }, i) => ({
        Id: sfId("0Pa", i + 1),
        AssigneeId: userIds.get(username.toLowerCase())!,
        PermissionSetId: id,
      })),
  );
  appTables(fixture, table);
  return filled;
}

/** The permissions of each user: those of the profile and of the assigned sets. */
export function permissionsByUser({
  profiles,
  permissionSets,
  users,
}: OrgFixture): Map<string, ReadonlySet<string>> {
  const ofProfile = new Map(profiles.map(({ name, permissions }) => [name, permissions]));
  const bySet = new Map<string, string[]>();
  for (const { assignees, permissions } of permissionSets)
    for (const username of assignees)
      bySet.set(username.toLowerCase(), [...(bySet.get(username.toLowerCase()) ?? []), ...permissions]);
  return new Map(
    users.map(({ id, username, profile }) => [
      id,
      new Set([...ofProfile.get(profile)!, ...(bySet.get(username.toLowerCase()) ?? [])]),
    ]),
  );
}

/** The apps that have an AppMenuItem, in the order of the items. */
export function menuApps({ apps }: OrgFixture): OrgFixture["apps"] {
  return apps.filter(({ id, inAppMenu }) => id !== null && inAppMenu);
}

/** The AppMenuItem of the n-th app of `menuApps`; the first item is a tab set. */
export function menuItemId(index: number): string {
  return sfId("0DS", index + 2);
}

function appTables(fixture: OrgFixture, table: (name: string, rows: Row[]) => unknown): void {
  table("AppMenuItem", [
    {
      Id: sfId("0DS", 1),
      ApplicationId: "02u000000000001AAA",
      Label: "Sales",
      Name: "standard__Sales",
      Type: "TabSet",
      IsUsingAdminAuthorization: false,
    },
    ...menuApps(fixture).map(({ id, name }, i) => ({
      Id: menuItemId(i),
      ApplicationId: id,
      Label: name,
      Name: developerName(name),
      Type: "ConnectedApplication",
      IsUsingAdminAuthorization: false,
    })),
  ]);
  const withPrefix = (prefix: string) => fixture.apps.filter(({ id }) => id?.startsWith(prefix));
  table(
    "ConnectedApplication",
    withPrefix("0H4").map(({ id, name }) => ({
      Id: id,
      Name: name,
      OptionsAllowAdminApprovedUsersOnly: false,
    })),
  );
  table(
    "ExternalClientApplication",
    withPrefix("0xI").map(({ id, name }) => ({
      Id: id,
      MasterLabel: name,
      DeveloperName: developerName(name),
      DistributionState: "Local",
    })),
  );
}

function flags(granted: readonly string[]): Record<string, boolean> {
  return Object.fromEntries(PERMISSIONS.map((name) => [`Permissions${name}`, granted.includes(name)]));
}

function developerName(label: string): string {
  return label.replace(/[^A-Za-z0-9]+/g, "_");
}
