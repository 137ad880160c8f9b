import type { Inventory } from "../inventory/inventory.ts";
import { withSubordinates } from "../inventory/subordinates.ts";
import type { Named, UserLists, UserSelector } from "../policy/policy.ts";
import type { UserId } from "../salesforce/id.ts";
import { resolveProblems } from "./errors.ts";
import type { Lookup, Nameable } from "./lookup.ts";
import type { People } from "./people.ts";
import type { MemberLists, Membership } from "./resolved.ts";
import { wildcards } from "./wildcards.ts";

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

/** Turns selectors of users into ids of one org; what several of them name is looked up once. */
export class Selectors {
  readonly #inventory: Inventory;
  readonly #lookup: Lookup;
  readonly #people: People;
  readonly #userTypes: ReadonlySet<string>;
  readonly #profiles: readonly Nameable[];
  readonly #patterns = new Map<string, ReadonlySet<UserId>>();

  constructor(inventory: Inventory, lookup: Lookup, people: People) {
    this.#inventory = inventory;
    this.#lookup = lookup;
    this.#people = people;
    const types = new Set(USER_TYPES);
    for (const { userType } of inventory.users.values()) if (userType !== null) types.add(userType);
    this.#userTypes = types;
    this.#profiles = inventory.profiles.map(({ id, name }) => ({ id, name, label: name }));
  }

  membership(selector: UserSelector): Membership {
    return {
      everyone: selector.everyone,
      ...this.#lists(selector),
      except: selector.except === null ? null : this.#lists(selector.except),
    };
  }

  profileIds(names: readonly Named[]): Set<string> {
    return new Set(this.#lookup.find("profile", names, this.#profiles).map(({ id }) => id));
  }

  /** The members of each of the permission sets. */
  permissionSets(names: readonly Named[]): ReadonlySet<UserId>[] {
    return this.#members("permission set", names, "permissionSets");
  }

  #lists(lists: UserLists): MemberLists {
    const sets = [
      ...this.permissionSets(lists.permissionSets),
      ...this.#members("permission set group", lists.permissionSetGroups, "permissionSetGroups"),
      ...this.#members("public group", lists.publicGroups, "publicGroups"),
      ...lists.usernamesLike.map((pattern) => this.#usersLike(pattern)),
    ];
    return {
      userIds: new Set(lists.usernames.flatMap((named) => this.#lookup.user(named) ?? [])),
      profileIds: this.profileIds(lists.profiles),
      roleIds: this.#roleIds(lists),
      userTypes: new Set(lists.userTypes.flatMap((named) => this.#userType(named) ?? [])),
      memberSets: new Set(sets.map((members) => this.#people.numberOf(members))),
    };
  }

  #members(
    what: string,
    names: readonly Named[],
    kind: "permissionSets" | "permissionSetGroups" | "publicGroups",
  ): ReadonlySet<UserId>[] {
    return this.#lookup.find(what, names, this.#inventory.directory[kind]).map(({ userIds }) => {
      // The inventory was read with the needs of this very policy, so that what it names has its members.
      if (userIds === null) throw new Error("the inventory was read without what the policy asks for");
      return userIds;
    });
  }

  #roleIds({ roles, rolesAndSubordinates }: UserLists): Set<string> {
    const known = this.#inventory.directory.roles;
    const below = this.#lookup.find("role", rolesAndSubordinates, known);
    return new Set([
      ...this.#lookup.find("role", roles, known).map(({ id }) => id),
      ...below.flatMap(({ id }) => [...withSubordinates(id, known)]),
    ]);
  }

  #userType(named: Named): string | null {
    if (this.#userTypes.has(named.value)) return named.value;
    this.#lookup.missing("user type", named, this.#userTypes, "see docs/policy.md");
    return null;
  }

  #usersLike(pattern: Named): ReadonlySet<UserId> {
    const key = pattern.value.toLowerCase();
    let found = this.#patterns.get(key);
    if (found === undefined) {
      const isLike = wildcards(key);
      found = new Set([...this.#lookup.usersByName].flatMap(([name, id]) => (isLike(name) ? [id] : [])));
      this.#patterns.set(key, found);
    }
    if (found.size === 0 && this.#lookup.isShared(pattern.position))
      this.#lookup.absent.push({
        kind: "name",
        what: "usernames like",
        name: pattern.value,
        position: pattern.position,
      });
    else if (found.size === 0)
      this.#lookup.problem(
        pattern.position,
        resolveProblems["pattern-matches-nobody"]({ pattern: pattern.value, org: this.#lookup.org }),
      );
    return found;
  }
}
