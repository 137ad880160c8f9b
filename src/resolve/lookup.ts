import type { ErrorText } from "../errors.ts";
import type { App, Inventory } from "../inventory/inventory.ts";
import { didYouMean, nearest } from "../policy/nearest.ts";
import type { Named, Placed, Policy, Position } from "../policy/policy.ts";
import type { Problem } from "../policy/problem.ts";
import { type AppRef, isMeant, parseAppId, refText, type UserId } from "../salesforce/id.ts";
import { resolveProblems } from "./errors.ts";
import type { Absent } from "./resolved.ts";

/** Something of the org that a policy can name: by its unique name, or by its label where only one has it. */
export interface Nameable {
  readonly id: string;
  readonly name: string;
  readonly label: string;
}

const CORRECT_IT = "correct it or remove it";

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
  /** The org's name. */
  readonly org: string;
  readonly #apps: readonly App[];
  readonly #usersByName: ReadonlyMap<string, UserId>;

  constructor(policy: Policy, { org, apps, users }: Inventory) {
    this.#policy = policy;
    this.org = org.name;
    // A grant that does not say whose it is makes no app: nobody could make a policy ambiguous by a name.
    this.#apps = apps.filter(({ couldBe }) => couldBe === undefined);
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
        resolveProblems["app-name-ambiguous"]({
          count: others.length + 1,
          org: this.org,
          name: refText(ref),
          ids,
        }),
      );
    }
    return null;
  }

  #noApp(ref: AppRef, position: Position, missing: WhenMissing): void {
    const text = refText(ref);
    const names = this.#apps.map(({ name }) => name);
    if ("id" in ref && names.some((name) => parseAppId(name) === ref.id))
      this.problem(position, resolveProblems["app-id-is-a-name"]({ id: text, org: this.org }));
    else if (missing === "absent" || (missing === "problem if near" && nearest(text, names) === null))
      this.absent.push({ kind: "app", name: text, position });
    else if ("id" in ref)
      this.problem(position, resolveProblems["app-id-not-in-org"]({ id: text, org: this.org }));
    else {
      const remedy = didYouMean(text, names, `\`npx sanctioned list\` shows the names; ${CORRECT_IT}`);
      this.problem(position, resolveProblems["app-name-not-in-org"]({ name: text, org: this.org, remedy }));
    }
  }

  /** The user of a username; null where the org has none. */
  user({ value, position }: Named, missing: Exclude<WhenMissing, "problem if near">): UserId | null {
    const username = value.toLowerCase();
    const id = this.#usersByName.get(username) ?? null;
    if (id === null && missing === "absent") this.absent.push({ kind: "user", name: value, position });
    else if (id === null) {
      const remedy = didYouMean(username, this.#usersByName.keys(), CORRECT_IT);
      this.problem(position, resolveProblems["user-not-in-org"]({ name: username, org: this.org, remedy }));
    }
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
      if (only === undefined) this.missing(what, named, [...byName.keys(), ...byLabel.keys()]);
      else
        this.problem(
          named.position,
          resolveProblems["label-ambiguous"]({
            count: others.length + 1,
            what,
            org: this.org,
            label: named.value,
            names: [only, ...others].map(({ name }) => name).join(", "),
          }),
        );
      return [];
    });
  }

  /** Keeps that a name means nothing in the org. */
  missing(
    what: string,
    { value, position }: Named,
    candidates: Iterable<string>,
    otherwise = CORRECT_IT,
  ): void {
    const remedy = didYouMean(value, candidates, otherwise);
    this.problem(position, resolveProblems["name-not-in-org"]({ what, name: value, org: this.org, remedy }));
  }

  problem(position: Position, said: ErrorText): void {
    this.problems.push(this.#policy.problemAt(position, said));
  }
}
