/**
 * Permissions that every local org knows, as fields of profiles, permission sets and UserPermissionAccess
 * (salesforce-facts 3.4).
 */
export const PERMISSIONS = [
  "ApiEnabled",
  "ViewSetup",
  "ManageUsers",
  "CustomizeApplication",
  "ModifyAllData",
  "ModifyMetadata",
  "ViewAllData",
  "AuthorApex",
  "ApiUserOnly",
  "ManageRemoteAccess",
  "ManageAuthProviders",
  "ViewClientSecret",
];

/** Permissions that some orgs have and others do not: an org without them has no such field. */
export const OPTIONAL_PERMISSIONS = ["UseAnyApiClient", "CanApproveUninstalledApps"];

/** All that a fixture may name. */
export const KNOWN_PERMISSIONS = [...PERMISSIONS, ...OPTIONAL_PERMISSIONS];

/** The `Permissions…` columns of a record that grants these. */
export function permissionFlags(granted: Iterable<string>): Record<string, boolean> {
  const held = new Set(granted);
  return Object.fromEntries(KNOWN_PERMISSIONS.map((name) => [`Permissions${name}`, held.has(name)]));
}
