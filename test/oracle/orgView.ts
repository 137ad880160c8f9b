import type { OrgFixture } from "salesforce-local-org";
import type { Ref } from "./wanted.ts";
import { folded, isOfSalesforce, named, scopeInPolicy } from "./words.ts";

/** What of an org is not in its fixture: how its platform answers, and through what the tool is connected. */
export interface Platform {
  /** The grants of external client apps are in the usage resources alone. */
  readonly usageOnly: boolean;
  /** What the session says of the app that it was made through. */
  readonly sessionApp: string | null;
}

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly active: boolean;
  readonly frozen: boolean;
  readonly profile: string;
  readonly type: string;
  readonly role: string | null;
}

/** An app that is installed, or one that only its grants' label names. */
export interface KnownApp {
  readonly id: string | null;
  readonly name: string;
  readonly installed: OrgFixture["apps"][number] | null;
}

/** Whether a package of Salesforce's own brought it, as the app menu says. */
export function isProvenPlatform({ id, name, installed }: KnownApp): boolean {
  const isInMenu = id?.startsWith("0H4") === true && installed?.inAppMenu === true;
  return isInMenu && isOfSalesforce(installed.namespacePrefix) && folded(name) !== "workbench";
}

/** Whose grant a row is: one app's, or nobody can say which of some apps' it is. */
export type Owner =
  | { readonly app: KnownApp }
  | { readonly app: null; readonly label: string; readonly candidates: readonly KnownApp[] };

export interface Row {
  readonly user: Person;
  readonly owner: Owner;
  readonly label: string;
  readonly created: number | null;
  readonly lastUsed: number | null;
  readonly uses: number | null;
}

export interface Settings {
  readonly scopes: readonly string[] | null;
  readonly adminApprovedUsersOnly: boolean | null;
  readonly refreshTokenDays: number | null;
  readonly ipRelaxation: string | null;
}

/** An org as the oracle understands its fixture. */
export class OrgView {
  readonly fixture: OrgFixture;
  readonly people: readonly Person[];
  readonly apps: readonly KnownApp[];
  readonly rows: readonly Row[];
  readonly caller: Person;
  /** The apps with an id that the tool is connected through: the session's, and the one that is named beside it. */
  readonly ownApps: readonly KnownApp[];
  /** Whether several apps have the name that the session shows, and nobody says which is meant. */
  readonly isOwnAppAmbiguous: boolean;
  readonly #byUsername: ReadonlyMap<string, Person>;

