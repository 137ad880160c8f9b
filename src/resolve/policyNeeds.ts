import type { DirectoryNeeds } from "../inventory/needs.ts";
import type { Named, Policy, UserLists } from "../policy/policy.ts";

/** What a policy needs to know of an org's users and apps beside the grants. */
export function needsOf({ apps, identityProviders, unlistedScopes, highPrivilege }: Policy): DirectoryNeeds {
  const selectors = [...apps, ...(identityProviders?.entries ?? [])].flatMap(({ users }) =>
    users === null ? [] : [users, ...(users.except === null ? [] : [users.except])],
  );
  const named = (key: keyof UserLists) => selectors.flatMap((lists) => values(lists[key]));
  const publicGroups = named("publicGroups");
  return {
    permissionSets: unique([...named("permissionSets"), ...values(highPrivilege?.permissionSets ?? [])]),
    permissionSetGroups: unique(named("permissionSetGroups")),
    publicGroups: unique(publicGroups),
    roles: publicGroups.length + named("roles").length + named("rolesAndSubordinates").length > 0,
    permissions: unique(values(highPrivilege?.permissions ?? [])),
    appSettings:
      unlistedScopes !== null || apps.some(({ scopes, settings }) => scopes !== null || settings !== null),
    identityProviders: identityProviders !== null,
  };
}

function values(names: readonly Named[]): string[] {
  return names.map(({ value }) => value);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
