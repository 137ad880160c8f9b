import type { OrgFixture } from "../fixture/fixture.ts";
import { permissionFlags } from "../fixture/permissions.ts";
import { freeIds } from "../ids.ts";
import type { Row, Tables } from "./rows.ts";

type PermissionSet = OrgFixture["permissionSets"][number];
type PermissionSetGroup = NonNullable<OrgFixture["permissionSetGroups"]>[number];

/**
 * Permission sets, who has them, and which apps they open. Salesforce keeps a set for every profile, which
 * its users are assigned to, and one for every group, which holds what the group's sets grant together.
 */
export function accessTables(fixture: OrgFixture, now: number): Tables {
  const { permissionSets, permissionSetGroups = [], profiles, users, apps } = fixture;
  const implied = freeIds(
    "0PS",
    permissionSets.map(({ id }) => id),
  );
  const ofSet = new Map(permissionSets.map(({ name, id }) => [name, id]));
  const ofGroup = new Map(permissionSetGroups.map(({ developerName }) => [developerName, implied()]));
  const ofProfile = new Map(profiles.map(({ name }) => [name, implied()]));
  const userIds = new Map(users.map(({ username, id }) => [username.toLowerCase(), id]));
  const assignmentId = freeIds("0Pa");
  // The prefix of a group's components is not documented: no client may count on this one.
  const componentId = freeIds("0PH");
  const accessId = freeIds("0J0");
  const assignment = (username: string, set: string, group: string | null, expires: number | null): Row => ({
    Id: assignmentId(),
    AssigneeId: userIds.get(username.toLowerCase())!,
    PermissionSetId: set,
    PermissionSetGroupId: group,
    IsActive: isCurrent(expires, now),
    ExpirationDate: expires,
  });
  return {
    PermissionSet: [
      ...permissionSets.map(({ id, name, label, namespacePrefix = null, permissions }) => ({
        ...permissionSet(id, "Regular", name, label, permissions),
        NamespacePrefix: namespacePrefix,
      })),
      ...permissionSetGroups.map((group) => ({
        ...permissionSet(
          ofGroup.get(group.developerName)!,
          "Group",
          group.developerName,
          group.label,
          groupPermissions(group, permissionSets),
        ),
        PermissionSetGroupId: group.id,
      })),
      ...profiles.map(({ id, name, permissions }) => ({
        // Salesforce names the set of a profile after the profile's id.
        ...permissionSet(ofProfile.get(name)!, "Profile", `X${id}`, id, permissions),
        IsOwnedByProfile: true,
        ProfileId: id,
      })),
    ],
    PermissionSetGroup: permissionSetGroups.map(({ id, developerName, label }) => ({
      Id: id,
      DeveloperName: developerName,
      MasterLabel: label,
      NamespacePrefix: null,
      Status: "Updated",
    })),
    PermissionSetGroupComponent: permissionSetGroups.flatMap((group) =>
      group.permissionSets.map((name) => ({
        Id: componentId(),
        PermissionSetGroupId: group.id,
        PermissionSetId: ofSet.get(name)!,
      })),
    ),
    PermissionSetAssignment: [
      ...permissionSets.flatMap((set) =>
        set.assignees.map((username) => assignment(username, set.id, null, expiration(set, username))),
      ),
      ...permissionSetGroups.flatMap(({ id, developerName, assignees }) =>
        assignees.map((username) => assignment(username, ofGroup.get(developerName)!, id, null)),
      ),
      ...users.map(({ username, profile }) => assignment(username, ofProfile.get(profile)!, null, null)),
    ],
    SetupEntityAccess: apps.flatMap(({ id, preauthorized: { profiles = [], permissionSets = [] } = {} }) =>
      [
        ...profiles.map((name) => ofProfile.get(name)!),
        ...permissionSets.map((name) => ofSet.get(name)!),
      ].map((parent) => ({
        Id: accessId(),
        ParentId: parent,
        SetupEntityId: id,
        SetupEntityType: id?.startsWith("0xI") ? "ExternalClientApplication" : "ConnectedApplication",
      })),
    ),
  };
}

/** The permissions of each user: those of the profile, and of the sets and groups that are assigned and not expired. */
export function permissionsByUser(fixture: OrgFixture, now: number): Map<string, ReadonlySet<string>> {
  const { profiles, permissionSets, permissionSetGroups = [], users } = fixture;
  const ofProfile = new Map(profiles.map(({ name, permissions }) => [name, permissions]));
  const assigned = new Map<string, string[]>();
  const assign = (username: string, permissions: readonly string[]) => {
    const user = username.toLowerCase();
    assigned.set(user, [...(assigned.get(user) ?? []), ...permissions]);
  };
  for (const set of permissionSets)
    for (const username of set.assignees)
      if (isCurrent(expiration(set, username), now)) assign(username, set.permissions);
  for (const group of permissionSetGroups)
    for (const username of group.assignees) assign(username, groupPermissions(group, permissionSets));
  return new Map(
    users.map(({ id, username, profile }) => [
      id,
      new Set([...ofProfile.get(profile)!, ...(assigned.get(username.toLowerCase()) ?? [])]),
    ]),
  );
}

/** What a group's sets grant together, less what the group mutes; a set on its own is not muted. */
function groupPermissions(
  { permissionSets: names, mutedPermissions = [] }: PermissionSetGroup,
  permissionSets: readonly PermissionSet[],
): string[] {
  const granted = permissionSets.filter(({ name }) => names.includes(name));
  return granted.flatMap(({ permissions }) => permissions).filter((name) => !mutedPermissions.includes(name));
}

function expiration({ expirations = {} }: PermissionSet, username: string): number | null {
  const [, instant] =
    Object.entries(expirations).find(([name]) => name.toLowerCase() === username.toLowerCase()) ?? [];
  return instant === undefined ? null : Date.parse(instant);
}

function isCurrent(expires: number | null, now: number): boolean {
  return expires === null || expires > now;
}

function permissionSet(
  id: string,
  type: string,
  name: string,
  label: string,
  permissions: readonly string[],
): Row {
  return {
    Id: id,
    Name: name,
    Label: label,
    Type: type,
    IsOwnedByProfile: false,
    ...permissionFlags(permissions),
  };
}
