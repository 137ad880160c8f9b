import { namesAsked } from "../names.ts";
import { parseUserId, toId18, type UserId } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";
import type { MemberSet, Role, User } from "./inventory.ts";
import { readAll, readWhereIn } from "./readAll.ts";
import { withSubordinates } from "./subordinates.ts";

/** Groups in groups in groups: nobody nests as many, and each level takes a query. */
const MOST_LEVELS = 50;

interface GroupRow {
  readonly Id: string;
  readonly Name: string | null;
  readonly DeveloperName: string | null;
  readonly Type: string;
  readonly RelatedId: string | null;
}

interface MemberRow {
  readonly GroupId: string;
  readonly UserOrGroupId: string;
}

/**
 * The public groups, with the members of those that are asked for: users, roles with and without their
 * subordinates, and groups in groups, whatever their depth.
 * @throws InconclusiveError where a group has members of a kind whose users cannot be told (such as
 * territories): taking them for nobody would revoke their access; or where groups are nested without an end
 */
export async function readPublicGroups(
  reader: OrgReader,
  asked: readonly string[],
  users: ReadonlyMap<UserId, User>,
  roles: readonly Role[],
): Promise<MemberSet[]> {
  if (asked.length === 0) return [];
  const rows = await readAll<GroupRow>(reader, "SELECT Id, Name, DeveloperName, Type, RelatedId FROM Group");
  const groups = new Map(rows.map((row) => [toId18(row.Id), row]));
  const publicGroups = [...groups].filter(([, { Type }]) => Type === "Regular");
  const names = namesAsked(asked);
  const isAsked = ({ Name, DeveloperName }: GroupRow) => names(Name ?? "") || names(DeveloperName ?? "");
  const members = await readMembers(
    reader,
    groups,
    publicGroups.flatMap(([id, row]) => (isAsked(row) ? [id] : [])),
  );
  const inRole = Map.groupBy(users.values(), ({ roleId }) => roleId);

  const isPublicGroup = (id: string) => groups.get(id)?.Type === "Regular";

  /** The group and those in it, whatever their depth: what is added while the loop runs is gone through too. */
  const withNested = (id: string): Set<string> => {
    const found = new Set([id]);
    for (const group of found)
      for (const member of members.get(group) ?? []) if (isPublicGroup(member)) found.add(member);
    return found;
  };
  const usersOf = (id: string): Set<UserId> =>
    new Set(
      [...withNested(id)].flatMap((group) =>
        (members.get(group) ?? [])
          .filter((member) => !isPublicGroup(member))
          .flatMap((member) => usersBehind(member, group)),
      ),
    );
  /** The users that a member means which is no public group: itself, or those who have a role. */
  const usersBehind = (member: string, of: string): UserId[] => {
    const userId = parseUserId(member);
    if (userId !== null) return [userId];
    const { Type: type = "of no known kind", RelatedId: related = null } = groups.get(member) ?? {};
    const usersIn = (roleId: string) => (inRole.get(roleId) ?? []).map((user) => user.id);
    if (related && type === "Role") return usersIn(toId18(related));
    if (related && type === "RoleAndSubordinates")
      return [...withSubordinates(toId18(related), roles)].flatMap(usersIn);
    throw inventoryErrors["group-members-not-known"]({ group: nameOf(groups.get(of)), member, type });
  };
  return publicGroups.map(([id, row]) => ({
    id,
    name: row.DeveloperName ?? nameOf(row),
    label: nameOf(row),
    userIds: isAsked(row) ? usersOf(id) : null,
  }));
}

/** The direct members of the groups and, level by level, of the groups in them. */
async function readMembers(
  reader: OrgReader,
  groups: ReadonlyMap<string, GroupRow>,
  wanted: readonly string[],
): Promise<Map<string, string[]>> {
  const members = new Map<string, string[]>();
  let open = [...wanted];
  for (let level = 1; open.length > 0; level++) {
    if (level > MOST_LEVELS) {
      const [group] = open as [string];
      throw inventoryErrors["groups-nested-too-deep"]({
        group: nameOf(groups.get(group)),
        most: MOST_LEVELS,
      });
    }
    for (const id of open) members.set(id, []);
    const rows = await readWhereIn<MemberRow>(
      reader,
      "SELECT GroupId, UserOrGroupId FROM GroupMember WHERE",
      "GroupId",
      open,
    );
    for (const { GroupId, UserOrGroupId } of rows) members.get(toId18(GroupId))?.push(toId18(UserOrGroupId));
    open = [...new Set(rows.map(({ UserOrGroupId }) => toId18(UserOrGroupId)))].filter(
      (id) => groups.get(id)?.Type === "Regular" && !members.has(id),
    );
  }
  return members;
}

function nameOf(group: GroupRow | undefined): string {
  return group?.Name ?? group?.DeveloperName ?? "";
}
