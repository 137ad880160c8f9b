import type { OrgReader } from "../salesforce/reader.ts";
import { ask } from "./answers.ts";
import { ASKED_PERMISSIONS } from "./known.ts";
import type { OrgProfile } from "./profileSchema.ts";

type Held = OrgProfile["permissions"][(typeof ASKED_PERMISSIONS)[number]];

/** The permissions of the user that asks, each in a query of its own: one that the org does not know would refuse the others. */
export async function askPermissions(reader: OrgReader): Promise<OrgProfile["permissions"]> {
  const entries: [string, Held][] = [];
  for (const name of ASKED_PERMISSIONS) {
    const field = `Permissions${name}`;
    const { value } = await ask(() =>
      reader.query<Record<string, unknown>>(`SELECT ${field} FROM UserPermissionAccess`),
    );
    entries.push([name, value === null ? "no-field" : value.rows[0]?.[field] === true ? "held" : "missing"]);
  }
  return Object.fromEntries(entries) as OrgProfile["permissions"];
}
