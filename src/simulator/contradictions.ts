import { toId18 } from "../inventory/id.ts";
import { PERMISSIONS } from "./fields.ts";
import type { OrgFixture } from "./fixture.ts";

/** What is wrong with a fixture that has the right form, each with its JSON path. */
export function contradictions(org: OrgFixture): string[] {
  return [...unknownNames(org), ...repeated(org), ...wrongIds(org)];
}

function unknownNames({ caller, users, profiles, permissionSets, apps, grants }: OrgFixture): string[] {
  const byName = new Map(users.map((user) => [user.username.toLowerCase(), user]));
  const isUser = (username: string) => byName.has(username.toLowerCase());
  const profileNames = new Set(profiles.map(({ name }) => name));
  const appNames = new Set(apps.flatMap(({ id, name }) => [id ?? name, name]));
  const permissions = (kind: string, owners: readonly { permissions: readonly string[] }[]) =>
    owners.flatMap((owner, i) =>
      owner.permissions
        .filter((name) => !PERMISSIONS.includes(name))
        .map((name) => `/${kind}/${i}/permissions: no permission ${name} (known: ${PERMISSIONS.join(", ")})`),
    );
  return [
    ...(isUser(caller) ? [] : [`/caller: no user ${caller}`]),
    ...(byName.get(caller.toLowerCase())?.isActive === false ? [`/caller: ${caller} is not active`] : []),
    ...users.flatMap(({ profile }, i) =>
      profileNames.has(profile) ? [] : [`/users/${i}: no profile ${profile}`],
    ),
    ...permissionSets.flatMap(({ assignees }, i) =>
      assignees.filter((name) => !isUser(name)).map((name) => `/permissionSets/${i}: no user ${name}`),
    ),
    ...permissions("profiles", profiles),
    ...permissions("permissionSets", permissionSets),
    ...grants.flatMap(({ username, app }, i) => [
      ...(isUser(username) ? [] : [`/grants/${i}: no user ${username}`]),
      ...(appNames.has(app) ? [] : [`/grants/${i}: no app ${app}`]),
    ]),
  ];
}

/** Apps may share a name, as they do in real orgs; nothing else may stand twice. */
function repeated({ users, profiles, permissionSets, apps }: OrgFixture): string[] {
  const twice = (path: string, key: string, values: readonly (string | null)[]) => {
    const seen = new Set<string | null>();
    return values.flatMap((value, i) => {
      if (value === null || !seen.has(value)) {
        seen.add(value);
        return [];
      }
      return [`/${path}/${i}/${key}: ${value} stands there twice`];
    });
  };
  const usernames = users.map(({ username }) => username.toLowerCase());
  const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name);
  const ids = (entries: readonly { id: string | null }[]) => entries.map(({ id }) => id);
  return [
    ...twice("users", "username", usernames),
    ...twice("users", "id", ids(users)),
    ...twice("profiles", "name", names(profiles)),
    ...twice("profiles", "id", ids(profiles)),
    ...twice("permissionSets", "name", names(permissionSets)),
    ...twice("permissionSets", "id", ids(permissionSets)),
    ...twice("apps", "id", ids(apps)),
  ];
}

/** The last three characters of an id follow from the others. */
function wrongIds({ organization, users, profiles, permissionSets, apps }: OrgFixture): string[] {
  const check = (path: string, id: string | null) => {
    const right = id === null ? null : toId18(id.slice(0, 15));
    return id === right ? [] : [`${path}/id: ${id} is no id of Salesforce's; ${right} would be`];
  };
  return [
    ...check("/organization", organization.id),
    ...Object.entries({ users, profiles, permissionSets, apps }).flatMap(([kind, entries]) =>
      entries.flatMap(({ id }, i) => check(`/${kind}/${i}`, id)),
    ),
  ];
}
