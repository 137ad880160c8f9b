/** A small seeded source of random numbers (mulberry32): the same seed gives the same org on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1, 1 excluded. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `below`, which is excluded. */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An instant between two days, to the second. */
  instant(from: string, to: string): string {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    const time = start + Math.floor((this.next() * (end - start)) / 1000) * 1000;
    return new Date(time).toISOString();
  }
}
