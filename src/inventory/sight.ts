import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlString } from "../salesforce/soql.ts";
import { inventoryErrors } from "./errors.ts";
import type { CompletenessProof, Grant, User } from "./inventory.ts";
import { NEEDED_PERMISSIONS } from "./permissions.ts";

/**
 * How it is known that the grants of others are in sight. What the org says of permissions comes from a cache, and who lacks
 * them is shown their own grants alone (docs/salesforce.md#who-sees-the-grants-of-others). Any grant of another that is listed
 * shows it. Where none is, what the caller is assigned as of now has to give the permissions: assignments are no cache.
 * @param grants as OauthToken shows them
 * @throws InconclusiveError where it may be that they are not in sight, saying how to tell
 */
export async function requireSight(
  reader: OrgReader,
  grants: readonly Grant[],
  users: Iterable<Pick<User, "id" | "isActive">>,
): Promise<Pick<CompletenessProof, "sight">> {
  const { userId, username } = reader.caller;
  if (grants.some((grant) => grant.userId !== userId)) return {};
  if (await isAssignedAll(reader)) return { sight: "assignments" };
  let others = 0;
  for (const { id, isActive } of users) if (isActive && id !== userId) others++;
  throw inventoryErrors["no-sight-of-others"]({ user: username, others });
}

/** Whether what the caller is assigned as of now gives every needed permission; not where the org does not show it. */
export async function isAssignedAll(reader: OrgReader): Promise<boolean> {
  const fields = Object.keys(NEEDED_PERMISSIONS);
  const names = fields.map((field) => `PermissionSet.${field}`).join(", ");
  try {
    // A row that is missing could only make the answer no.
    const { rows } = await reader.query<Assignment>(
      `SELECT IsActive, ${names} FROM PermissionSetAssignment WHERE AssigneeId = ${soqlString(reader.caller.userId)}`,
    );
    const active = rows.filter(({ IsActive }) => IsActive !== false);
    return fields.every((field) => active.some(({ PermissionSet }) => PermissionSet?.[field] === true));
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

interface Assignment {
  readonly IsActive: boolean;
  readonly PermissionSet: Readonly<Record<string, boolean>> | null;
}
