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

/** The permission that shows external client apps with their settings and their use, as Setup calls it. */
export const EXTERNAL_APPS_LABEL =
  '"View all External Client Apps, view their settings, and edit their policies"';

/**
 * Either is needed besides: without them an org with external client apps looks like one without
 * (docs/salesforce.md#external-client-apps).
 */
const EXTERNAL_APP_FIELDS = ["PermissionsExternalClientAppViewer", "PermissionsExternalClientAppAdmin"];

/** Wanted besides: for the limits and the setup pages, and for calling the API at all. */
export const WANTED_PERMISSIONS: Readonly<Record<string, string>> = {
  PermissionsViewSetup: "View Setup and Configuration",
  PermissionsApiEnabled: "API Enabled",
};

/** The caller's own permissions, by field of UserPermissionAccess. @throws ApiError where the org does not tell */
export async function probePermissions(reader: OrgReader): Promise<Record<string, boolean>> {
  return await readHeld(reader, Object.keys({ ...NEEDED_PERMISSIONS, ...WANTED_PERMISSIONS }));
}

/** Which of some permissions the caller has, by field. @throws ApiError where the org does not tell, or knows one of them not */
async function readHeld(reader: OrgReader, fields: readonly string[]): Promise<Record<string, boolean>> {
  const { rows } = await reader.query<Record<string, boolean>>(
    `SELECT ${fields.join(", ")} FROM UserPermissionAccess`,
  );
  return Object.fromEntries(fields.map((field) => [field, rows[0]?.[field] === true]));
}

/**
 * Which permissions the caller has that show external client apps, by field; one that the org does not know is not held.
 * @throws ApiError where the org does not tell
 */
export async function probeExternalAppPermissions(reader: OrgReader): Promise<Record<string, boolean>> {
  const read = async (fields: readonly string[]): Promise<Record<string, boolean>> => {
    try {
      return await readHeld(reader, fields);
    } catch (error) {
      if (!(error instanceof ApiError && error.salesforceCode === "INVALID_FIELD")) throw error;
      if (fields.length === 1) return { [fields[0]!]: false };
      const each = await Promise.all(fields.map((field) => read([field])));
      return Object.assign({}, ...each);
    }
  };
  return await read(EXTERNAL_APP_FIELDS);
}

/**
 * The caller's permissions, once it is sure that they are enough to see every grant.
 * @throws InconclusiveError naming what to grant
 */
export async function requirePermissions(reader: OrgReader): Promise<Record<string, boolean>> {
  const user = reader.caller.username;
  let permissions: Record<string, boolean>;
  try {
    const [own, external] = await Promise.all([
      probePermissions(reader),
      probeExternalAppPermissions(reader),
    ]);
    permissions = { ...own, ...external };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw inventoryErrors["permissions-not-readable"]({
      user,
      salesforceCode: error.salesforceCode,
    });
  }
  const missing = Object.entries(NEEDED_PERMISSIONS).flatMap(([field, name]) =>
    permissions[field] === true ? [] : [name],
  );
  if (!EXTERNAL_APP_FIELDS.some((field) => permissions[field])) missing.push(EXTERNAL_APPS_LABEL);
  if (missing.length > 0)
    throw inventoryErrors["permissions-missing"]({ user, missing: missing.join(" and ") });
  return permissions;
}
