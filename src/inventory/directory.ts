import { ApiError } from "../salesforce/failure.ts";
import { type AppId, appIdOf, toId18, type UserId, userIdOf } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlDateTime } from "../salesforce/soql.ts";
import { kindOf } from "./appRegister.ts";
import { readAppSettings } from "./appSettings.ts";
import type { App, Directory, Profile, User } from "./inventory.ts";
import type { DirectoryNeeds } from "./needs.ts";
import { readPermissionSets } from "./permissionSets.ts";
import { readPublicGroups } from "./publicGroups.ts";
import { checkAll, readAll } from "./readAll.ts";
import { readRoles } from "./roles.ts";

interface UserRow {
  readonly Id: string;
  readonly Username: string;
  readonly Name: string;
  readonly IsActive: boolean;
  readonly ProfileId: string | null;
  readonly Profile: { readonly Name: string } | null;
  readonly UserType: string | null;
  readonly UserRoleId?: string | null;
}

/** The first users that the org hands out, and how many it counts. */
export interface FirstUsers {
  readonly rows: readonly UserRow[];
  readonly totalSize: number;
}

/** What one call brings of the users: in most orgs all of them. */
export function readFirstUsers(
  reader: OrgReader,
  { roles }: Pick<DirectoryNeeds, "roles">,
): Promise<FirstUsers> {
  return reader.query<UserRow>(userQuery(roles), { enough: 1 });
}

/**
 * Every user, inactive and frozen ones too, by 18-character id; their roles where those are needed.
 * @param first as read before: where it has not all of them, they are read anew
 */
export async function readUsers(
  reader: OrgReader,
  { roles }: Pick<DirectoryNeeds, "roles">,
  first: FirstUsers,
): Promise<Map<UserId, User>> {
  const frozen = await readFrozenIds(reader);
  const isFrozen = (id: UserId) => frozen.has(id);
  if (first.rows.length < first.totalSize) return await readUserRows(reader, userQuery(roles), isFrozen);
  const users = new Users(isFrozen);
  users.add(first.rows);
  return users.all(first.totalSize, userQuery(roles));
}

/**
 * The users that changed since a time, in milliseconds since the epoch. Whether they are frozen is not
 * part of their record: it stays as known.
 */
export function readChangedUsers(
  reader: OrgReader,
  since: number,
  known: ReadonlyMap<UserId, User>,
): Promise<Map<UserId, User>> {
  const roles = [...known.values()].some(({ roleId }) => roleId !== null);
  const changed = ` WHERE SystemModstamp >= ${soqlDateTime(since)}`;
  return readUserRows(reader, userQuery(roles, changed), (id) => known.get(id)?.isFrozen ?? false);
}

/** The 18-character ids of users whom an administrator keeps from logging in. */
export async function readFrozenIds(reader: OrgReader): Promise<Set<UserId>> {
  const rows = await readAll<{ UserId: string }>(
    reader,
    "SELECT UserId FROM UserLogin WHERE IsFrozen = true",
  );
  return new Set(rows.map(({ UserId }) => userIdOf(UserId)));
}

function userQuery(roles: boolean, where = ""): string {
  return `SELECT Id, Username, Name, IsActive, ProfileId, Profile.Name, UserType${roles ? ", UserRoleId" : ""} FROM User${where}`;
}

async function readUserRows(
  reader: OrgReader,
  soql: string,
  isFrozen: (id: UserId) => boolean,
): Promise<Map<UserId, User>> {
  const users = new Users(isFrozen);
  const { totalSize } = await reader.eachPage<UserRow>(soql, (rows, isFirst) => {
    if (isFirst) users.clear();
    users.add(rows);
  });
  return users.all(totalSize, soql);
}

/** The users that rows tell of. */
class Users {
  readonly #isFrozen: (id: UserId) => boolean;
  readonly #users = new Map<UserId, User>();
  readonly #texts = new Map<string, string>();

  constructor(isFrozen: (id: UserId) => boolean) {
    this.#isFrozen = isFrozen;
  }

  clear(): void {
    this.#users.clear();
  }

