import type { User } from "../inventory/inventory.ts";
import type { UserId } from "../salesforce/id.ts";
import type { Person } from "./resolved.ts";

type Unfinished<T> = { -readonly [Key in keyof T]: T[Key] };

/** The users of an org, on whom it is written down what a policy says of them. */
export class People {
  readonly #byId: ReadonlyMap<UserId, Unfinished<Person> & { readonly memberOf: number[] }>;
  readonly #numbers = new Map<ReadonlySet<UserId>, number>();

  constructor(users: Iterable<User>) {
    this.#byId = new Map(
      [...users].map((user) => [
        user.id,
        { ...user, memberOf: [], offboarded: null, protected: null, privilege: null },
      ]),
    );
  }

  get byId(): ReadonlyMap<UserId, Person> {
    return this.#byId;
  }

  /** Writes down what the policy says of users; nothing of a user whom the org does not list. */
  mark<Key extends "offboarded" | "protected" | "privilege">(
    key: Key,
    values: ReadonlyMap<UserId, NonNullable<Person[Key]>>,
  ): void {
    for (const [id, value] of values) {
      const person: Pick<Unfinished<Person>, Key> | undefined = this.#byId.get(id);
      if (person !== undefined) person[key] = value;
    }
  }

  /** The number of a set of users, the same for the same set; it is written down on them once. */
  numberOf(members: ReadonlySet<UserId>): number {
    const known = this.#numbers.get(members);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(members, number);
    for (const id of members) this.#byId.get(id)?.memberOf.push(number);
    return number;
  }
}
