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
