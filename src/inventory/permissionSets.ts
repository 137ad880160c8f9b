import { namesAsked } from "../names.ts";
import { ApiError } from "../salesforce/failure.ts";
import { toId18, type UserId, userIdOf } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import type { MemberSet, User } from "./inventory.ts";
import type { DirectoryNeeds } from "./needs.ts";
import { readAll, readWhereIn } from "./readAll.ts";

export interface PermissionSets {
  readonly permissionSets: readonly MemberSet[];
  readonly permissionSetGroups: readonly MemberSet[];
  /** Who holds each permission that was asked for; one that the org does not know has no entry. */
  readonly permissionHolders: ReadonlyMap<string, ReadonlySet<UserId>>;
}

/** Where a permission set or a permission comes from: ids of permission sets, of groups of them, of profiles. */
interface Origins {
  readonly sets: readonly string[];
  readonly groups: readonly string[];
  readonly profiles: readonly string[];
}

/** A set or group with the names that a policy may call it by. */
interface NamedOrigins extends Origins {
  readonly id: string;
  readonly name: string;
  readonly label: string;
}

/**
 * Who has the permission sets, groups of them and permissions that are asked for. An assignment counts
 * while it is active. The members of a permission set are those who have it themselves or through a
 * group; a permission is held through the profile, a permission set, or a group's own record, which
 * leaves out what the group mutes (docs/salesforce.md#permission-sets-and-groups).
 */
export async function readPermissionSets(
  reader: OrgReader,
  needs: DirectoryNeeds,
  users: ReadonlyMap<UserId, User>,
): Promise<PermissionSets> {
  if (needs.permissionSets.length + needs.permissionSetGroups.length + needs.permissions.length === 0)
    return { permissionSets: [], permissionSetGroups: [], permissionHolders: new Map() };
  const { sets, groups, groupsOf, withOwnRecord } = await readSets(reader);
  const permissions = new Map<string, Origins>();
  await Promise.all(
    needs.permissions.map(async (permission) => {
      const origins = await originsOf(reader, permission, groupsOf, withOwnRecord);
      if (origins !== null) permissions.set(permission, origins);
    }),
  );
  const isAsked = (asked: readonly string[] | "all") => {
    const names = asked === "all" ? null : namesAsked(asked);
    return ({ name, label }: NamedOrigins) => names === null || names(name) || names(label);
  };
  const askedSets = sets.filter(isAsked(needs.permissionSets));
  const askedGroups = groups.filter(isAsked(needs.permissionSetGroups));
  const holders = await readHolders(reader, [...askedSets, ...askedGroups, ...permissions.values()], users);
  const memberSet = ({ id, name, label, ...origins }: NamedOrigins, asked: boolean): MemberSet => ({
    id,
    name,
    label,
    userIds: asked ? holders(origins) : null,
  });
  return {
    permissionSets: sets.map((set) => memberSet(set, askedSets.includes(set))),
    permissionSetGroups: groups.map((group) => memberSet(group, askedGroups.includes(group))),
    permissionHolders: new Map([...permissions].map(([name, origins]) => [name, holders(origins)])),
  };
}

async function readSets(reader: OrgReader): Promise<{
  sets: NamedOrigins[];
  groups: NamedOrigins[];
  /** Ids of the groups that a permission set is in. */
  groupsOf: ReadonlyMap<string, readonly string[]>;
  /** Groups that have a record of PermissionSet, which carries their permissions. */
  withOwnRecord: ReadonlySet<string>;
}> {
  const [sets, groups, components] = await Promise.all([
    readWithNamespace<{ Id: string; Name: string; Label: string; PermissionSetGroupId: string | null }>(
      reader,
      "SELECT Id, Name, Label, PermissionSetGroupId FROM PermissionSet WHERE IsOwnedByProfile = false",
    ),
    readWithNamespace<{ Id: string; DeveloperName: string; MasterLabel: string }>(
      reader,
      "SELECT Id, DeveloperName, MasterLabel FROM PermissionSetGroup",
    ),
    readAll<{ PermissionSetGroupId: string; PermissionSetId: string }>(
      reader,
      "SELECT PermissionSetGroupId, PermissionSetId FROM PermissionSetGroupComponent",
    ),
  ]);
  const groupsOf = new Map<string, string[]>();
  for (const row of components) {
    const id = toId18(row.PermissionSetId);
    groupsOf.set(id, [...(groupsOf.get(id) ?? []), toId18(row.PermissionSetGroupId)]);
  }
  return {
    sets: sets
      .filter(({ PermissionSetGroupId }) => PermissionSetGroupId === null)
      .map(({ Id, Name, Label, NamespacePrefix }) => {
        const id = toId18(Id);
        return {
          id,
          name: apiName(NamespacePrefix, Name),
          label: Label,
          sets: [id],
          groups: groupsOf.get(id) ?? [],
          profiles: [],
        };
      }),
    groups: groups.map(({ Id, DeveloperName, MasterLabel, NamespacePrefix }) => {
      const id = toId18(Id);
      return {
        id,
        name: apiName(NamespacePrefix, DeveloperName),
        label: MasterLabel,
        sets: [],
        groups: [id],
        profiles: [],
      };
    }),
    groupsOf,
    withOwnRecord: new Set(sets.flatMap(({ PermissionSetGroupId: id }) => (id === null ? [] : [toId18(id)]))),
  };
}

