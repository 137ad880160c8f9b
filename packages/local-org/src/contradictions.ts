import { toId18 } from "../../../src/salesforce/id.ts";
import { settingsOf } from "./appSettings.ts";
import type { OrgFixture } from "./fixture.ts";
import { loops, unknownNames } from "./references.ts";

/** What is wrong with a fixture that has the right form, each with its JSON path. */
export function contradictions(org: OrgFixture): string[] {
  return [...unknownNames(org), ...loops(org), ...repeated(org), ...wrongIds(org), ...nowhere(org)];
}

/** Everything of a fixture that has an id, by the fixture's keys. */
function identified({
  users,
  profiles,
  permissionSets,
  permissionSetGroups = [],
  roles = [],
  publicGroups = [],
  apps,
}: OrgFixture): [kind: string, entries: readonly { id: string | null }[]][] {
  return Object.entries({
    users,
    profiles,
    permissionSets,
    permissionSetGroups,
    roles,
    publicGroups,
    apps,
  });
}

/** Apps may share a name, as they do in real orgs; nothing else may stand twice. */
function repeated(org: OrgFixture): string[] {
  const { users, profiles, permissionSets, permissionSetGroups = [], roles = [], publicGroups = [] } = org;
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
  const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name);
  const developerNames = (path: string, entries: readonly { developerName: string }[]) =>
    twice(
      path,
      "developerName",
      entries.map(({ developerName }) => developerName),
    );
  return [
    ...twice(
      "users",
      "username",
      users.map(({ username }) => username.toLowerCase()),
    ),
    ...twice("profiles", "name", names(profiles)),
    ...twice("permissionSets", "name", names(permissionSets)),
    ...developerNames("permissionSetGroups", permissionSetGroups),
    ...developerNames("roles", roles),
    ...developerNames("publicGroups", publicGroups),
    ...twice(
      "apps",
      "settings/developerName",
      org.apps.map(({ settings }) => settings?.developerName ?? null),
    ),
    ...identified(org).flatMap(([kind, entries]) =>
      twice(
        kind,
        "id",
        entries.map(({ id }) => id),
      ),
    ),
  ];
}

/** The last three characters of an id follow from the others. */
function wrongIds(org: OrgFixture): string[] {
  const check = (path: string, id: string | null) => {
    const right = id === null ? null : toId18(id.slice(0, 15));
    return id === right ? [] : [`${path}/id: ${id} is no id of Salesforce's; ${right} would be`];
  };
  return [
    ...check("/organization", org.organization.id),
    ...identified(org).flatMap(([kind, entries]) =>
      entries.flatMap(({ id }, i) => check(`/${kind}/${i}`, id)),
    ),
  ];
}

/** What a fixture says and no part of Salesforce could show. */
function nowhere({ apps, permissionSets }: OrgFixture): string[] {
  return [
    ...apps.flatMap((app, i) => {
      const { id, settings, preauthorized } = app;
      if (id === null && (settings !== undefined || preauthorized !== undefined))
        return [`/apps/${i}: an app that is not installed has no settings`];
      if (id?.startsWith("0xI") && settingsOf(app).createdInOrg)
        return [`/apps/${i}/settings/createdInOrg: is for connected apps (0H4…)`];
      return [];
    }),
    ...permissionSets.flatMap(({ assignees, expirations = {} }, i) => {
      const assigned = new Set(assignees.map((username) => username.toLowerCase()));
      return Object.keys(expirations)
        .filter((username) => !assigned.has(username.toLowerCase()))
        .map((username) => `/permissionSets/${i}/expirations: ${username} is no assignee`);
    }),
  ];
}
