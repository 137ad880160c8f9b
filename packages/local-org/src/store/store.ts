import { LocalOrgError } from "../errors.ts";
import type { OrgFixture } from "../fixture/fixture.ts";
import { permissionFlags } from "../fixture/permissions.ts";
import { type Platform, platformOf } from "../fixture/platform.ts";
import { sameId } from "../ids.ts";
import { AccountLinks, type NewAccountLink } from "./accountLinks.ts";
import { AppGrants, type NewAppGrant } from "./appGrants.ts";
import { fixtureLogins, fixtureSessions, type NewSession, timeOf } from "./fixtureSessions.ts";
import type { GrantRange } from "./grants.ts";
import type { LoginWay } from "./logins.ts";
import { Permissions } from "./permissions.ts";
import type { Row, Tables } from "./rows.ts";
import { EXTERNAL, type Schema, type SchemaOptions, schemaIn, schemaOf } from "./schema.ts";
import { type Deletion, type LiveSession, type Session, Sessions } from "./sessions.ts";
import { tables } from "./tables.ts";
import type { View } from "./view.ts";

/** What a new grant is made of. */
export type NewGrant = NewAppGrant & { readonly username: string };

/** What may be changed of a user while the org runs. */
export interface UserChange {
  readonly isActive?: boolean;
  readonly isFrozen?: boolean;
  /** Whether the user has a permission from now on. */
  readonly permissions?: Readonly<Record<string, boolean>>;
}

/** What the documentation leaves open, or differs between orgs. */
export interface StoreOptions extends SchemaOptions, Partial<Platform> {
  /** Whether OauthToken.Id is null, as documented; filled by default, as seen in practice. */
  readonly nullTokenIds?: boolean;
  /** Whether the org has external client apps at all. */
  readonly externalClientApps?: boolean;
}

/** Approvals that a user may hold for one app; one more revokes the oldest (docs/salesforce.md#what-a-row-is). */
const APPROVALS = 5;

/** The data of one local org, in memory. */
export class Store {
  readonly organization: OrgFixture["organization"];
  readonly platform: Platform;
  readonly #schema: Schema;
  readonly #options: StoreOptions;
  /** By sObject name; OauthToken is kept apart. */
  readonly #tables: Tables;
  readonly #permissions: Permissions;
  readonly #grants: AppGrants;
  readonly #usersByName = new Map<string, string>();
  readonly #byId = new Map<string, Map<string, Row>>();
  readonly #sessions = new Sessions();
  readonly #links: AccountLinks;

  /** @throws LocalOrgError where an option names what the local org does not know */
  constructor(fixture: OrgFixture, options: StoreOptions = {}) {
    this.organization = fixture.organization;
    this.platform = platformOf(options, fixture.platform);
    this.#schema = schemaOf(options);
    this.#options = options;
    const now = Date.now();
    this.#links = new AccountLinks(fixture);
    this.#tables = { ...tables(fixture, now), AuthProvider: this.#links.providers() };
    this.#permissions = new Permissions(fixture, now);
    this.#grants = new AppGrants(fixture, this.platform, options.nullTokenIds ?? false);
    for (const { username, id } of fixture.users) this.#usersByName.set(username.toLowerCase(), id);
    for (const grant of fixture.grants)
      this.addGrant({ ...grant, createdAt: timeOf(grant.createdAt), lastUsedAt: timeOf(grant.lastUsedAt) });
    for (const session of fixtureSessions(fixture, now)) this.addSession(session);
    for (const { username, ...login } of fixtureLogins(fixture))
      this.#sessions.addLogin(this.userId(username)!, login);
    for (const link of fixture.thirdPartyAccountLinks ?? []) this.linkAccount(link);
  }

  /** The org as a session's user sees it through a version of the API. */
  view(session: Session, version: number): View {
    return {
      schema: schemaIn(version, this.#schema, this.#hidden(session)),
      platform: this.platform,
      now: Date.now(),
      rows: (object, range) => this.rows(object, session, range),
      lookUp: (object, id) =>
        object === "LoginHistory"
          ? this.rows(object, session).find(({ Id }) => sameId(String(Id), id))
          : this.lookUp(object, id),
    };
  }

  /** The records of an sObject that a user may see; of OauthToken, those within the range, oldest first. */
  rows(object: string, session: Session, range: GrantRange = {}): readonly Row[] {
    const { userId } = session;
    switch (object) {
      case "OauthToken":
        // Without Customize Application a caller sees its own alone, without a word (docs/salesforce.md#who-sees-the-grants-of-others).
        return this.#grants.visible(
          this.may(userId, "CustomizeApplication") ? range : ownOnly(range, userId.slice(0, 15)),
        );
      case "UserPermissionAccess":
        // A cache, which may lag behind.
        return [
          permissionFlags(
            this.platform.permissionsLag === "on"
              ? this.#permissions.atFirst(userId)
              : this.#permissions.of(userId),
          ),
        ];
      case "AuthSession":
        return this.#sessions.authSessions(session, this.may(userId, "ManageUsers"));
      case "LoginHistory":
        return this.#sessions.logins(session, this.may(userId, "ManageUsers"));
      case "ThirdPartyAccountLink":
        // Without Manage Users a caller sees its own alone (docs/salesforce.md#links-to-identity-providers).
        return this.#links.rows(session, this.may(userId, "ManageUsers"));
      case "PermissionSetAssignment":
        return this.#assignments();
      default:
        return this.#tables[object] ?? [];
    }
  }

