import type { OrgFixture } from "salesforce-local-org";
import { folded, scopeInPolicy } from "./words.ts";

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
  readonly #byUsername: ReadonlyMap<string, Person>;

  constructor(fixture: OrgFixture, platform: Platform) {
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
    const rows = this.#rawRows(platform);
    const shown = new Set(rows.flatMap(({ id }) => id ?? []));
    const nameless = new Map<string, KnownApp>();
    this.rows = rows.map(({ id, label, ...row }) => ({
      ...row,
      label,
      owner: ownerOf(id, label, installed, shown, nameless),
    }));
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

  /**
   * The rows that the org hands out: what the AppMenuItem says of the app, if anything, and a label. Where the
   * usage resources alone show external client apps, they say the id of each; they know an app's grants by label too.
   */
  #rawRows({ usageOnly }: Platform) {
    const { grants, apps } = this.fixture;
    return grants.map(({ username, app: called, createdAt, lastUsedAt, useCount }) => {
      const app = apps.find(({ id }) => id === called) ?? apps.find(({ name }) => name === called)!;
      const label = app.grantLabel ?? app.name;
      const shown = app.inAppMenu ? app.id : null;
      const external = shown ?? apps.find(({ id, name }) => id?.startsWith("0xI") && name === label)?.id;
      const hidden = usageOnly && external?.startsWith("0xI") === true;
      return {
        user: this.person(username)!,
        id: hidden ? external! : shown,
        label,
        created: instant(createdAt),
        lastUsed: instant(lastUsedAt),
        uses: useCount ?? (hidden ? 0 : null),
      };
    });
  }
}

function instant(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/**
 * Whose a row is. By its id; else by its label, where one app alone could be meant: a connected app whose own
 * grants name their id could not, since this one would too.
 */
function ownerOf(
  id: string | null,
  label: string,
  installed: readonly KnownApp[],
  shown: ReadonlySet<string>,
  nameless: Map<string, KnownApp>,
): Owner {
  if (id !== null) return { app: installed.find((app) => app.id === id)! };
  const same = installed.filter(({ name }) => name === label);
  const candidates = same.filter((app) => !(app.id!.startsWith("0H4") && shown.has(app.id!)));
  if (candidates.length === 1) return { app: candidates[0]! };
  if (same.length > 0) return { app: null, label, candidates };
  const known = nameless.get(label) ?? { id: null, name: label, installed: null };
  nameless.set(label, known);
  return { app: known };
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
