import type { ErrorText } from "../errors.ts";
import type { App, Inventory } from "../inventory/inventory.ts";
import { foldName, isNear, NameIndex } from "../names.ts";
import { didYouMean } from "../policy/nearest.ts";
import type { AppEntry, GrantsMeant, Named, Placed, Policy, Position } from "../policy/policy.ts";
import type { Problem } from "../policy/problem.ts";
import {
  type AppId,
  type AppRef,
  parseAppId,
  parseProviderId,
  refText,
  type UserId,
} from "../salesforce/id.ts";
import { resolveProblems } from "./errors.ts";
import type { Absent } from "./resolved.ts";

/** Something of the org that a policy can name: by its unique name, or by its label where only one has it. */
export interface Nameable {
  readonly id: string;
  readonly name: string;
  readonly label: string;
}

/** What an entry of a policy can list. An app is no provider of the same name, nor the other way round. */
export type Listed = "app" | "identity provider";

/** The apps, or the providers, of an org, by what a policy can call them. */
interface Shelf {
  readonly what: Listed;
  readonly names: NameIndex<App>;
  readonly byId: ReadonlyMap<AppId, App>;
  readonly parseId: typeof parseAppId;
}

const CORRECT_IT = "correct it or remove it";

/**
 * Finds what the names of a policy mean in one org. It keeps the names that mean nothing or two things: a
 * name that is wrong is a problem at its line, never an empty set. What comes from a policy that this one extends may
 * be absent, since not every org that shares it has it, but not where it is nearly the name of something there.
 */
export class Lookup {
  readonly problems: Problem[] = [];
  readonly absent: Absent[] = [];
  readonly #policy: Policy;
  /** The org's name. */
  readonly org: string;
  readonly #shelves: Readonly<Record<Listed, Shelf>>;
  readonly #usersByName: ReadonlyMap<string, UserId>;
  readonly #indexes = new Map<readonly Nameable[], NameIndex<Nameable>>();

