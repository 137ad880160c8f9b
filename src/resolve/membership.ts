import type { Inventory, User } from "../inventory/inventory.ts";
import { withSubordinates } from "../inventory/subordinates.ts";
import type { Named, Position, UserLists, UserSelector } from "../policy/policy.ts";
import type { UserId } from "../salesforce/id.ts";
import type { Lookup } from "./lookup.ts";

/** Lists of a selector, turned into the org's ids. */
interface ResolvedLists {
  readonly userIds: ReadonlySet<string>;
  readonly profileIds: ReadonlySet<string>;
  readonly roleIds: ReadonlySet<string>;
  readonly userTypes: ReadonlySet<string>;
  /** Numbers of permission sets, groups and patterns whose users are meant. */
  readonly memberSets: ReadonlySet<number>;
}

/** A user of the org and what the policy says of them: looked up once a grant, so that it is one object. */
export interface Person extends User {
  /** Numbers of the sets that they are in: few, where a policy names many. */
  readonly memberOf: readonly number[];
  /** Where the policy calls them so; null where it does not. */
  readonly offboarded: Position | null;
  readonly protected: Position | null;
  /** What gives them high privilege, as `the permission ModifyAllData`. */
  readonly privilege: string | null;
}

type Unfinished<T> = { -readonly [Key in keyof T]: T[Key] };

/** Who is in scope of an app, in the org's ids. */
export interface Scope extends ResolvedLists {
  readonly everyone: boolean;
  readonly except: ResolvedLists | null;
}

/** Whether a user is in scope. */
export function inScope(scope: Scope, person: Person): boolean {
  return (
    (scope.everyone || matches(scope, person)) && !(scope.except !== null && matches(scope.except, person))
  );
}

function matches(lists: ResolvedLists, { id, profileId, roleId, userType, memberOf }: Person): boolean {
  return (
    lists.userIds.has(id) ||
    (profileId !== null && lists.profileIds.has(profileId)) ||
    (roleId !== null && lists.roleIds.has(roleId)) ||
    (userType !== null && lists.userTypes.has(userType)) ||
    (lists.memberSets.size > 0 && memberOf.some((number) => lists.memberSets.has(number)))
  );
}

/** Values of User.UserType that the platform has, whether or not the org has such users (docs/salesforce.md#users). */
const USER_TYPES = [
  "Standard",
  "PowerPartner",
  "CSPLitePortal",
  "CspLitePortal",
  "CustomerSuccess",
  "PowerCustomerSuccess",
  "CsnOnly",
  "Guest",
];

/** Turns selectors into scopes of one org; what several of them name is looked up once. */
export class ScopeResolver {
  readonly #inventory: Inventory;
  readonly #lookup: Lookup;
  readonly #usersByName: ReadonlyMap<string, UserId>;
  readonly #userTypes: ReadonlySet<string>;
  readonly #patterns = new Map<string, ReadonlySet<string>>();
  readonly #numbers = new Map<ReadonlySet<string>, number>();
  readonly #people: ReadonlyMap<string, Unfinished<Person> & { readonly memberOf: number[] }>;

