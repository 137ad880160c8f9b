import pLimit from "p-limit";

/** Who has a place for longer than this gives it up, and goes on without. */
const PATIENCE_MS = 5_000;

/**
 * So many at once, and none of them in another's way for long: what takes longer than a moment gives its place up and goes on. Who was slow
 * the last time waits among the slow, so that orgs which do not answer, however many there are, hold up those alone.
 */
export class Places {
  readonly #quick: ReturnType<typeof pLimit>;
  readonly #slow: ReturnType<typeof pLimit>;
  readonly #wasSlow = new Set<string>();
  readonly #patienceMs: number;

  constructor(atOnce: number, patienceMs = PATIENCE_MS) {
    this.#quick = pLimit(atOnce);
    this.#slow = pLimit(atOnce);
    this.#patienceMs = patienceMs;
  }

  /** @param who is remembered to have been slow @returns what the task does, whether it had a place to its end or not */
  take<T>(who: string, task: () => Promise<T>): Promise<T> {
    const places = this.#wasSlow.has(who) ? this.#slow : this.#quick;
    const { promise: ended, resolve, reject } = Promise.withResolvers<T>();
    void places(async () => {
      this.#wasSlow.delete(who);
      const { promise: leaves, resolve: leave } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        this.#wasSlow.add(who);
        leave();
      }, this.#patienceMs);
      task()
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          leave();
        });
      await leaves;
    });
    return ended;
  }
}
