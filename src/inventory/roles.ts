import { toId18 } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import type { Role } from "./inventory.ts";
import { readAll } from "./readAll.ts";

/** All roles of the org. */
export async function readRoles(reader: OrgReader): Promise<Role[]> {
  const rows = await readAll<{
    Id: string;
    Name: string;
    DeveloperName: string;
    ParentRoleId: string | null;
  }>(reader, "SELECT Id, Name, DeveloperName, ParentRoleId FROM UserRole");
  return rows.map(({ Id, Name, DeveloperName, ParentRoleId }) => ({
    id: toId18(Id),
    name: DeveloperName,
    label: Name,
    parentId: ParentRoleId === null ? null : toId18(ParentRoleId),
  }));
}

/** The role and every role below it, by id. */
export function withSubordinates(roleId: string, roles: readonly Role[]): Set<string> {
  const below = Map.groupBy(roles, ({ parentId }) => parentId);
  const found = new Set<string>();
  const open = [roleId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    for (const role of below.get(id) ?? []) open.push(role.id);
  }
  return found;
}
