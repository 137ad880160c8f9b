import { didYouMean } from "../policy/nearest.ts";
import type { Named, Policy } from "../policy/policy.ts";
import type { Problem } from "../policy/problem.ts";
import { printable } from "../printable.ts";

/** Something of the org that a policy can name: by its unique name, or by its label where only one has it. */
export interface Nameable {
  readonly id: string;
  readonly name: string;
  readonly label: string;
}

/** Finds what the names of a policy mean in one org, and collects the names that mean nothing or two things. */
export class Lookup {
  readonly #policy: Policy;
  readonly #orgName: string;
  readonly #problems: Problem[];

  constructor(policy: Policy, orgName: string, problems: Problem[]) {
    this.#policy = policy;
    this.#orgName = printable(orgName);
    this.#problems = problems;
  }

  /** The things that are named; a name that is wrong is a problem at its line, never an empty set. */
  find<T extends Nameable>(what: string, names: readonly Named[], known: readonly T[]): T[] {
    if (names.length === 0) return [];
    const byName = new Map(known.map((thing) => [thing.name, thing]));
    const byLabel = Map.groupBy(known, ({ label }) => label);
    return names.flatMap((named) => {
      const exact = byName.get(named.value);
      if (exact !== undefined) return [exact];
      const [only, ...others] = byLabel.get(named.value) ?? [];
      if (only === undefined) {
        const candidates = new Set([...byName.keys(), ...byLabel.keys()]);
        this.missing(what, named, candidates, "correct it or take it out");
        return [];
      }
      if (others.length > 0) {
        const all = [only, ...others].map(({ name }) => printable(name)).join(", ");
        this.#problem(
          named,
          `${others.length + 1} ${what}s of ${this.#orgName} have the label "${printable(named.value)}": ${all}`,
          "say which by its API name",
        );
        return [];
      }
      return [only];
    });
  }

  /** Notes that a name means nothing in the org. */
  missing(what: string, named: Named, candidates: Iterable<string>, otherwise: string): void {
    this.#problem(
      named,
      `no ${what} "${printable(named.value)}" in ${this.#orgName}`,
      didYouMean(named.value, candidates, otherwise),
    );
  }

  #problem({ position }: Named, message: string, remedy: string): void {
    this.#problems.push(this.#policy.problemAt(position, message, remedy));
  }
}