  constructor(inventory: Inventory, lookup: Lookup) {
    this.#inventory = inventory;
    this.#lookup = lookup;
    const users = [...inventory.users.values()];
    this.#people = new Map(
      users.map((user) => [
        user.id,
        { ...user, memberOf: [], offboarded: null, protected: null, privilege: null },
      ]),
    );
    this.#usersByName = new Map(users.map(({ id, username }) => [username.toLowerCase(), id]));
    this.#userTypes = new Set([...USER_TYPES, ...users.flatMap(({ userType }) => userType ?? [])]);
  }

  scope(selector: UserSelector): Scope {
    return {
      everyone: selector.everyone,
      ...this.#lists(selector),
      except: selector.except === null ? null : this.#lists(selector.except),
    };
  }

  /** Every user by id, with what was resolved and marked so far. */
  get people(): ReadonlyMap<string, Person> {
    return this.#people;
  }

  /** Notes what the policy says of users, by id; nothing of an id that the org does not list. */
  mark<Key extends "offboarded" | "protected" | "privilege">(
    key: Key,
    values: ReadonlyMap<string, NonNullable<Person[Key]>>,
  ): void {
    for (const [id, value] of values) {
      const person: Pick<Unfinished<Person>, Key> | undefined = this.#people.get(id);
      if (person !== undefined) person[key] = value;
    }
  }

  /** The id of a user by username; null, without a problem, where the org has no such user. */
  userId(username: string): UserId | null {
    return this.#usersByName.get(username.toLowerCase()) ?? null;
  }

  /** The ids of users by username. */
  userIds(names: readonly Named[]): UserId[] {
    return names.flatMap((named) => {
      const id = this.userId(named.value);
      if (id === null)
        this.#lookup.missing(
          "user",
          { ...named, value: named.value.toLowerCase() },
          this.#usersByName.keys(),
          "correct it or take it out",
        );
      return id ?? [];
    });
  }

  profileIds(names: readonly Named[]): Set<string> {
    const known = this.#inventory.profiles.map(({ id, name }) => ({ id, name, label: name }));
    return new Set(this.#lookup.find("profile", names, known).map(({ id }) => id));
  }

  permissionSetMembers(names: readonly Named[]): ReadonlySet<string>[] {
    const { permissionSets } = this.#inventory.directory;
    return this.#lookup.find("permission set", names, permissionSets).map(({ userIds }) => known(userIds));
  }

  #lists(lists: UserLists): ResolvedLists {
    const { directory } = this.#inventory;
    const lookup = this.#lookup;
    return {
      userIds: new Set(this.userIds(lists.usernames)),
      profileIds: this.profileIds(lists.profiles),
      roleIds: new Set([
        ...lookup.find("role", lists.roles, directory.roles).map(({ id }) => id),
        ...lookup
          .find("role", lists.rolesAndSubordinates, directory.roles)
          .flatMap(({ id }) => [...withSubordinates(id, directory.roles)]),
      ]),
      userTypes: new Set(
        lists.userTypes.flatMap((named) => {
          if (this.#userTypes.has(named.value)) return [named.value];
          lookup.missing("user type", named, this.#userTypes, "see docs/policy.md");
          return [];
        }),
      ),
      memberSets: this.#numbered([
        ...this.permissionSetMembers(lists.permissionSets),
        ...lookup
          .find("permission set group", lists.permissionSetGroups, directory.permissionSetGroups)
          .map(({ userIds }) => known(userIds)),
        ...lookup
          .find("public group", lists.publicGroups, directory.publicGroups)
          .map(({ userIds }) => known(userIds)),
        ...lists.usernamesLike.map((pattern) => this.#usersLike(pattern)),
      ]),
    };
  }

  /** A number for each set of users, the same for the same set; its users are noted once. */
  #numbered(sets: readonly ReadonlySet<string>[]): ReadonlySet<number> {
    return new Set(
      sets.map((members) => {
        const known = this.#numbers.get(members);
        if (known !== undefined) return known;
        const number = this.#numbers.size;
        this.#numbers.set(members, number);
        for (const id of members) this.#people.get(id)?.memberOf.push(number);
        return number;
      }),
    );
  }

  #usersLike(pattern: Named): ReadonlySet<string> {
    const key = pattern.value.toLowerCase();
    let found = this.#patterns.get(key);
    if (found === undefined) {
      const expression = wildcards(key);
      found = new Set([...this.#usersByName].flatMap(([name, id]) => (expression.test(name) ? [id] : [])));
      this.#patterns.set(key, found);
    }
    if (found.size === 0) this.#lookup.missing("username like", pattern, [], "correct it or take it out");
    return found;
  }
}

/** `*` for any text and `?` for one character; runs of `*` are one, so that no pattern takes long. */
function wildcards(pattern: string): RegExp {
  const source = pattern
    .replace(/\*+/g, "*")
    .replace(/[.+^${}()|[\]\\/]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "su");
}

/** The inventory was read with the needs of this very policy, so that what it names has its members. */
function known(userIds: ReadonlySet<string> | null): ReadonlySet<string> {
  if (userIds === null) throw new Error("the inventory was read without what the policy asks for");
  return userIds;
}
