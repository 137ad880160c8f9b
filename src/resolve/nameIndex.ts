import { foldName } from "../names.ts";

/** Things of the org by the names that a policy can call them by, so that many names are looked up in little time. */
export class NameIndex<T> {
  /** Every name, as it is written. */
  readonly names: ReadonlySet<string>;
  readonly #exact = new Map<string, Set<T>>();
  readonly #folded = new Map<string, Set<T>>();

  constructor(things: Iterable<T>, namesOf: (thing: T) => readonly string[]) {
    const add = (index: Map<string, Set<T>>, name: string, thing: T) => {
      const known = index.get(name);
      if (known === undefined) index.set(name, new Set([thing]));
      else known.add(thing);
    };
    for (const thing of things)
      for (const name of namesOf(thing)) {
        add(this.#exact, name, thing);
        add(this.#folded, foldName(name), thing);
      }
    this.names = new Set(this.#exact.keys());
  }

  /** Those that a name means: the ones that are called exactly so, else those of the same folded name. */
  find(name: string): T[] {
    return [...(this.#exact.get(name) ?? this.#folded.get(foldName(name)) ?? [])];
  }
}