  constructor(fixture: OrgFixture, platform: Platform, ownApp: Ref | null) {
    this.fixture = fixture;
    this.people = fixture.users.map((user) => ({
      id: user.id,
      username: user.username,
      active: user.isActive,
      frozen: user.isFrozen ?? false,
      profile: user.profile,
      type: user.userType,
      role: user.role ?? null,
    }));
    this.#byUsername = new Map(this.people.map((person) => [folded(person.username), person]));
    this.caller = this.person(fixture.caller)!;
    const installed = fixture.apps
      .filter(({ id }) => id !== null)
      .map((app): KnownApp => ({ id: app.id, name: app.name, installed: app }));
    const { sessionApp } = platform;
    const ofSession = sessionApp === null ? [] : whichApps({ id: null, name: sessionApp }, installed);
    this.isOwnAppAmbiguous = ofSession.length > 1 && ownApp === null;
    this.ownApps = [
      ...(ofSession.length === 1 ? ofSession : []),
      ...(ownApp === null ? [] : whichApps(ownApp, installed)),
    ];
    const shownRows = this.#shownRows(platform);
    const shown = new Set(shownRows.flatMap(({ id }) => id ?? []));
    const nameless = new Map<string, KnownApp>();
    const listed = shownRows.map(({ id, label, ...row }) => ({
      ...row,
      label,
      owner: this.#ownerOf({ id, label }, installed, shown, nameless),
    }));
    this.rows = [...listed, ...this.#usage(installed, listed)];
    this.apps = [...installed, ...nameless.values()];
  }

  person(username: string): Person | undefined {
    return this.#byUsername.get(folded(username));
  }

  people_(usernames: readonly string[] = []): Person[] {
    return usernames.flatMap((username) => this.person(username) ?? []);
  }

  /** Who has a permission set, directly or through a group, today. */
  holdersOfSet(set: string): Person[] {
    const groups = (this.fixture.permissionSetGroups ?? []).filter(({ permissionSets }) =>
      permissionSets.includes(set),
    );
    return [...this.#assigned(set), ...groups.flatMap(({ assignees }) => this.people_(assignees))];
  }

  /** Who has a permission, through profile, permission set or group. */
  holdersOfPermission(permission: string): Person[] {
    const { profiles, permissionSets, permissionSetGroups = [] } = this.fixture;
    const granting = (name: string) =>
      permissionSets.find((set) => set.name === name)!.permissions.includes(permission);
    const inProfile = profiles
      .filter(({ permissions }) => permissions.includes(permission))
      .map(({ name }) => name);
    return [
      ...this.people.filter(({ profile }) => inProfile.includes(profile)),
      ...permissionSets.filter(({ name }) => granting(name)).flatMap(({ name }) => this.#assigned(name)),
      ...permissionSetGroups
        .filter(
          (group) =>
            group.permissionSets.some(granting) && !(group.mutedPermissions ?? []).includes(permission),
        )
        .flatMap(({ assignees }) => this.people_(assignees)),
    ];
  }

  inRole(role: string, below: boolean): Person[] {
    const children = (this.fixture.roles ?? []).filter(({ parent }) => parent === role);
    return [
      ...this.people.filter((person) => person.role === role),
      ...(below ? children.flatMap((child) => this.inRole(child.developerName, true)) : []),
    ];
  }

  inPublicGroup(name: string): Person[] {
    const group = (this.fixture.publicGroups ?? []).find(({ developerName }) => developerName === name)!;
    const { users, groups = [], roles = [], rolesAndSubordinates = [] } = group.members;
    return [
      ...this.people_(users),
      ...groups.flatMap((inner) => this.inPublicGroup(inner)),
      ...roles.flatMap((role) => this.inRole(role, false)),
      ...rolesAndSubordinates.flatMap((role) => this.inRole(role, true)),
    ];
  }

  /** What can be read of how an app is set up: connected apps that the org did not make show one setting alone. */
  settings(app: KnownApp): Settings {
    const { installed } = app;
    if (installed === null)
      return { scopes: null, adminApprovedUsersOnly: null, refreshTokenDays: null, ipRelaxation: null };
    const said = installed.settings ?? {};
    const adminApprovedUsersOnly = said.adminApprovedUsersOnly ?? false;
    const whole = installed.id!.startsWith("0xI") || said.createdInOrg === true;
    if (!whole) return { scopes: null, adminApprovedUsersOnly, refreshTokenDays: null, ipRelaxation: null };
    const scopes = (said.scopes ?? []).map(scopeInPolicy);
    return {
      // An external client app without scopes looks like one whose scopes are not shown.
      scopes: installed.id!.startsWith("0xI") && scopes.length === 0 ? null : scopes,
      adminApprovedUsersOnly,
      refreshTokenDays: refreshDays(said.refreshTokenPolicy ?? "infinite"),
      ipRelaxation: IP[said.ipRelaxation ?? "ENFORCE"]!,
    };
  }

  #assigned(set: string): Person[] {
    const { assignees, expirations = {} } = this.fixture.permissionSets.find(({ name }) => name === set)!;
    const ends = new Map(Object.entries(expirations).map(([user, at]) => [folded(user), Date.parse(at)]));
    return this.people_(assignees).filter(
      ({ username }) => (ends.get(folded(username)) ?? Number.POSITIVE_INFINITY) > Date.now(),
    );
  }

  /** The rows that OauthToken hands out: what the AppMenuItem says of the app, if anything, and a label. */
  #shownRows({ usageOnly }: Platform) {
    return this.#held().filter(({ external }) => !usageOnly || external === null);
  }

  /** Each grant; `external` is the external client app whose it is, which the usage resources say. */
  #held() {
    const { grants, apps } = this.fixture;
    return grants.map(({ username, app: called, createdAt, lastUsedAt, useCount }) => {
      const app = apps.find(({ id }) => id === called) ?? apps.find(({ name }) => name === called)!;
      return {
        user: this.person(username)!,
        id: app.inAppMenu ? app.id : null,
        label: app.grantLabel ?? app.name,
        external: app.id?.startsWith("0xI") ? app.id : null,
        created: instant(createdAt),
        lastUsed: instant(lastUsedAt),
        uses: useCount,
      };
    });
  }

