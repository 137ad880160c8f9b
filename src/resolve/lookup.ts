import type { App, Inventory } from "../inventory/inventory.ts";
import { didYouMean, nearest } from "../policy/nearest.ts";
import type { Named, Placed, Policy, Position } from "../policy/policy.ts";
import type { Problem } from "../policy/problem.ts";
import { printable } from "../printable.ts";
import { type AppRef, isMeant, parseAppId, refText, type UserId } from "../salesforce/id.ts";
import type { Absent } from "./resolved.ts";

/** Something of the org that a policy can name: by its unique name, or by its label where only one has it. */
export interface Nameable {
  readonly id: string;
  readonly name: string;
  readonly label: string;
}

/**
 * What a name is that means nothing in the org: a problem; nothing; or a problem only where an app of
 * the org is called nearly the same, which makes a typing mistake likely.
 */
export type WhenMissing = "problem" | "absent" | "problem if near";

/**
 * Finds what the names of a policy mean in one org. It keeps the names that mean nothing or two things: a
 * name that is wrong is a problem at its line, never an empty set.
 */
export class Lookup {
  readonly problems: Problem[] = [];
  readonly absent: Absent[] = [];
  readonly #policy: Policy;
  /** The org's name, printable. */
  readonly org: string;
  readonly #apps: readonly App[];
  readonly #usersByName: ReadonlyMap<string, UserId>;

  constructor(policy: Policy, { org, apps, users }: Inventory) {
    this.#policy = policy;
    this.org = printable(org.name);
    this.#apps = apps;
    this.#usersByName = new Map([...users.values()].map(({ id, username }) => [username.toLowerCase(), id]));
  }

  /** Every username in lower case, with its user's id. */
  get usersByName(): ReadonlyMap<string, UserId> {
    return this.#usersByName;
  }

  /** The app that is meant; null where there is not exactly one. */
  app({ value: ref, position }: Placed<AppRef>, missing: WhenMissing): App | null {
    const [only, ...others] = this.#apps.filter((app) => isMeant(ref, app));
    if (only !== undefined && others.length === 0) return only;
    if (only === undefined) this.#noApp(ref, position, missing);
    else {
      const ids = [only, ...others].map(({ id }) => id ?? "one without an id").join(", ");
      this.problem(
        position,
        `${others.length + 1} apps of ${this.org} are named "${printable(refText(ref))}": ${ids}`,
        "say which with `id`",
      );
    }
    return null;
  }

  #noApp(ref: AppRef, position: Position, missing: WhenMissing): void {
    const text = refText(ref);
    const names = this.#apps.map(({ name }) => name);
    if ("id" in ref && names.some((name) => parseAppId(name) === ref.id))
      this.problem(
        position,
        `no app with the id ${text} in ${this.org}, which has one of that name`,
        "write `{ name: … }` where the name is meant",
      );
    else if (missing === "absent" || (missing === "problem if near" && nearest(text, names) === null))
      this.absent.push({ kind: "app", name: text, position });
    else if ("id" in ref)
      this.problem(position, `no app with the id ${text} in ${this.org}`, "correct it or take it out");
    else
      this.problem(
        position,
        `no app named "${printable(text)}" in ${this.org}`,
        didYouMean(text, names, "`npx sanctioned list` shows the names; correct it or take it out"),
      );
  }

  /** The user of a username; null where the org has none. */
  user({ value, position }: Named, missing: Exclude<WhenMissing, "problem if near">): UserId | null {
    const username = value.toLowerCase();
    const id = this.#usersByName.get(username) ?? null;
    if (id === null && missing === "absent") this.absent.push({ kind: "user", name: value, position });
    else if (id === null)
      this.missing(
        "user",
        { value: username, position },
        this.#usersByName.keys(),
        "correct it or take it out",
      );
    return id;
  }

  /** The things that are named. */
  find<T extends Nameable>(what: string, names: readonly Named[], known: readonly T[]): T[] {
    if (names.length === 0) return [];
    const byName = new Map(known.map((thing) => [thing.name, thing]));
    const byLabel = Map.groupBy(known, ({ label }) => label);
    return names.flatMap((named) => {
      const exact = byName.get(named.value);
      if (exact !== undefined) return [exact];
      const [only, ...others] = byLabel.get(named.value) ?? [];
      if (only !== undefined && others.length === 0) return [only];
      if (only === undefined)
        this.missing(what, named, [...byName.keys(), ...byLabel.keys()], "correct it or take it out");
      else
        this.problem(
          named.position,
          `${others.length + 1} ${what}s of ${this.org} have the label "${printable(named.value)}": ${[only, ...others].map(({ name }) => printable(name)).join(", ")}`,
          "say which by its API name",
        );
      return [];
    });
  }

  /** Keeps that a name means nothing in the org. */
  missing(what: string, named: Named, candidates: Iterable<string>, otherwise: string): void {
    this.problem(
      named.position,
      `no ${what} "${printable(named.value)}" in ${this.org}`,
      didYouMean(named.value, candidates, otherwise),
    );
  }

  problem(position: Position, message: string, remedy: string): void {
    this.problems.push(this.#policy.problemAt(position, message, remedy));
  }
}
