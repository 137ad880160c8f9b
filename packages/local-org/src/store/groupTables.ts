import type { OrgFixture } from "../fixture/fixture.ts";
import { freeIds } from "../ids.ts";
import type { Row, Tables } from "./rows.ts";

/**
 * Group and GroupMember. Salesforce keeps two groups for every role, of those who hold it and of those with
 * everybody below them; a public group that names a role has such a group as its member.
 */
export function publicGroupTables({ publicGroups = [], roles = [], users }: OrgFixture): Tables {
  const groupId = freeIds(
    "00G",
    publicGroups.map(({ id }) => id),
  );
  const memberId = freeIds("011");
  const userIds = new Map(users.map(({ username, id }) => [username.toLowerCase(), id]));
  const regular = publicGroups.map(({ id, name, developerName }) =>
    group(id, name, developerName, "Regular", null),
  );
  // The name of a role's group is null: who wants one reads Related.Name.
  const ofRole = (type: string) =>
    roles.map(({ id, developerName }) => group(groupId(), null, developerName, type, id));
  const [role, roleAndSubordinates] = [ofRole("Role"), ofRole("RoleAndSubordinates")];
  const named = (rows: Row[], names: readonly string[] = []) =>
    names.map((name) => rows.find(({ DeveloperName }) => DeveloperName === name)!.Id!);
  return {
    Group: [...regular, ...role, ...roleAndSubordinates],
    GroupMember: publicGroups.flatMap(({ id, members }) =>
      [
        ...(members.users ?? []).map((username) => userIds.get(username.toLowerCase())!),
        ...named(regular, members.groups),
        ...named(role, members.roles),
        ...named(roleAndSubordinates, members.rolesAndSubordinates),
      ].map((member) => ({ Id: memberId(), GroupId: id, UserOrGroupId: member })),
    ),
  };
}

function group(
  id: string,
  name: string | null,
  developerName: string,
  type: string,
  relatedId: string | null,
): Row {
  return { Id: id, Name: name, DeveloperName: developerName, Type: type, RelatedId: relatedId };
}
