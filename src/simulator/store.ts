import { createHash, randomBytes } from "node:crypto";
import { OBJECTS, PERMISSIONS } from "./fields.ts";
import type { OrgFixture } from "./fixture.ts";

/** A record: field name → value; datetimes are kept in milliseconds. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

export interface Session {
  readonly userId: string;
  readonly token: string;
}

/** An app as grants name it. */
interface GrantApp {
  readonly id: string | null;
  readonly label: string;
  readonly menuItemId: string | null;
}

/** What a new grant is made of; times in milliseconds since the epoch. */
export interface NewGrant {
  readonly username: string;
  /** Name or id of an app; a name that the org does not know is an app that is not installed. */
  readonly app: string;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly useCount: number | null;
}

/** The data of one local org, in memory. */
export class Store {
  readonly organization: OrgFixture["organization"];
  /** By sObject name; OauthToken is kept apart. */
  readonly #tables = new Map<string, Row[]>();
  readonly #grants = new Map<string, Row>();
  readonly #usersByName = new Map<string, string>();
  readonly #apps = new Map<string, GrantApp>();
  readonly #byId = new Map<string, Map<string, Row>>();
  readonly #sessions = new Map<string, Session>();
  readonly #permissions = new Map<string, Set<string>>();
  readonly #nullTokenIds: boolean;
  #serial = 0;
  #sorted: Row[] | undefined;

  /** `nullTokenIds`: whether OauthToken.Id is null, as the documentation says, or filled, as seen in practice. */
  constructor(fixture: OrgFixture, nullTokenIds: boolean) {
    this.organization = fixture.organization;
    this.#nullTokenIds = nullTokenIds;
    this.#fill(fixture);
    for (const grant of fixture.grants)
      this.addGrant({ ...grant, createdAt: time(grant.createdAt), lastUsedAt: time(grant.lastUsedAt) });
  }

  /** The records of an sObject that a user may see. */
  rows(object: string, session: Session): readonly Row[] {
    if (object === "OauthToken") {
      const all = this.grants();
      // Without Customize Application a caller sees its own alone, without a word (salesforce-facts 1.1).
      return this.may(session.userId, "CustomizeApplication")
        ? all
        : all.filter(({ UserId }) => UserId === session.userId);
    }
    if (object === "UserPermissionAccess")
      return [
        Object.fromEntries(PERMISSIONS.map((name) => [`Permissions${name}`, this.may(session.userId, name)])),
      ];
    if (object === "AuthSession")
      return [
        {
          Id: "0Ak000000000001AAA",
          IsCurrent: true,
          LoginHistoryId: "0Ya000000000001AAA",
          UsersId: session.userId,
        },
      ];
    if (object === "LoginHistory")
      return [{ Id: "0Ya000000000001AAA", Application: "sanctioned", UserId: session.userId }];
    return this.#tables.get(object) ?? [];
  }

