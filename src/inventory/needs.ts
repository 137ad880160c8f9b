/** What a policy asks about users and apps beside the grants. What nothing asks for is not read. */
export interface DirectoryNeeds {
  /** API names or labels of permission sets whose members matter, or all; the members through groups count. */
  readonly permissionSets: readonly string[] | "all";
  /** API names or labels of permission set groups. */
  readonly permissionSetGroups: readonly string[];
  /** Developer names or names of public groups. They can have roles as members: `roles` must be true beside them. */
  readonly publicGroups: readonly string[];
  /** Whether roles and their hierarchy matter. */
  readonly roles: boolean;
  /** API names of permissions, such as `ModifyAllData`, whose holders matter. */
  readonly permissions: readonly string[];
  /** Whether scopes and settings of apps matter. */
  readonly appSettings: boolean;
  /** Days of logins in which standing access is looked for; `STANDING_ACCESS_DAYS` by default. */
  readonly standingAccessDays?: number;
  /** Whether links to identity providers are judged, so that they must be read. */
  readonly identityProviders: boolean;
}

/** Days of logins that are read where nothing is said. */
export const STANDING_ACCESS_DAYS = 7;

export const NO_NEEDS: DirectoryNeeds = {
  permissionSets: [],
  permissionSetGroups: [],
  publicGroups: [],
  roles: false,
  permissions: [],
  appSettings: false,
  identityProviders: false,
};

/** What either asks for. */
export function bothNeeds(one: DirectoryNeeds, other: DirectoryNeeds): DirectoryNeeds {
  const both = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])].sort();
  return {
    permissionSets:
      one.permissionSets === "all" || other.permissionSets === "all"
        ? "all"
        : both(one.permissionSets, other.permissionSets),
    permissionSetGroups: both(one.permissionSetGroups, other.permissionSetGroups),
    publicGroups: both(one.publicGroups, other.publicGroups),
    roles: one.roles || other.roles,
    permissions: both(one.permissions, other.permissions),
    appSettings: one.appSettings || other.appSettings,
    ...longerOf(one.standingAccessDays, other.standingAccessDays),
    identityProviders: one.identityProviders || other.identityProviders,
  };
}

function longerOf(
  one: number | undefined,
  other: number | undefined,
): Pick<DirectoryNeeds, "standingAccessDays"> {
  if (one === undefined && other === undefined) return {};
  return { standingAccessDays: Math.max(one ?? STANDING_ACCESS_DAYS, other ?? STANDING_ACCESS_DAYS) };
}