  /**
   * The tokens that the usage of external client apps shows beside the rows. One of the same second as a row of the user
   * for the app is that row; of the others, one for each row that has no time could be that.
   */
  #usage(installed: readonly KnownApp[], listed: readonly Row[]): Row[] {
    const tokens = this.#held().flatMap(({ external, uses, id: _, ...held }): Row[] => {
      const app = installed.find(({ id }) => id === external);
      if (external === null || app === undefined) return [];
      return [{ ...held, owner: { app }, label: app.name, uses: uses ?? 0 }];
    });
    const rows = [...listed];
    const without = (some: readonly Row[], isRow: (token: Row, row: Row) => boolean) =>
      some.filter((token) => {
        const same = rows.findIndex(
          (row) => row.user === token.user && row.owner.app === token.owner.app && isRow(token, row),
        );
        if (same >= 0) rows.splice(same, 1);
        return same < 0;
      });
    const second = ({ created }: Row) => (created === null ? null : Math.floor(created / 1_000));
    const others = without(tokens, (token, row) => second(token) === second(row));
    return without(others, (_, row) => row.created === null);
  }

  /**
   * Whose a row is. By its id; else by its label, where one app with an id has that name: but not a connected app
   * that the app menu lists or whose own grants say its id, since this one would too, nor the tool's own.
   */
  #ownerOf(
    { id, label }: { readonly id: string | null; readonly label: string },
    installed: readonly KnownApp[],
    shown: ReadonlySet<string>,
    nameless: Map<string, KnownApp>,
  ): Owner {
    if (id !== null) return { app: installed.find((app) => app.id === id)! };
    const same = installed.filter(({ name }) => name === label);
    const [only, ...others] = same;
    if (only === undefined) {
      const known = nameless.get(label) ?? { id: null, name: label, installed: null };
      nameless.set(label, known);
      return { app: known };
    }
    const saysItsId =
      only.id!.startsWith("0H4") && (only.installed?.inAppMenu === true || shown.has(only.id!));
    const isIts = others.length === 0 && !saysItsId && !this.ownApps.includes(only);
    return isIts ? { app: only } : { app: null, label, candidates: same };
  }
}

/** Which of some apps has an id or a name. */
export function whichApps({ id, name }: Ref, apps: readonly KnownApp[]): KnownApp[] {
  return id === null ? named(apps, name!, (app) => [app.name]) : apps.filter((app) => app.id === id);
}

function instant(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

const IP: Readonly<Record<string, string>> = {
  ENFORCE: "enforce",
  BYPASS: "bypass",
  BYPASS_2FACTOR: "bypass-2factor",
  ENFORCE_RELAXREFRESH: "enforce-relax-refresh",
};

function refreshDays(policy: string): number {
  if (policy === "infinite") return Number.POSITIVE_INFINITY;
  if (policy === "zero") return 0;
  const [, count, unit] = policy.split(":");
  return Number(count) * (unit === "HOURS" ? 1 / 24 : unit === "DAYS" ? 1 : 31);
}