  constructor(policy: Policy, { org, apps, users }: Inventory) {
    this.#policy = policy;
    this.org = org.name;
    // A grant that does not say whose it is makes no app: nobody could make a policy ambiguous by a name.
    const told = apps.filter(({ couldBe }) => couldBe === undefined);
    const shelf = (what: Listed, parseId: Shelf["parseId"]): Shelf => {
      const some = told.filter((app) => listedAs(app) === what);
      return {
        what,
        parseId,
        names: new NameIndex(some, ({ name }) => [name]),
        byId: new Map(some.flatMap((app) => (app.id === null ? [] : [[app.id, app] as const]))),
      };
    };
    this.#shelves = {
      app: shelf("app", parseAppId),
      "identity provider": shelf("identity provider", parseProviderId),
    };
    this.#usersByName = new Map([...users.values()].map(({ id, username }) => [username.toLowerCase(), id]));
  }

  /** Every username in lower case, with its user's id. */
  get usersByName(): ReadonlyMap<string, UserId> {
    return this.#usersByName;
  }

  /** The app that is meant; null where there is not exactly one, which is a problem, or absent in a shared policy. */
  app(placed: Placed<AppRef>): App | null {
    if (this.isShared(placed.position)) return this.appUnlessNear(placed);
    const app = this.appIfAny(placed);
    return app === undefined ? this.#noApp(placed, "app") : app;
  }

  /** As `app`, but what the org does not have is a problem only where it is nearly the name of an app. */
  appUnlessNear(placed: Placed<AppRef>): App | null {
    const app = this.appIfAny(placed);
    if (app !== undefined) return app;
    const { value: ref } = placed;
    if ("name" in ref && isNearAny(ref.name, this.#shelves.app.names.names))
      return this.#noApp(placed, "app");
    this.#appAbsent(placed, "app");
    return null;
  }

  /** As `app`, but undefined, and nothing said, where the org has no such app, or provider. */
  appIfAny({ value: ref, position }: Placed<AppRef>, what: Listed = "app"): App | null | undefined {
    const { names, byId } = this.#shelves[what];
    const found = "id" in ref ? [byId.get(ref.id) ?? []].flat() : names.find(ref.name);
    const [only, ...others] = found;
    if (only === undefined) return this.#refusesNameAsId(ref, position, what) ? null : undefined;
    if (others.length === 0) return only;
    this.problem(
      position,
      resolveProblems["app-name-ambiguous"]({
        what,
        count: found.length,
        org: this.org,
        name: refText(ref),
        ids: found.map(({ id }) => id ?? "one without an id").join(", "),
      }),
    );
    return null;
  }

  /**
   * Keeps that the policy lists an app that the org does not have: its last grant may be gone, which is no mistake.
   * But it is one where its name is nearly that of an app that would lose its grants, or keep them, by that.
   * @param mistakable apps of which a typing mistake may have made it
   */
  listedAppAbsent(
    { name: named, expected }: Pick<AppEntry, "name" | "expected">,
    placed: Placed<AppRef>,
    mistakable: readonly App[],
    what: Listed,
  ): void {
    const { value: ref } = placed;
    const name = named?.value ?? null;
    const isMistaken = ({ id, name: other }: App) => {
      if (name === null) return false;
      if ("name" in ref) return isNear(name, other);
      // With a wrong id the name can be right; a stranger without an id may have taken it since the app went.
      return id !== null && (foldName(name) === foldName(other) || isNear(name, other));
    };
    const near = mistakable.filter(isMistaken);
    if (near.length === 0) this.#appAbsent(placed, what, expected);
    else this.#noApp(placed, what);
  }

  #appAbsent({ value, position }: Placed<AppRef>, what: Listed, expected: AppEntry["expected"] = null): void {
    const kind = what === "app" ? "app" : "provider";
    this.absent.push({ kind, name: refText(value), position, ...(expected === null ? {} : { expected }) });
  }

  /**
   * Whose grants are meant, null for any app and for any user; null where one of the two is not there.
   * @param appOf how the app is looked up
   */
  grantsMeant(
    { app, user }: Pick<GrantsMeant, "app" | "user">,
    appOf: (placed: Placed<AppRef>) => App | null,
  ): { readonly app: App | null; readonly appKey: string | null; readonly userId: UserId | null } | null {
    const found = app === null ? null : appOf(app);
    const userId = user === null ? null : this.user(user);
    if ((app !== null && found === null) || (user !== null && userId === null)) return null;
    return { app: found, appKey: found?.key ?? null, userId };
  }

  /** The user of a username; null where the org has none, which is a problem, or absent in a shared policy. */
  user({ value, position }: Named): UserId | null {
    const username = value.toLowerCase();
    const id = this.#usersByName.get(username) ?? null;
    if (id !== null) return id;
    if (this.isShared(position) && !isNearUsername(username, this.#usersByName.keys()))
      this.absent.push({ kind: "user", name: value, position });
    else {
      const remedy = didYouMean(username, this.#usersByName.keys(), CORRECT_IT);
      this.problem(position, resolveProblems["user-not-in-org"]({ name: username, org: this.org, remedy }));
    }
    return null;
  }

  /** The things that are named. @param known the same list for the same kind of thing */
  find<T extends Nameable>(what: string, names: readonly Named[], known: readonly T[]): T[] {
    if (names.length === 0) return [];
    const index = this.#indexOf(known);
    return names.flatMap((named) => {
      const found = index.find(named.value) as T[];
      if (found.length === 0) this.missing(what, named, index.names);
      else if (found.length > 1) this.#ambiguous(what, named, found);
      return found.length === 1 ? found : [];
    });
  }

  /** Keeps that a name means nothing in the org. */
  missing(
    what: string,
    { value, position }: Named,
    candidates: Iterable<string>,
    otherwise = CORRECT_IT,
  ): void {
    const known = [...candidates];
    if (this.isShared(position) && !isNearAny(value, known)) {
      this.absent.push({ kind: "name", what, name: value, position });
      return;
    }
    const remedy = didYouMean(value, known, otherwise);
    this.problem(position, resolveProblems["name-not-in-org"]({ what, name: value, org: this.org, remedy }));
  }

  /** Whether a place is in a policy that this one extends, or in that one's baseline. */
  isShared({ file, line }: Position): boolean {
    const { file: own, baseline } = this.#policy;
    if (line === 0 || file === own) return false;
    return file !== baseline?.file || baseline.shared;
  }

  problem(position: Position, said: ErrorText): void {
    this.problems.push(this.#policy.problemAt(position, said));
  }

  #ambiguous(what: string, { value, position }: Named, found: readonly Nameable[]): void {
    const names = found.map(({ name }) => name).join(", ");
    const said = found.some(({ name }) => foldName(name) === foldName(value))
      ? resolveProblems["name-and-label"]({ what, org: this.org, name: value, names })
      : resolveProblems["label-ambiguous"]({ count: found.length, what, org: this.org, label: value, names });
    this.problem(position, said);
  }

  #noApp({ value: ref, position }: Placed<AppRef>, what: Listed): null {
    if ("id" in ref)
      this.problem(position, resolveProblems["app-id-not-in-org"]({ what, id: ref.id, org: this.org }));
    else {
      const otherwise = `\`npx sanctioned list\` shows the names; ${CORRECT_IT}`;
      const remedy = didYouMean(ref.name, this.#shelves[what].names.names, otherwise);
      this.problem(
        position,
        resolveProblems["app-name-not-in-org"]({ what, name: ref.name, org: this.org, remedy }),
      );
    }
    return null;
  }

  /** An id that no app has and that is one's name. */
  #refusesNameAsId(ref: AppRef, position: Position, what: Listed): boolean {
    const { names, parseId } = this.#shelves[what];
    if (!("id" in ref) || ![...names.names].some((name) => parseId(name) === ref.id)) return false;
    this.problem(position, resolveProblems["app-id-is-a-name"]({ what, id: ref.id, org: this.org }));
    return true;
  }

  #indexOf(known: readonly Nameable[]): NameIndex<Nameable> {
    let index = this.#indexes.get(known);
    if (index === undefined) {
      index = new NameIndex(known, ({ name, label }) => [name, label]);
      this.#indexes.set(known, index);
    }
    return index;
  }
}

/** Which list of a policy says something of an app of an inventory. */
export function listedAs({ kind }: Pick<App, "kind">): Listed {
  return kind === "identity-provider" ? "identity provider" : "app";
}

function isNearAny(name: string, known: Iterable<string>): boolean {
  return [...known].some((one) => isNear(name, one));
}

/** Whether a username could be one of those with a typing mistake before or behind the @: the names of people are near each other. */
function isNearUsername(username: string, known: Iterable<string>): boolean {
  const [person, domain] = parts(username);
  for (const other of known) {
    const [itsPerson, itsDomain] = parts(other);
    if (
      domain === itsDomain
        ? isNearPerson(person, itsPerson)
        : person === itsPerson && isNear(domain, itsDomain)
    )
      return true;
  }
  return false;
}

/** Of one name, people are told apart by numbers. */
function isNearPerson(one: string, other: string): boolean {
  return one.replace(/\d+/g, "") !== other.replace(/\d+/g, "") && isNear(one, other);
}

function parts(username: string): [person: string, domain: string] {
  const at = username.lastIndexOf("@");
  return at < 0 ? [username, ""] : [username.slice(0, at), username.slice(at + 1)];
}