/** Rows with the namespace of the package that each comes from, where the org knows that field. */
async function readWithNamespace<Row>(
  reader: OrgReader,
  soql: string,
): Promise<(Row & { readonly NamespacePrefix?: string | null })[]> {
  try {
    return await readAll(reader, soql.replace(" FROM ", ", NamespacePrefix FROM "));
  } catch (error) {
    if (error instanceof ApiError && error.salesforceCode === "INVALID_FIELD")
      return await readAll(reader, soql);
    throw error;
  }
}

function apiName(namespace: string | null | undefined, name: string): string {
  return namespace ? `${namespace}__${name}` : name;
}

/** What grants a permission; null where the org knows no such permission. */
async function originsOf(
  reader: OrgReader,
  permission: string,
  groupsOf: ReadonlyMap<string, readonly string[]>,
  withOwnRecord: ReadonlySet<string>,
): Promise<Origins | null> {
  let rows: { Id: string; ProfileId: string | null; PermissionSetGroupId: string | null }[];
  try {
    rows = await readAll(
      reader,
      `SELECT Id, ProfileId, PermissionSetGroupId FROM PermissionSet WHERE Permissions${permission} = true`,
    );
  } catch (error) {
    if (error instanceof ApiError && error.salesforceCode === "INVALID_FIELD") return null;
    throw error;
  }
  const sets: string[] = [];
  const groups: string[] = [];
  const profiles: string[] = [];
  for (const { Id, ProfileId, PermissionSetGroupId } of rows) {
    const id = toId18(Id);
    if (ProfileId !== null) profiles.push(toId18(ProfileId));
    else if (PermissionSetGroupId !== null) groups.push(toId18(PermissionSetGroupId));
    else {
      sets.push(id);
      groups.push(...(groupsOf.get(id) ?? []).filter((group) => !withOwnRecord.has(group)));
    }
  }
  return { sets, groups, profiles };
}

/** Reads the assignments of everything asked for, each once, and says who has what. */
async function readHolders(
  reader: OrgReader,
  asked: readonly Origins[],
  users: ReadonlyMap<UserId, User>,
): Promise<(origins: Origins) => ReadonlySet<UserId>> {
  const read = async (field: "PermissionSetId" | "PermissionSetGroupId", ids: Iterable<string>) => {
    const rows = await readWhereIn<{
      AssigneeId: string;
      PermissionSetId: string;
      PermissionSetGroupId: string | null;
      IsActive: boolean;
    }>(
      reader,
      "SELECT AssigneeId, PermissionSetId, PermissionSetGroupId, IsActive FROM PermissionSetAssignment WHERE",
      field,
      [...ids],
    );
    const active = rows.filter(({ IsActive }) => IsActive !== false);
    return Map.groupBy(active, (row) => toId18(row[field] ?? ""));
  };
  const [bySet, byGroup] = await Promise.all([
    read("PermissionSetId", new Set(asked.flatMap(({ sets }) => sets))),
    read("PermissionSetGroupId", new Set(asked.flatMap(({ groups }) => groups))),
  ]);
  return ({ sets, groups, profiles }) => {
    const holders = new Set<UserId>();
    const rows = [...sets.map((id) => bySet.get(id)), ...groups.map((id) => byGroup.get(id))];
    for (const row of rows.flatMap((some) => some ?? [])) holders.add(userIdOf(row.AssigneeId));
    if (profiles.length > 0)
      for (const { id, profileId } of users.values())
        if (profileId !== null && profiles.includes(profileId)) holders.add(id);
    return holders;
  };
}