  /** The assignments, but for those of what gave a permission that was taken away since. */
  #assignments(): readonly Row[] {
    return this.#tables.PermissionSetAssignment!.filter(({ AssigneeId, PermissionSetId }) => {
      const taken = this.#permissions.taken(String(AssigneeId));
      if (taken.length === 0) return true;
      const set = this.lookUp("PermissionSet", String(PermissionSetId));
      return !taken.some((name) => set?.[`Permissions${name}`] === true);
    });
  }

  /** All grants, oldest first. */
  grants(): readonly Row[] {
    return this.#grants.all();
  }

  /** The record that a reference leads to. Ids are compared by their first 15 characters. */
  lookUp(object: string, id: string): Row | undefined {
    let index = this.#byId.get(object);
    if (index === undefined) {
      index = new Map((this.#tables[object] ?? []).map((row) => [String(row.Id).slice(0, 15), row]));
      this.#byId.set(object, index);
    }
    return index.get(id.slice(0, 15));
  }

  may(userId: string, permission: string): boolean {
    return this.#permissions.has(userId, permission);
  }

  /** Whether an admin has let a user use an app, by the profile or a permission set that is assigned. */
  isPreauthorized(appId: string, userId: string): boolean {
    const { SetupEntityAccess = [], PermissionSetAssignment = [] } = this.#tables;
    const sets = PermissionSetAssignment.filter(
      ({ AssigneeId, IsActive }) => AssigneeId === userId && IsActive,
    );
    const assigned = new Set(sets.map(({ PermissionSetId }) => PermissionSetId));
    return SetupEntityAccess.some(
      ({ SetupEntityId, ParentId }) => SetupEntityId === appId && assigned.has(ParentId!),
    );
  }

  /** Every external client app of the org. */
  externalClientApps(): readonly Row[] {
    return this.#tables.ExternalClientApplication!;
  }

  /** Viewer is part of Admin, which needs it (docs/salesforce.md#external-client-apps). */
  maySeeExternalClientApps(userId: string): boolean {
    return ["ExternalClientAppViewer", "ExternalClientAppAdmin"].some((name) => this.may(userId, name));
  }

  userId(username: string): string | undefined {
    return this.#usersByName.get(username.toLowerCase());
  }

  /**
   * Deactivates, freezes or brings back a user, or gives and takes permissions, by their names.
   * @returns whether the org has the user
   */
  changeUser(username: string, { isActive, isFrozen, permissions = {} }: UserChange): boolean {
    const id = this.userId(username);
    if (id === undefined) return false;
    this.#permissions.change(id, permissions);
    const change = (object: string, key: string, values: Row) => {
      const row = this.#tables[object]!.find((one) => one[key] === id)!;
      Object.assign(row, values);
    };
    if (isActive !== undefined)
      change("User", "Id", { IsActive: isActive, SystemModstamp: Math.floor(Date.now() / 1000) * 1000 });
    if (isFrozen !== undefined) change("UserLogin", "UserId", { IsFrozen: isFrozen });
    return true;
  }

  /** What Salesforce does to a user whom it sees on an anonymizing network: frozen, logged out, every refresh token revoked. */
  freeze(userId: string): void {
    const { Username } = this.lookUp("User", userId)!;
    this.changeUser(String(Username), { isFrozen: true });
    this.#sessions.endAllOf(userId);
    for (const row of this.#grants.ofUser(userId)) this.#end(row);
  }

  isFrozen(userId: string): boolean {
    return this.#tables.UserLogin!.some(({ UserId, IsFrozen }) => UserId === userId && IsFrozen);
  }

  username(grant: Row): string {
    return String(this.lookUp("User", String(grant.UserId))!.Username);
  }

  /** @returns the grant's record, or null where the org has no such user */
  addGrant({ username, ...grant }: NewGrant): Row | null {
    const userId = this.userId(username);
    return userId === undefined ? null : this.#grants.add(userId, grant);
  }

  /** `addGrant` as a user's own approval: the sixth for one app revokes the oldest. */
  authorize(grant: NewGrant): Row | null {
    const added = this.addGrant(grant);
    if (added === null) return null;
    const others = this.#grants
      .ofUser(String(added.UserId))
      .filter((row) => row !== added && row.AppName === added.AppName);
    for (const row of others.slice(0, Math.max(0, others.length + 1 - APPROVALS))) this.#end(row);
    return added;
  }

  /**
   * Rotates the refresh tokens that a user has of an app, as each use of one does where the app rotates them: the old ones are
   * worth nothing. Whether a row's date moves is a setting. @returns the rows there are now
   */
  rotate(username: string, app: string, at: number = Date.now()): readonly Row[] {
    return this.#grants.rotate(this.userId(username) ?? "", app, at);
  }

  /** Uses a refresh token. @returns the row there is now, or undefined where the token is none, or was rotated before */
  refresh(token: string, at: number = Date.now()): Row | undefined {
    const use = this.#grants.use(token, at);
    if ("used" in use) return use.used;
    if (use.reused !== undefined) this.#end(use.reused);
    return undefined;
  }

  /** Rotates the refresh tokens of every app whose settings say that it rotates them. @returns the rows there are now */
  rotateAll(at: number = Date.now()): readonly Row[] {
    return this.#grants.rotateAll(at);
  }

  /** Removes the grant of a delete or refresh token. @returns the record, or undefined where there is none */
  revoke(token: string): Row | undefined {
    const row = this.#grants.ofToken(token);
    if (row !== undefined) this.#end(row);
    return row;
  }

  grantOfToken(token: string): Row | undefined {
    return this.#grants.ofToken(token);
  }

  /** Whether a text is a token of a grant or of a session, which no record of ours may hold. */
  isSecret(text: string): boolean {
    return this.#grants.holds(text) || this.#sessions.ofToken(text) !== undefined;
  }

  /** The id of the app of a grant; null for one that is not installed. */
  applicationId({ appId }: Row): string | null {
    return appId === null || appId === undefined ? null : String(appId);
  }

  /** Opens a session for a caller. @param way how it logged in; by a refresh token of the app, or at a page, without it */
  openSession(userId: string, app: string | null = null, way: Partial<LoginWay> = {}): Session {
    return this.#sessions.open(this.organization.id, userId, app, way);
  }

  session(token: string): Session | undefined {
    return this.#sessions.ofToken(token);
  }

  /** Ends a caller's session. @returns whether there was one */
  endSession(token: string): boolean {
    return this.#sessions.end(token);
  }

  /** The live sessions of users as they were added, without those of the callers. */
  sessions(): readonly LiveSession[] {
    return this.#sessions.live();
  }

  /** @returns the live session, or null where the org has no such user. @throws LocalOrgError where the user has no such grant */
  addSession({ username, of, ...session }: NewSession): LiveSession | null {
    const userId = this.userId(username);
    if (userId === undefined) return null;
    if (of === undefined) return this.#sessions.add(userId, session);
    const grant = this.#grants.of(userId, of.app).find(({ CreatedDate }) => CreatedDate === of.createdAt);
    if (grant === undefined) throw new LocalOrgError(`${username} has no such grant of ${of.app}.`);
    return this.#sessions.add(userId, { ...session, grant: String(grant.grantKey) });
  }

  /** Ends the session of an AuthSession, as far as the caller may. */
  deleteSession(id: string, caller: Session): Deletion {
    return this.#sessions.delete(id, caller, this.may(caller.userId, "ManageUsers"));
  }

  /** Links a user's account to an identity provider. @returns the record, or null where the org has no such user */
  linkAccount(link: NewAccountLink): Row | null {
    const userId = this.userId(link.username);
    return userId === undefined ? null : this.#links.add(userId, link);
  }

  /** Every link of an account to an identity provider. */
  accountLinks(): readonly Row[] {
    return this.#links.all();
  }

  /** Takes a link away, as far as the org is set up for it and the caller may. */
  deleteAccountLink(id: string, caller: Session): Deletion | "read-only" {
    if (this.platform.accountLinks === "absent") return "unknown";
    if (this.platform.accountLinks === "read-only") return "read-only";
    return this.#links.delete(id, caller, this.may(caller.userId, "ManageUsers"));
  }

  /** The objects that a caller is not shown: INVALID_TYPE, and not described. */
  #hidden(session: Session): string[] {
    const seesProviders = ["CustomizeApplication", "ManageAuthProviders"].every((name) =>
      this.may(session.userId, name),
    );
    return [
      ...(this.#showsExternalClientApps(session) ? [] : EXTERNAL),
      ...(this.platform.accountLinks === "absent" ? ["ThirdPartyAccountLink"] : []),
      ...(seesProviders ? [] : ["AuthProvider"]),
    ];
  }

  #showsExternalClientApps({ userId }: Session): boolean {
    if (this.#options.externalClientApps === false) return false;
    return this.platform.externalClientAppsNeed === "nothing" || this.maySeeExternalClientApps(userId);
  }

  /** Removes a grant, and the sessions that end with it. */
  #end(row: Row): void {
    this.#grants.remove(row);
    this.#sessions.endOfGrant(String(row.grantKey));
  }
}

function ownOnly(range: GrantRange, user: string): GrantRange {
  return { ...range, users: (range.users ?? [user]).filter((asked) => asked === user) };
}
