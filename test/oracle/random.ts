/** Chance that comes again for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  /** From 0 up to and without 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `n`. */
  below(n: number): number {
    return Math.floor(this.roll() * n);
  }

  chance(share: number): boolean {
    return this.roll() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Some of a list, in its order; at least `least` where there are as many. */
  some<T>(list: readonly T[], share: number, least = 0): T[] {
    const chosen = list.filter(() => this.chance(share));
    return chosen.length >= least ? chosen : this.shuffled(list).slice(0, least);
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, at: this.roll() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }

  /** A value by chance, or undefined: a key that is left out. */
  maybe<T>(share: number, make: () => T): T | undefined {
    return this.chance(share) ? make() : undefined;
  }
}
