import { settingsOf } from "../fixture/appSettings.ts";
import type { OrgFixture } from "../fixture/fixture.ts";
import type { Platform } from "../fixture/platform.ts";
import { menuApps, menuItemId } from "./appTables.ts";
import { type GrantRange, Grants } from "./grants.ts";
import type { Row } from "./rows.ts";

/** An app as grants name it. */
interface GrantApp {
  /** Null for an app that is not installed. */
  readonly id: string | null;
  readonly label: string;
  readonly menuItemId: string | null;
}

/** What a new grant of a user is made of; times in milliseconds since the epoch. */
export interface NewAppGrant {
  /** Name or id of an app; a name that the org does not know is an app that is not installed. */
  readonly app: string;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly useCount: number | null;
  /** Of an external client app: whether its usage alone shows the grant. */
  readonly onlyInUsage?: boolean;
}

/** The grants of an org and the apps that they are of: which have an OauthToken, and what rotation makes of them. */
export class AppGrants {
  readonly #organizationId: string;
  readonly #platform: Platform;
  readonly #nullIds: boolean;
  readonly #grants = new Grants();
  readonly #apps = new Map<string, GrantApp>();
  /** Apps whose refresh tokens are rotated, by id. */
  readonly #rotating: ReadonlySet<string | null>;
  /** Refresh tokens that were rotated → what stays the same of their grants. */
  readonly #retired = new Map<string, Row[string]>();
  /** Whether any grant has no OauthToken. */
  #hidesGrants = false;

  /** @param nullIds whether OauthToken.Id is null */
  constructor({ apps, ...fixture }: OrgFixture, platform: Platform, nullIds: boolean) {
    this.#organizationId = fixture.organization.id;
    this.#platform = platform;
    this.#nullIds = nullIds;
    this.#rotating = new Set(apps.filter((app) => settingsOf(app).rotates).map(({ id }) => id));
    const menu = menuApps({ apps });
    for (const listed of apps) {
      const { id, name, grantLabel } = listed;
      const item = menu.indexOf(listed);
      const app = { id, label: grantLabel ?? name, menuItemId: item < 0 ? null : menuItemId(item) };
      if (!this.#apps.has(name)) this.#apps.set(name, app);
      if (id !== null) this.#apps.set(id, app);
    }
  }

  /** All grants, oldest first. */
  all(): readonly Row[] {
    return this.#grants.all();
  }

  /** The grants in a range that have an OauthToken, oldest first. */
  visible(range: GrantRange): readonly Row[] {
    const found = this.#grants.within(range);
    return this.#hidesGrants ? found.filter(({ inOauthToken }) => inOauthToken) : found;
  }

  add(userId: string, { app, createdAt, lastUsedAt, useCount, onlyInUsage }: NewAppGrant): Row {
    const { id, label, menuItemId: item } = this.#apps.get(app) ?? { id: null, label: app, menuItemId: null };
    const inOauthToken = !id?.startsWith("0xI") || (!onlyInUsage && this.#hasRow(userId, id));
    this.#hidesGrants ||= !inOauthToken;
    return this.#add({
      // A reference of 15 characters (docs/salesforce.md#fields-of-oauthtoken).
      AppMenuItemId: item === null ? null : item.slice(0, 15),
      // No field of OauthToken: whose the grant is, though its row may not say so.
      appId: id,
      inOauthToken,
      AppName: label,
      CreatedDate: createdAt,
      LastUsedDate: lastUsedAt,
      UseCount: useCount,
      UserId: userId,
    });
  }

  remove(row: Row): void {
    this.#grants.remove(row);
  }

  /** The grants of a user, oldest first. */
  ofUser(userId: string): readonly Row[] {
    return this.#grants.within({ users: [userId.slice(0, 15)] });
  }

  /** The grants that a user has of an app, by the app's name or id, or as the grants themselves name it. */
  of(userId: string, app: string): readonly Row[] {
    const known = this.#apps.get(app);
    return this.ofUser(userId).filter(({ appId, AppName }) =>
      known?.id ? appId === known.id : AppName === (known?.label ?? app),
    );
  }

  /** The grant of a delete or refresh token. */
  ofToken(token: string): Row | undefined {
    return this.#grants.ofToken(token);
  }

  /** Whether a text is any token of a grant that is there. */
  holds(text: string): boolean {
    return this.#grants.holds(text);
  }

  /** Rotates the refresh tokens that a user has of an app. @returns the rows there are now */
  rotate(userId: string, app: string, at: number): readonly Row[] {
    return this.of(userId, app).map((row) => this.#rotated(row, at));
  }

  /**
   * Uses a refresh token: its grant is used once more, or rotated where its app rotates. One that was rotated before ends the
   * grant that goes on from it, since somebody else may have it.
   */
  use(token: string, at: number): { readonly used: Row } | { readonly reused: Row | undefined } {
    const row = this.#grants.ofRefreshToken(token);
    if (row === undefined)
      return { reused: this.all().find(({ grantKey }) => grantKey === this.#retired.get(token)) };
    return { used: this.#rotates(row) ? this.#rotated(row, at) : this.#usedAgain(row, at) };
  }

  /** Rotates the refresh tokens of every app that rotates them. @returns the rows there are now */
  rotateAll(at: number): readonly Row[] {
    const rotating = this.all().filter((row) => this.#rotates(row));
    this.#grants.forgetOrder();
    return rotating.map((row) => this.#rotated(row, at));
  }

  /** Whether the next grant of a user for an external client app has an OauthToken, if the grant itself does not say. */
  #hasRow(userId: string, appId: string): boolean {
    switch (this.#platform.usageBesideRows) {
      case "both":
        return true;
      case "usage-alone":
        return false;
      case "usage-only-tokens":
        return !this.ofUser(userId).some((row) => row.appId === appId && row.inOauthToken);
    }
  }

  #rotates({ appId = null }: Row): boolean {
    return appId !== null && this.#rotating.has(String(appId));
  }

  #usedAgain(row: Row, at: number): Row {
    this.#grants.remove(row);
    const { AccessToken = null, DeleteToken = null, Id = null, RequestToken = null, usageId = null } = row;
    const used = { ...row, LastUsedDate: at, UseCount: Number(row.UseCount ?? 0) + 1 };
    return this.#add(used, { AccessToken, DeleteToken, Id, RequestToken, usageId });
  }

  #rotated(row: Row, at: number): Row {
    this.#grants.remove(row);
    this.#retired.set(String(row.AccessToken), row.grantKey ?? null);
    const { Id = null, usageId = null, UseCount } = row;
    return this.#platform.rotation === "moves"
      ? this.#add({ ...row, CreatedDate: at, LastUsedDate: at, UseCount: 1 })
      : this.#add({ ...row, LastUsedDate: at, UseCount: Number(UseCount ?? 0) + 1 }, { Id, usageId });
  }

  #add(row: Row, ids?: Row): Row {
    return this.#grants.add(this.#organizationId, this.#nullIds, row, ids);
  }
}
