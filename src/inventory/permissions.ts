import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";

/**
 * Without these the org shows a caller its own grants alone, and says nothing; the documentation named the
 * one in older releases and the other since (docs/salesforce.md#who-sees-the-grants-of-others).
 */
export const NEEDED_PERMISSIONS: Readonly<Record<string, string>> = {
  PermissionsCustomizeApplication: "Customize Application",
  PermissionsManageUsers: "Manage Users",
};

/** Wanted besides: for the limits and the setup pages, and for calling the API at all. */
export const WANTED_PERMISSIONS: Readonly<Record<string, string>> = {
  PermissionsViewSetup: "View Setup and Configuration",
  PermissionsApiEnabled: "API Enabled",
};

/** The caller's own permissions, by field of UserPermissionAccess. @throws ApiError where the org does not tell */
export async function probePermissions(reader: OrgReader): Promise<Record<string, boolean>> {
  const fields = Object.keys({ ...NEEDED_PERMISSIONS, ...WANTED_PERMISSIONS });
  const { rows } = await reader.query<Record<string, boolean>>(
    `SELECT ${fields.join(", ")} FROM UserPermissionAccess`,
  );
  return Object.fromEntries(fields.map((field) => [field, rows[0]?.[field] === true]));
}

/**
 * The caller's permissions, once it is sure that they are enough to see every grant.
 * @throws InconclusiveError naming what to grant
 */
export async function requirePermissions(reader: OrgReader): Promise<Record<string, boolean>> {
  const user = reader.caller.username;
  let permissions: Record<string, boolean>;
  try {
    permissions = await probePermissions(reader);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw inventoryErrors["permissions-not-readable"]({
      user,
      salesforceCode: error.salesforceCode,
    });
  }
  const missing = Object.entries(NEEDED_PERMISSIONS).filter(([field]) => permissions[field] !== true);
  if (missing.length > 0)
    throw inventoryErrors["permissions-missing"]({
      user,
      missing: missing.map(([, name]) => name).join(" and "),
    });
  return permissions;
}