  /** All grants, oldest first. */
  grants(): readonly Row[] {
    this.#sorted ??= [...this.#grants.values()].sort(
      (a, b) => Number(a.CreatedDate ?? 0) - Number(b.CreatedDate ?? 0),
    );
    return this.#sorted;
  }

  /** The record that a reference leads to. Ids are compared by their first 15 characters. */
  lookUp(object: string, id: string): Row | undefined {
    let index = this.#byId.get(object);
    if (index === undefined) {
      index = new Map((this.#tables.get(object) ?? []).map((row) => [String(row.Id).slice(0, 15), row]));
      this.#byId.set(object, index);
    }
    return index.get(id.slice(0, 15));
  }

  may(userId: string, permission: string): boolean {
    return this.#permissions.get(userId)?.has(permission) ?? false;
  }

  userId(username: string): string | undefined {
    return this.#usersByName.get(username.toLowerCase());
  }

  /** @returns the grant's record, or null where the org has no such user */
  addGrant({ username, app, createdAt, lastUsedAt, useCount }: NewGrant): Row | null {
    const userId = this.userId(username);
    if (userId === undefined) return null;
    const { label, menuItemId } = this.#apps.get(app) ?? { label: app, menuItemId: null };
    const serial = ++this.#serial;
    const secret = (kind: string) =>
      createHash("sha256").update(`${this.organization.id} ${kind} ${serial}`).digest("base64url");
    const row: Row = {
      Id: this.#nullTokenIds ? null : sfId("0CQ", serial),
      AccessToken: secret("AccessToken"),
      RequestToken: secret("RequestToken"),
      DeleteToken: secret("DeleteToken"),
      // A reference of 15 characters (salesforce-facts 1.2).
      AppMenuItemId: menuItemId === null ? null : menuItemId.slice(0, 15),
      AppName: label,
      CreatedDate: createdAt,
      LastUsedDate: lastUsedAt,
      UseCount: useCount,
      UserId: userId,
    };
    this.#grants.set(String(row.DeleteToken), row);
    this.#sorted = undefined;
    return row;
  }

  /** Removes the grant of a delete token. @returns the record, or undefined where there is none */
  revoke(deleteToken: string): Row | undefined {
    const row = this.#grants.get(deleteToken);
    if (row !== undefined) {
      this.#grants.delete(deleteToken);
      this.#sorted = undefined;
    }
    return row;
  }

  grantOfToken(deleteToken: string): Row | undefined {
    return this.#grants.get(deleteToken);
  }

  /** The id of the app of a grant, or null. */
  applicationId(grant: Row): string | null {
    const item =
      grant.AppMenuItemId === null ? undefined : this.lookUp("AppMenuItem", String(grant.AppMenuItemId));
    const id = item?.ApplicationId ?? this.#externalAppNamed(String(grant.AppName));
    return id === null || id === undefined ? null : String(id);
  }

  openSession(userId: string): Session {
    const session = {
      userId,
      token: `${this.organization.id}!${randomBytes(48).toString("base64url").replaceAll("-", ".")}`,
    };
    this.#sessions.set(session.token, session);
    return session;
  }

  session(token: string): Session | undefined {
    return this.#sessions.get(token);
  }

  #externalAppNamed(name: string): string | undefined {
    const app = (this.#tables.get("ExternalClientApplication") ?? []).find(
      ({ MasterLabel }) => MasterLabel === name,
    );
    return app === undefined ? undefined : String(app.Id);
  }

  #fill(fixture: OrgFixture): void {
    const { organization, profiles, permissionSets, users, apps } = fixture;
    const table = (name: string, rows: Row[]) => this.#tables.set(name, rows);
    const flags = (granted: readonly string[]) =>
      Object.fromEntries(PERMISSIONS.map((name) => [`Permissions${name}`, granted.includes(name)]));
    const profileIds = new Map(profiles.map(({ name, id }) => [name, id]));
    table("Organization", [
      {
        Id: organization.id,
        Name: organization.name,
        IsSandbox: organization.isSandbox,
        OrganizationType: "Enterprise Edition",
      },
    ]);
    table(
      "Profile",
      profiles.map(({ id, name, permissions }) => ({ Id: id, Name: name, ...flags(permissions) })),
    );
    table(
      "PermissionSet",
      permissionSets.map(({ id, name, label, permissions }) => ({
        Id: id,
        Name: name,
        Label: label,
        IsOwnedByProfile: false,
        ProfileId: null,
        ...flags(permissions),
      })),
    );
    const granted = new Map(profiles.map(({ name, permissions }) => [name, permissions]));
    table(
      "User",
      users.map(({ id, username, name, profile, isActive, userType }) => {
        this.#usersByName.set(username.toLowerCase(), id);
        this.#permissions.set(id, new Set(granted.get(profile)));
        return {
          Id: id,
          Username: username,
          Name: name,
          Email: username,
          IsActive: isActive,
          ProfileId: profileIds.get(profile)!,
          UserType: userType,
        };
      }),
    );
    const assignments = permissionSets.flatMap((set) =>
      set.assignees.map((username) => ({ set, userId: this.userId(username)! })),
    );
    for (const { set, userId } of assignments)
      for (const name of set.permissions) this.#permissions.get(userId)!.add(name);
    table(
      "PermissionSetAssignment",
      assignments.map(({ set, userId }, i) => ({
        Id: sfId("0Pa", i + 1),
        AssigneeId: userId,
        PermissionSetId: set.id,
      })),
    );

    const registered = apps.filter(({ id }) => id !== null);
    const menu = registered.filter(({ inAppMenu }) => inAppMenu);
    table("AppMenuItem", [
      {
        Id: sfId("0DS", 1),
        ApplicationId: "02u000000000001AAA",
        Label: "Sales",
        Name: "standard__Sales",
        Type: "TabSet",
        IsUsingAdminAuthorization: false,
      } as Row,
      ...menu.map(({ id, name }, i) => ({
        Id: sfId("0DS", i + 2),
        ApplicationId: id,
        Label: name,
        Name: developerName(name),
        Type: "ConnectedApplication",
        IsUsingAdminAuthorization: false,
      })),
    ]);
    table(
      "ConnectedApplication",
      registered
        .filter(({ id }) => id!.startsWith("0H4"))
        .map(({ id, name }) => ({ Id: id, Name: name, OptionsAllowAdminApprovedUsersOnly: false })),
    );
    table(
      "ExternalClientApplication",
      registered
        .filter(({ id }) => id!.startsWith("0xI"))
        .map(({ id, name }) => ({
          Id: id,
          MasterLabel: name,
          DeveloperName: developerName(name),
          DistributionState: "Local",
        })),
    );
    for (const { id, name, grantLabel } of apps) {
      const item = menu.findIndex((entry) => entry.id === id && entry.name === name);
      const app: GrantApp = {
        id,
        label: grantLabel ?? name,
        menuItemId: item < 0 ? null : sfId("0DS", item + 2),
      };
      if (!this.#apps.has(name)) this.#apps.set(name, app);
      if (id !== null) this.#apps.set(id, app);
    }
    for (const object of Object.keys(OBJECTS)) if (!this.#tables.has(object)) table(object, []);
  }
}

/** An 18-character id without upper-case letters beyond its prefix, which would change the suffix. */
export function sfId(prefix: string, serial: number): string {
  const id15 = `${prefix}${String(serial).padStart(12, "0")}`;
  let bits = 0;
  for (let i = 0; i < 5; i++) if (/[A-Z]/.test(id15[i]!)) bits |= 1 << i;
  return `${id15}${"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]}AA`;
}

function developerName(label: string): string {
  return label.replace(/[^A-Za-z0-9]+/g, "_");
}

function time(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
