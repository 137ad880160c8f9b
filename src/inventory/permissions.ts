import { InconclusiveError } from "../errors.ts";
import { printable } from "../printable.ts";
import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";

/**
 * Without these the org shows a caller its own grants alone, and says nothing (salesforce-facts 0.3;
 * the documentation named the one in older releases and the other since, 1.1).
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
  const who = printable(reader.caller.username);
  let permissions: Record<string, boolean>;
  try {
    permissions = await probePermissions(reader);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new InconclusiveError(
      `the permissions of ${who} cannot be read (${error.salesforceCode}), so that a short list could look complete. Grant them API Enabled.`,
    );
  }
  const missing = Object.entries(NEEDED_PERMISSIONS).filter(([field]) => permissions[field] !== true);
  if (missing.length > 0)
    throw new InconclusiveError(
      `${who} may not see every user's grants. Grant them ${missing.map(([, name]) => name).join(" and ")}, ` +
        "by a permission set, and try again.",
    );
  return permissions;
}
