import type { Inventory } from "../inventory/inventory.ts";
import type { HighPrivilege, Policy } from "../policy/policy.ts";
import type { UserId } from "../salesforce/id.ts";
import type { Lookup } from "./lookup.ts";
import type { ResolvedException, ResolvedPrivilege } from "./resolved.ts";
import type { Selectors } from "./selectors.ts";

/** Who has high privilege; of several reasons the first of the policy is said. Null where the policy does not ask. */
export function resolvePrivilege(
  { highPrivilege: rule }: Policy,
  inventory: Inventory,
  selectors: Selectors,
  lookup: Lookup,
): ResolvedPrivilege | null {
  if (rule === null) return null;
  const holders = new Map<UserId, string>();
  const all = [
    ...byPermission(rule, inventory, lookup),
    ...byProfile(rule, inventory, selectors),
    ...rule.permissionSets.flatMap((set) =>
      selectors.permissionSets([set]).map((ids) => [`the permission set ${set.value}`, ids] as const),
    ),
  ];
  for (const [why, ids] of all) for (const id of ids) if (!holders.has(id)) holders.set(id, why);
  return { entry: rule, holders, exceptions: resolveExceptions(rule, lookup) };
}

/** An exception lasts: that the last grant of its app is gone must not make the policy invalid. */
function resolveExceptions({ exceptions }: HighPrivilege, lookup: Lookup): ResolvedException[] {
  return exceptions.flatMap((exception): ResolvedException[] => {
    const meant = lookup.grantsMeant(exception, (ref) => lookup.appUnlessNear(ref));
    return meant === null ? [] : [{ exception, appKey: meant.appKey, userId: meant.userId }];
  });
}

type Held = readonly [why: string, ids: Iterable<UserId>];

function byPermission({ permissions }: HighPrivilege, { directory }: Inventory, lookup: Lookup): Held[] {
  const { permissionHolders } = directory;
  return permissions.map((permission) => {
    const ids = permissionHolders.get(permission.value);
    if (ids === undefined)
      lookup.missing(
        "permission",
        permission,
        permissionHolders.keys(),
        "use its API name, as in ModifyAllData",
      );
    return [`the permission ${permission.value}`, ids ?? []];
  });
}

function byProfile({ profiles }: HighPrivilege, { users }: Inventory, selectors: Selectors): Held[] {
  return profiles.map((profile) => {
    const ids = selectors.profileIds([profile]);
    const theirs = [...users.values()].filter(({ profileId }) => profileId !== null && ids.has(profileId));
    return [`the profile ${profile.value}`, theirs.map(({ id }) => id)];
  });
}
