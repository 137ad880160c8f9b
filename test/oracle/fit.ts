import { isProvenPlatform, type KnownApp, type OrgView, type Person, whichApps } from "./orgView.ts";
import type { Place } from "./places.ts";
import { type At, type Data, type Entry, FILES, type Ref, refOf, type Wanted } from "./wanted.ts";
import { endOfDay, folded, id18, isLike, isNear, isNearUsername, named, startOfDay } from "./words.ts";

/** What makes a policy refused, in the oracle's words, and where. */
export interface Refusal {
  readonly why: string;
  readonly at: Place | null;
}

/** A finding beside the grants. */
export interface Beside {
  readonly code: string;
  /** Of the app, if it is about one. */
  readonly app: KnownApp | null;
  readonly user: string | null;
  readonly at: Place | null;
}

export interface Exemption {
  /** Undefined where it is for any app or any user; null where the org has no such. */
  readonly app: KnownApp | null | undefined;
  readonly user: Person | null | undefined;
  readonly expires: string;
  readonly at: Place;
}

export interface Known {
  readonly app: KnownApp | null;
  readonly user: Person | null;
  readonly granted: number | null;
}

/** A policy with its names looked up in an org. */
export interface Fit {
  readonly entryOf: ReadonlyMap<KnownApp, Entry>;
  readonly inScope: ReadonlyMap<Entry, ReadonlySet<Person>>;
  readonly offboarded: ReadonlyMap<Person, Place>;
  readonly protectedUsers: ReadonlyMap<Person, Place>;
  readonly protectedApps: ReadonlyMap<KnownApp, Place>;
  readonly exemptions: readonly Exemption[];
  /** Null where the policy has no `highPrivilege`. */
  readonly powerful: ReadonlySet<Person> | null;
  readonly baseline: {
    readonly expires: string;
    readonly written: number | null;
    readonly grants: readonly Known[];
  } | null;
  readonly exceptions: readonly {
    readonly app: KnownApp | null | undefined;
    readonly user: Person | null | undefined;
    readonly reviewBy: string;
    readonly at: Place;
  }[];
  readonly refusals: readonly Refusal[];
  readonly absent: readonly Beside[];
}

/** Looks up every name of a policy in an org, and collects what is wrong. */
export function lookedUp(wanted: Wanted, org: OrgView, asOf: number, ownApp: string | null): Fit {
  return new Fitting(wanted, org, asOf).fitted(ownApp);
}

type Names = readonly { readonly names: readonly string[]; readonly members: () => readonly Person[] }[];

class Fitting {
  readonly #wanted: Wanted;
  readonly #org: OrgView;
  readonly #asOf: number;
  readonly #refusals: Refusal[] = [];
  readonly #absent: Beside[] = [];
  readonly #entryOf = new Map<KnownApp, Entry>();

  constructor(wanted: Wanted, org: OrgView, asOf: number) {
    this.#wanted = wanted;
    this.#org = org;
    this.#asOf = asOf;
  }

  fitted(ownApp: string | null): Fit {
    const wanted = this.#wanted;
    this.#checkOwnApp(ownApp);
    this.#checkOrg();
    const unlisted = wanted.get("unlisted");
    if (unlisted?.value === "revoke" && wanted.get("platformApps") === null)
      this.#refuse("it is not said whether Salesforce's own apps go too", unlisted.at);
    for (const entry of wanted.entries) this.#place(entry);
    this.#checkTypos();
    for (const { value, at } of wanted.all<Data>("appsLike"))
      if (/^[*? ]*$/.test(folded(String(value.name)))) this.#refuse("a pattern of everything", at);
    const offboarded = this.#usersAt(wanted.all<string>("offboarded"));
    const protectedUsers = this.#usersAt(wanted.all<string>("protected", "users"));
    const protectedApps = this.#appsAt(wanted.all<unknown>("protected", "apps"));
    const exemptions = this.#exemptions();
    const exceptions = this.#exceptions();
    for (const entry of wanted.entries)
      if (entry.denied !== null && entry.get("users") !== null)
        this.#refuse("denied and for somebody", entry.at);
    const inScope = new Map(
      wanted.entries
        .filter((entry) => entry.denied === null)
        .map((entry) => [entry, this.#scopeOf(entry)] as const),
    );
    const powerful = this.#powerful();
    this.#contradictions({ offboarded, protectedUsers, protectedApps, exemptions });
    return {
      entryOf: this.#entryOf,
      inScope,
      offboarded,
      protectedUsers,
      protectedApps,
      exemptions,
      exceptions,
      powerful,
      baseline: this.#baseline(),
      refusals: this.#refusals,
      absent: this.#absent,
    };
  }

  #refuse(why: string, at: Place | null): void {
    this.#refusals.push({ why, at });
  }

  #checkOrg(): void {
    const { organization } = this.#org.fixture;
    const id = this.#wanted.get<string>("org", "id");
    const name = this.#wanted.get<string>("org", "name");
    if (id !== null && id18(id.value) !== organization.id) this.#refuse("another org", id.at);
    if (name !== null && name.value !== organization.name) this.#refuse("another org", name.at);
  }