  add(rows: readonly UserRow[]): void {
    for (const row of rows) {
      const id = userIdOf(row.Id);
      this.#users.set(id, {
        id,
        username: row.Username,
        name: row.Name,
        isActive: row.IsActive,
        isFrozen: this.#isFrozen(id),
        profileId: row.ProfileId === null ? null : this.#shared(toId18(row.ProfileId)),
        profileName: this.#shared(row.Profile?.Name),
        userType: this.#shared(row.UserType),
        roleId: row.UserRoleId ? this.#shared(toId18(row.UserRoleId)) : null,
      });
    }
  }

  /** @throws InconclusiveError where the org counts others than these */
  all(totalSize: number, soql: string): Map<UserId, User> {
    checkAll(this.#users.size, totalSize, soql);
    return this.#users;
  }

  /** One string object for equal texts: an org has many users and few profiles. */
  #shared(text: string | null | undefined): string | null {
    if (text === null || text === undefined) return null;
    const known = this.#texts.get(text) ?? text;
    this.#texts.set(text, known);
    return known;
  }
}

export async function readProfiles(reader: OrgReader): Promise<Profile[]> {
  const rows = await readAll<{ Id: string; Name: string }>(reader, "SELECT Id, Name FROM Profile");
  return rows.map(({ Id, Name }) => ({ id: toId18(Id), name: Name }));
}

/** What the needs ask for and no more. */
export async function readDirectory(
  reader: OrgReader,
  needs: DirectoryNeeds,
  users: ReadonlyMap<UserId, User>,
  apps: readonly App[],
): Promise<Directory> {
  const [sets, roles, appSettings] = await Promise.all([
    readPermissionSets(reader, needs, users),
    needs.roles ? readRoles(reader) : [],
    needs.appSettings ? readAppSettings(reader, apps) : new Map(),
  ]);
  const publicGroups = await readPublicGroups(reader, needs.publicGroups, users, roles);
  return { ...sets, roles, publicGroups, appSettings };
}

/** The registered apps: connected apps, external client apps, and what the app menu lists of either; its labels can be other names of them. */
export async function readApps(reader: OrgReader): Promise<{
  readonly apps: App[];
  readonly labels: readonly { readonly id: AppId; readonly label: string }[];
  /** How many external client apps the org lists as such. */
  readonly externalApps: number;
}> {
  const [connected, external, menu] = await Promise.all([
    readAll<{ Id: string; Name: string; OptionsAllowAdminApprovedUsersOnly?: boolean | null }>(
      reader,
      "SELECT Id, Name, OptionsAllowAdminApprovedUsersOnly FROM ConnectedApplication",
    ),
    readAll<{ Id: string; MasterLabel: string }>(
      reader,
      "SELECT Id, MasterLabel FROM ExternalClientApplication",
    ).catch(noneShown),
    readMenu(reader),
  ]);
  const apps = new Map<string, App>();
  const add = (rawId: string, name: string, adminApprovedOnly: boolean | null = null) => {
    const id = appIdOf(rawId);
    if (kindOf(id) !== "unknown" && !apps.has(id))
      apps.set(id, { key: id, id, name, kind: kindOf(id), adminApprovedOnly });
  };
  for (const { Id, Name, OptionsAllowAdminApprovedUsersOnly: adminApprovedOnly } of connected)
    add(Id, Name, adminApprovedOnly ?? null);
  for (const { Id, MasterLabel } of external) add(Id, MasterLabel);
  const labels = menu.flatMap(({ ApplicationId, Label, NamespacePrefix }) => {
    if (ApplicationId === null) return [];
    add(ApplicationId, Label);
    const id = appIdOf(ApplicationId);
    const app = apps.get(id);
    if (app === undefined) return [];
    apps.set(id, { ...app, inAppMenu: true, ...(NamespacePrefix ? { namespace: NamespacePrefix } : {}) });
    return [{ id, label: Label }];
  });
  return { apps: [...apps.values()], labels, externalApps: external.length };
}

interface MenuRow {
  readonly ApplicationId: string | null;
  readonly Label: string;
  readonly NamespacePrefix?: string | null;
}

/** The app menu, with the packages that brought its apps where the org lets those be read: without, nothing is proven by them. */
async function readMenu(reader: OrgReader): Promise<MenuRow[]> {
  try {
    return await readAll<MenuRow>(reader, "SELECT ApplicationId, Label, NamespacePrefix FROM AppMenuItem");
  } catch (error) {
    if (!(error instanceof ApiError && error.salesforceCode === "INVALID_FIELD")) throw error;
    return await readAll<MenuRow>(reader, "SELECT ApplicationId, Label FROM AppMenuItem");
  }
}

/** The answer where there are none, and where they are not shown: `requireNoExternalApps` tells. */
function noneShown(error: unknown): never[] {
  if (error instanceof ApiError && error.salesforceCode === "INVALID_TYPE") return [];
  throw error;
}
