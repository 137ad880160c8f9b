import { InconclusiveError } from "../errors.ts";
import { printable } from "../printable.ts";
import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { AppRegister, kindOf } from "./appRegister.ts";
import { toId18 } from "./id.ts";
import type { App, Grant, Inventory, Profile, User } from "./inventory.ts";
import { type GrantRow, readGrantRows } from "./walk.ts";

/** Without these the org shows a caller its own grants alone, and says nothing (salesforce-facts 0.3, 1.1). */
const NEEDED = {
  PermissionsCustomizeApplication: "Customize Application",
  PermissionsManageUsers: "Manage Users",
};
const ATTEMPTS = 3;

/**
 * Reads every grant of the org, with the users and apps behind them, and proves that they are all.
 * @throws InconclusiveError where that cannot be proven: a missing permission, counts that do not agree
 */
export async function listInventory(reader: OrgReader): Promise<Inventory> {
  const permissions = await probePermissions(reader);
  const [users, profiles, apps] = await Promise.all([
    readUsers(reader),
    readProfiles(reader),
    readApps(reader),
  ]);
  const register = new AppRegister(apps);
  for (let attempt = 1; ; attempt++) {
    const callsBefore = reader.calls;
    const countBefore = await reader.count("SELECT COUNT() FROM OauthToken");
    const { rows, partition, ranges } = await readGrantRows(reader, countBefore);
    const countAfter = await reader.count("SELECT COUNT() FROM OauthToken");
    if (rows.length === countBefore && rows.length === countAfter) {
      const grants = rows.map((row) => toGrant(row, register));
      return {
        org: reader.org,
        caller: reader.caller,
        users,
        profiles,
        apps: register.all(),
        grants,
        proof: {
          countBefore,
          countAfter,
          read: rows.length,
          partition,
          ranges,
          calls: reader.calls - callsBefore,
          permissions,
          apiVersion: reader.org.apiVersion,
          at: new Date().toISOString(),
        },
      };
    }
    if (attempt === ATTEMPTS)
      throw new InconclusiveError(
        `the org counted ${countBefore} grants, handed out ${rows.length} and then counted ${countAfter}, ${ATTEMPTS} times in a row: ` +
          "grants come and go faster than they can be read, or some may not be seen. Try again at a quieter time.",
      );
  }
}

async function probePermissions(reader: OrgReader): Promise<Record<string, boolean>> {
  const fields = [...Object.keys(NEEDED), "PermissionsViewSetup", "PermissionsApiEnabled"];
  let permissions: Record<string, boolean> | undefined;
  try {
    permissions = (
      await reader.query<Record<string, boolean>>(`SELECT ${fields.join(", ")} FROM UserPermissionAccess`)
    ).rows[0];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new InconclusiveError(
      `the permissions of ${printable(reader.caller.username)} cannot be read (${error.code}), so a short list could look complete`,
    );
  }
  const missing = Object.entries(NEEDED).filter(([field]) => permissions?.[field] !== true);
  if (missing.length > 0)
    throw new InconclusiveError(
      `${printable(reader.caller.username)} may not see every user's grants. Grant them ${missing.map(([, name]) => name).join(" and ")}, ` +
        "by a permission set, and try again.",
    );
  return Object.fromEntries(fields.map((field) => [field, permissions?.[field] === true]));
}

async function readUsers(reader: OrgReader): Promise<Map<string, User>> {
  interface Row {
    Id: string;
    Username: string;
    Name: string;
    IsActive: boolean;
    ProfileId: string | null;
    Profile: { Name: string } | null;
    UserType: string | null;
  }
  const rows = await readAll<Row>(
    reader,
    "SELECT Id, Username, Name, IsActive, ProfileId, Profile.Name, UserType FROM User",
  );
  return new Map(
    rows.map((row) => [
      toId18(row.Id),
      {
        id: toId18(row.Id),
        username: row.Username,
        name: row.Name,
        isActive: row.IsActive,
        profileId: row.ProfileId === null ? null : toId18(row.ProfileId),
        profileName: row.Profile?.Name ?? null,
        userType: row.UserType,
      },
    ]),
  );
}

async function readProfiles(reader: OrgReader): Promise<Profile[]> {
  const rows = await readAll<{ Id: string; Name: string }>(reader, "SELECT Id, Name FROM Profile");
  return rows.map(({ Id, Name }) => ({ id: toId18(Id), name: Name }));
}

/** The registered apps: connected apps, external client apps, and what the app menu lists of either. */
async function readApps(reader: OrgReader): Promise<App[]> {
  const [connected, external, menu] = await Promise.all([
    readAll<{ Id: string; Name: string }>(reader, "SELECT Id, Name FROM ConnectedApplication"),
    readAll<{ Id: string; MasterLabel: string }>(
      reader,
      "SELECT Id, MasterLabel FROM ExternalClientApplication",
    ).catch(noSuchObject),
    readAll<{ ApplicationId: string | null; Label: string }>(
      reader,
      "SELECT ApplicationId, Label FROM AppMenuItem",
    ),
  ]);
  const apps = new Map<string, App>();
  const add = (rawId: string, name: string) => {
    const id = toId18(rawId);
    if (kindOf(id) !== "unknown" && !apps.has(id)) apps.set(id, { key: id, id, name, kind: kindOf(id) });
  };
  for (const { Id, Name } of connected) add(Id, Name);
  for (const { Id, MasterLabel } of external) add(Id, MasterLabel);
  for (const { ApplicationId, Label } of menu) if (ApplicationId !== null) add(ApplicationId, Label);
  return [...apps.values()];
}

/** Older orgs know no external client apps (salesforce-facts 3.8). */
function noSuchObject(error: unknown): never[] {
  if (error instanceof ApiError && error.code === "INVALID_TYPE") return [];
  throw error;
}

async function readAll<Row>(reader: OrgReader, soql: string): Promise<Row[]> {
  const { rows, totalSize } = await reader.query<Row>(soql);
  if (rows.length !== totalSize)
    throw new InconclusiveError(
      `the org counts ${totalSize} rows and handed out ${rows.length} for: ${soql}`,
    );
  return rows;
}

function toGrant(row: GrantRow, register: AppRegister): Grant {
  return {
    userId: toId18(row.UserId),
    app: register.find(row.AppMenuItem?.ApplicationId, row.AppName),
    createdAt: time(row.CreatedDate),
    lastUsedAt: time(row.LastUsedDate),
    useCount: row.UseCount,
  };
}

/** Salesforce writes `2026-04-07T16:00:10.000+0000`. */
function time(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
