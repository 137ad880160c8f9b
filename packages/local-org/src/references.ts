import type { OrgFixture } from "./fixture.ts";
import { KNOWN_PERMISSIONS } from "./permissions.ts";

/** Names in a fixture that nothing in it has. */
export function unknownNames(org: OrgFixture): string[] {
  const { caller, users, profiles, permissionSets, apps, grants } = org;
  const { permissionSetGroups = [], roles = [], publicGroups = [], sessions = [] } = org;
  const byName = new Map(users.map((user) => [user.username.toLowerCase(), user]));
  const known = {
    user: (username: string) => byName.has(username.toLowerCase()),
    profile: oneOf(profiles.map(({ name }) => name)),
    "permission set": oneOf(permissionSets.map(({ name }) => name)),
    role: oneOf(roles.map(({ developerName }) => developerName)),
    "public group": oneOf(publicGroups.map(({ developerName }) => developerName)),
    app: oneOf(apps.flatMap(({ id, name }) => [id ?? name, name])),
  };
  const missing = (path: string, kind: keyof typeof known, names: readonly (string | undefined)[] = []) =>
    names
      .filter((name) => name !== undefined && !known[kind](name))
      .map((name) => `${path}: no ${kind} ${name}`);
  const permissions = (path: string, names: readonly string[] = []) =>
    names
      .filter((name) => !KNOWN_PERMISSIONS.includes(name))
      .map((name) => `${path}: no permission ${name} (known: ${KNOWN_PERMISSIONS.join(", ")})`);
  return [
    ...missing("/caller", "user", [caller]),
    ...(byName.get(caller.toLowerCase())?.isActive === false ? [`/caller: ${caller} is not active`] : []),
    ...users.flatMap(({ profile, role }, i) => [
      ...missing(`/users/${i}`, "profile", [profile]),
      ...missing(`/users/${i}`, "role", [role]),
    ]),
    ...roles.flatMap(({ parent }, i) => missing(`/roles/${i}`, "role", [parent])),
    ...profiles.flatMap((profile, i) => permissions(`/profiles/${i}/permissions`, profile.permissions)),
    ...permissionSets.flatMap((set, i) => [
      ...missing(`/permissionSets/${i}`, "user", set.assignees),
      ...permissions(`/permissionSets/${i}/permissions`, set.permissions),
    ]),
    ...permissionSetGroups.flatMap((group, i) => [
      ...missing(`/permissionSetGroups/${i}`, "permission set", group.permissionSets),
      ...missing(`/permissionSetGroups/${i}`, "user", group.assignees),
      ...permissions(`/permissionSetGroups/${i}/mutedPermissions`, group.mutedPermissions),
    ]),
    ...publicGroups.flatMap(({ members }, i) => [
      ...missing(`/publicGroups/${i}`, "user", members.users),
      ...missing(`/publicGroups/${i}`, "public group", members.groups),
      ...missing(`/publicGroups/${i}`, "role", members.roles),
      ...missing(`/publicGroups/${i}`, "role", members.rolesAndSubordinates),
    ]),
    ...apps.flatMap(({ preauthorized }, i) => [
      ...missing(`/apps/${i}`, "profile", preauthorized?.profiles),
      ...missing(`/apps/${i}`, "permission set", preauthorized?.permissionSets),
    ]),
    ...grants.flatMap(({ username, app }, i) => [
      ...missing(`/grants/${i}`, "user", [username]),
      ...missing(`/grants/${i}`, "app", [app]),
    ]),
    ...sessions.flatMap(({ username }, i) => missing(`/sessions/${i}`, "user", [username])),
  ];
}

/** Roles above themselves, and public groups that hold themselves: Salesforce lets nobody make them. */
export function loops({ roles = [], publicGroups = [] }: OrgFixture): string[] {
  return [
    ...inLoop(roles.map(({ developerName, parent }) => [developerName, parent ? [parent] : []])).map(
      (i) => `/roles/${i}: ${roles[i]!.developerName} is above itself`,
    ),
    ...inLoop(publicGroups.map(({ developerName, members }) => [developerName, members.groups ?? []])).map(
      (i) => `/publicGroups/${i}: ${publicGroups[i]!.developerName} holds itself`,
    ),
  ];
}

function oneOf(names: readonly string[]): (name: string) => boolean {
  const set = new Set(names);
  return (name) => set.has(name);
}

/** The numbers of the entries from which a way leads back to themselves. */
function inLoop(entries: readonly (readonly [name: string, next: readonly string[]])[]): number[] {
  const next = new Map(entries);
  const reaches = (start: string) => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === start) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(next.get(at) ?? []));
    }
    return false;
  };
  return entries.flatMap(([name], i) => (reaches(name) ? [i] : []));
}
