import pLimit, { type LimitFunction } from "p-limit";
import { TransientError } from "../http/retry.ts";

/**
 * How many requests are under way at once: half as many each time that the org, or what stands before it, says that they
 * are too many. A request that waits for its next try keeps its place, so that no other is sent in its stead.
 */
export class Pace {
  readonly #places: LimitFunction;
  readonly #sending: LimitFunction;
  /** How often it was halved: requests that were sent before that say nothing of what came after. */
  #halvings = 0;

  constructor(most: number) {
    this.#places = pLimit(most);
    this.#sending = pLimit(most);
  }

  get concurrency(): number {
    return this.#sending.concurrency;
  }

  /** No more than so many from now on. */
  bound(most: number): void {
    this.#sending.concurrency = Math.min(this.#sending.concurrency, most);
  }

  /** Makes a request when there is room for it. @param request is handed what each of its tries has to be made with */
  run<T>(request: (send: (attempt: () => Promise<T>) => Promise<T>) => Promise<T>): Promise<T> {
    return this.#places(() => request((attempt) => this.#send(attempt)));
  }

  #send<T>(attempt: () => Promise<T>): Promise<T> {
    return this.#sending(async () => {
      const sent = this.#halvings;
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof TransientError && error.slow !== null && sent === this.#halvings) {
          this.#halvings++;
          this.bound(Math.max(1, Math.floor(this.concurrency / 2)));
        }
        throw error;
      }
    });
  }
}