  /** Which apps of the org have this id or name. */
  #find(ref: Ref): KnownApp[] {
    return whichApps(ref, this.#org.apps);
  }

  /** Whose app an entry is; two apps of one name need an id, and no app has two entries. */
  #place(entry: Entry): void {
    const { id, name } = entry;
    const found = this.#find({ id, name });
    if (found.length > 1) this.#refuse("several apps have the name", entry.get("name")!.at);
    const [app] = found;
    this.#checkExpected(entry);
    if (app === undefined) {
      const [expected, by] = [entry.get("expected"), entry.get<string>("expectedBy")];
      const isLate = by !== null && this.#asOf >= endOfDay(by.value);
      const [code, at] =
        expected === null || by === null
          ? ["app-absent", (entry.get("id") ?? entry.get("name"))!.at]
          : isLate
            ? ["app-not-arrived", by.at]
            : ["app-expected", expected.at];
      this.#absent.push({ code: code as string, app: null, user: null, at: at as Place });
      return;
    }
    if (found.length > 1) return;
    if (id !== null && name !== null && folded(name) !== folded(app.name))
      this.#refuse("the id is of an app of another name", entry.get("name")!.at);
    const before = this.#entryOf.get(app);
    if (before === undefined) this.#entryOf.set(app, entry);
    else if (!turnsAround(before, entry)) this.#refuse("the app is listed twice", entry.at);
  }

  /** Who expects an app says until when, and does not deny it. */
  #checkExpected(entry: Entry): void {
    const [expected, by] = [entry.get("expected"), entry.get("expectedBy")];
    if ((expected === null) !== (by === null)) this.#refuse("expected by halves", (expected ?? by)!.at);
    else if (expected !== null && entry.denied !== null) this.#refuse("denied and expected", expected.at);
  }

  /** An entry of an app that is not there is no mistake, unless it nearly names one that no entry lists. */
  #checkTypos(): void {
    const { rows } = this.#org;
    const held = new Set(rows.flatMap(({ owner }) => owner.app ?? []));
    const free = [
      ...[...held].filter((app) => !this.#entryOf.has(app)).map(({ name }) => name),
      // What does not say whose it is has a name too, and grants.
      ...rows.filter(({ owner }) => owner.app === null).map(({ label }) => label),
    ];
    const revokes = this.#wanted.get("unlisted")?.value === "revoke";
    const takesPlatform = this.#wanted.get("platformApps")?.value === "revoke";
    const platform = takesPlatform
      ? [...held].filter((app) => !this.#entryOf.has(app) && isProvenPlatform(app)).map(({ name }) => name)
      : [];
    for (const entry of this.#wanted.entries) {
      const { id, name } = entry;
      if (name === null || this.#find({ id, name }).length > 0) continue;
      const losing = entry.denied === null && !revokes ? platform : free;
      if (losing.some((other) => isNear(name, other)))
        this.#refuse("nearly the name of an app with grants", entry.get("name")!.at);
    }
  }

  #user({ value, at }: At<string>): Person | null {
    const person = this.#org.person(value);
    if (person !== undefined) return person;
    this.#missing(
      "user-absent",
      "no such user",
      { value, at },
      this.#org.people.map(({ username }) => username),
    );
    return null;
  }

  /** A name that the org does not have: an error in one's own file, or where it is nearly another's; else a finding. */
  #missing(
    code: string,
    why: string,
    { value, at }: At<string>,
    known: readonly string[],
    isOver = false,
  ): void {
    const near = code === "user-absent" ? isNearUsername : isNear;
    const mayBeAbsent =
      isOver || at.file !== FILES.own || (code === "app-absent" && at.path.includes("exceptions"));
    if (!mayBeAbsent || known.some((name) => near(value, name))) this.#refuse(why, at);
    else this.#absent.push({ code, app: null, user: null, at });
  }

  #usersAt(list: readonly At<string>[]): Map<Person, Place> {
    this.#twice(list, (value) => folded(String(value)));
    return new Map(
      list.flatMap((item) => {
        const person = this.#user(item);
        return person === null ? [] : [[person, item.at] as const];
      }),
    );
  }

  /** @param isOver it stands in an exemption that has expired */
  #app({ value, at }: At, isOver = false): KnownApp | null {
    const ref = refOf(value);
    const found = this.#find(ref);
    if (found.length > 1) this.#refuse("several apps have the name", at);
    if (found.length === 0) {
      const text = typeof value === "string" ? value : String(Object.values(value as Data)[0]);
      if (ref.id !== null && this.#org.apps.some(({ name }) => name === text))
        this.#refuse("a name that looks like an id", at);
      else
        this.#missing(
          "app-absent",
          "no such app",
          { value: text, at: placeOfName(value, at) },
          this.#org.apps.flatMap(({ id, name }) => (ref.id === null ? name : (id ?? []))),
          isOver,
        );
    }
    return found[0] ?? null;
  }

  /** The apps of a list, each at the first place that names it. */
  #appsAt(list: readonly At[]): Map<KnownApp, Place> {
    const found = list.flatMap((item) => {
      const app = this.#app(item);
      return app === null ? [] : [[app, item.at] as const];
    });
    return new Map(found.toReversed());
  }

  #twice(list: readonly At[], form: (value: unknown) => string): void {
    const seen = new Set<string>();
    for (const { value, at } of list) {
      if (seen.has(form(value))) this.#refuse("listed twice", at);
      seen.add(form(value));
    }
  }

  #exemptions(): Exemption[] {
    const latest = this.#asOf + (this.#wanted.get<number>("maxExemptionDays")?.value ?? 180) * 86_400_000;
    return this.#wanted.all<Data>("exemptions").map(({ value, at }) => {
      const below = (key: string): Place => ({ file: at.file, path: [...at.path, key] });
      if (value.app === undefined && value.user === undefined) this.#refuse("an exemption of nothing", at);
      if (startOfDay(String(value.expires)) > latest) this.#refuse("too long an exemption", below("expires"));
      return {
        ...this.#appAndUser(value, below, this.#asOf >= endOfDay(String(value.expires))),
        expires: String(value.expires),
        at,
      };
    });
  }

  #appAndUser(value: Data, below: (key: string) => Place, isOver = false) {
    return {
      app: value.app === undefined ? undefined : this.#app({ value: value.app, at: below("app") }, isOver),
      user:
        value.user === undefined ? undefined : this.#user({ value: String(value.user), at: below("user") }),
    };
  }

  #exceptions(): Fit["exceptions"] {
    return this.#wanted.all<Data>("highPrivilege", "exceptions").map(({ value, at }) => ({
      ...this.#appAndUser(value, (key) => ({ file: at.file, path: [...at.path, key] })),
      reviewBy: String(value.reviewBy),
      at,
    }));
  }

  #contradictions(said: Pick<Fit, "offboarded" | "protectedUsers" | "protectedApps" | "exemptions">): void {
    const { offboarded, protectedUsers, protectedApps, exemptions } = said;
    for (const [person, at] of offboarded)
      if (protectedUsers.has(person)) this.#refuse("protected and offboarded", at);
    for (const [app, at] of protectedApps)
      if (this.#entryOf.get(app)?.denied != null) this.#refuse("denied and protected", at);
    for (const { app, user, at } of exemptions) {
      if (app != null && protectedApps.has(app)) this.#refuse("exempt and protected", at);
      if (user != null && protectedUsers.has(user)) this.#refuse("exempt and protected", at);
      if (user != null && offboarded.has(user)) this.#refuse("exempt and offboarded", at);
    }
  }

  /** Who may use the app of an entry. */
  #scopeOf(entry: Entry): Set<Person> {
    const users = entry.get<unknown>("users");
    if (users === null) {
      this.#refuse("neither denied nor for anybody", entry.at);
      return new Set();
    }
    if (users.value === "everyone") return new Set(this.#org.people);
    if (users.value === "nobody") return new Set();
    const { everyone, except, ...lists } = users.value as Data;
    if (everyone === undefined && Object.keys(lists).length === 0)
      this.#refuse("says whom it excepts alone", users.at);
    const listed = this.#listed(lists, users.at);
    const chosen = everyone === true ? this.#org.people : listed;
    const out = except === undefined ? [] : this.#listed(except as Data, below(users.at, "except"));
    for (const [key, list] of Object.entries((except ?? {}) as Data))
      for (const name of list as string[])
        if (((lists[key] ?? []) as string[]).some((other) => folded(other) === folded(name)))
          this.#refuse("in scope and excepted", users.at);
    const left = new Set(chosen.filter((person) => !out.includes(person)));
    // An app that is not there has no grants to lose.
    if (left.size === 0 && this.#find({ id: entry.id, name: entry.name }).length > 0)
      this.#refuse("nobody is in scope", users.at);
    return left;
  }

  /** Whoever matches any of the lists. */
  #listed(lists: Data, at: Place): Person[] {
    return Object.entries(lists).flatMap(([key, list]) => {
      const items = (list as string[]).map((value, i) => ({
        value,
        at: { ...at, path: [...at.path, key, i] },
      }));
      this.#twice(items, (value) => folded(String(value)));
      return items.flatMap((item) => this.#meant(key, item));
    });
  }

  #meant(key: string, item: At<string>): readonly Person[] {
    if (key === "usernames") {
      const person = this.#user(item);
      return person === null ? [] : [person];
    }
    if (key === "usernamesLike") {
      const alike = this.#org.people.filter(({ username }) => isLike(username, item.value));
      if (alike.length === 0) this.#missing("name-absent", "a pattern that nobody matches", item, []);
      return alike;
    }
    const sets = this.#setsOf(key);
    const [found, second] = named(sets, item.value, ({ names }) => names);
    if (second !== undefined) this.#refuse("several have the name", item.at);
    if (found === undefined)
      this.#missing(
        "name-absent",
        `no such name in ${key}`,
        item,
        sets.flatMap(({ names }) => names),
      );
    return found?.members() ?? [];
  }

  /** What can be named under a key of `users`, with who is in it. */
  #setsOf(key: string): Names {
    const org = this.#org;
    const { profiles, permissionSets, permissionSetGroups = [], roles = [], publicGroups = [] } = org.fixture;
    switch (key) {
      case "profiles":
        return profiles.map(({ name }) => ({
          names: [name],
          members: () => org.people.filter(({ profile }) => profile === name),
        }));
      case "permissionSets":
        return permissionSets.map(({ name, label, namespacePrefix }) => ({
          names: [namespacePrefix === undefined ? name : `${namespacePrefix}__${name}`, label],
          members: () => org.holdersOfSet(name),
        }));
      case "permissionSetGroups":
        return permissionSetGroups.map(({ developerName, label, assignees }) => ({
          names: [developerName, label],
          members: () => org.people_(assignees),
        }));
      case "roles":
      case "rolesAndSubordinates":
        return roles.map(({ developerName, name }) => ({
          names: [developerName, name],
          members: () => org.inRole(developerName, key === "rolesAndSubordinates"),
        }));
      case "publicGroups":
        return publicGroups.map(({ developerName, name }) => ({
          names: [developerName, name],
          members: () => org.inPublicGroup(developerName),
        }));
      default:
        return [...new Set([...org.people.map(({ type }) => type), "Standard", "PowerPartner"])].map(
          (name) => ({
            names: [name],
            members: () => org.people.filter(({ type }) => type === name),
          }),
        );
    }
  }

  #powerful(): Set<Person> | null {
    if (this.#wanted.get("highPrivilege") === null) return null;
    const list = (key: string) => this.#privilegeList(key);
    const all = [...list("permissions"), ...list("profiles"), ...list("permissionSets")];
    if (all.length === 0) this.#refuse("high privilege of nobody", this.#wanted.get("highPrivilege")!.at);
    if (
      this.#wanted.get("highPrivilege", "grantedSince") !== null &&
      this.#wanted.get("highPrivilege", "grantedWithinDays") !== null
    )
      this.#refuse("looks back in two ways", this.#wanted.get("highPrivilege")!.at);
    return new Set([
      ...list("permissions").flatMap((item) => this.#org.holdersOfPermission(item.value)),
      ...list("profiles").flatMap((item) => this.#meant("profiles", item)),
      ...list("permissionSets").flatMap((item) => this.#meant("permissionSets", item)),
    ]);
  }

  /** A list of what makes powerful: of the first file that says it. */
  #privilegeList(key: string): At<string>[] {
    const found = this.#wanted.get<string[]>("highPrivilege", key);
    return (found?.value ?? []).map((value, i) => ({
      value,
      at: { file: found!.at.file, path: [...found!.at.path, i] },
    }));
  }

  #baseline(): Fit["baseline"] {
    const { baseline } = this.#wanted.files;
    if (baseline === null) return null;
    const expires = String(baseline.expires);
    const latest = this.#asOf + (this.#wanted.get<number>("maxExemptionDays")?.value ?? 180) * 86_400_000;
    const at = (...path: (string | number)[]): Place => ({ file: FILES.baseline, path });
    if (startOfDay(expires) > latest) this.#refuse("too long a baseline", at("expires"));
    const written = typeof baseline.written === "string" ? endOfDay(baseline.written) : null;
    if (written !== null && startOfDay(String(baseline.written)) > this.#asOf)
      this.#refuse("a baseline of a day to come", at("written"));
    const grants = baseline.grants as Data[];
    const isOver = this.#asOf >= endOfDay(expires);
    grants.forEach((value, i) => {
      if (value.granted === undefined && written === null)
        this.#refuse("a baseline that does not say when", at("grants", i));
    });
    this.#twice(
      grants.map((value, i) => ({ value, at: at("grants", i) })),
      (value) => {
        const { app, user, granted } = value as Data;
        return JSON.stringify([refOf(app), folded(String(user)), granted ?? null]);
      },
    );
    const known = (value: Data, i: number): Known => ({
      app: this.#knownApp({ value: value.app, at: at("grants", i, "app") }),
      user: this.#knownUser({ value: String(value.user), at: at("grants", i, "user") }),
      granted: value.granted === undefined ? null : Date.parse(String(value.granted)),
    });
    return { expires, written, grants: isOver ? [] : grants.map(known) };
  }

  #knownApp(item: At): KnownApp | null {
    const ref = refOf(item.value);
    const found = this.#find(ref);
    if (found.length > 1) this.#refuse("several apps have the name", item.at);
    if (found.length === 0) {
      const near = ref.name !== null && this.#org.apps.some(({ name }) => isNear(ref.name!, name));
      const lookalike = ref.id !== null && this.#org.apps.some(({ name }) => name === item.value);
      if (near || lookalike) this.#refuse("nearly a known app", item.at);
      else this.#absent.push({ code: "app-absent", app: null, user: null, at: item.at });
    }
    return found[0] ?? null;
  }

  #knownUser({ value, at }: At<string>): Person | null {
    const person = this.#org.person(value);
    if (person === undefined) this.#refuse("no such user", at);
    return person ?? null;
  }

  /** What SANCTIONED_OWN_APP names is an app with an id, and one alone. */
  #checkOwnApp(given: string | null): void {
    if (this.#org.isOwnAppAmbiguous) this.#refuse("the own app is unknown or ambiguous", null);
    if (given === null) return;
    const found = this.#find(refOf(given));
    if (found.length !== 1 || found[0]!.id === null)
      this.#refuse("the own app is unknown or ambiguous", null);
  }
}

/** Whether one's own entry denies what the extended policy sanctions, or says that it sanctions what that denies. */
function turnsAround(own: Entry, shared: Entry): boolean {
  if (own.shared || !shared.shared) return false;
  return shared.denied === null ? own.denied !== null : own.get("sanctioned")?.value === true;
}

function below(at: Place, key: string): Place {
  return { file: at.file, path: [...at.path, key] };
}

/** Where the name or the id itself stands, be it a map's. */
function placeOfName(value: unknown, at: Place): Place {
  const key = typeof value === "string" ? undefined : Object.keys(value as Data)[0];
  return key === undefined ? at : { file: at.file, path: [...at.path, key] };
}
