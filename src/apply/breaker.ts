import type { RevokeAnswer } from "./revokeCall.ts";

/** Stops a run after a burst of failures, or for good once something says that it must not go on. */
export class Breaker {
  readonly #most: number;
  #failures = 0;
  #reason: string | null = null;

  /** @param most failures in a row */
  constructor(most: number) {
    this.#most = most;
  }

  /** Why nothing more is tried; null while all is well. */
  get reason(): string | null {
    return this.#reason;
  }

  heard({ kind, reason }: RevokeAnswer): void {
    if (kind === "accepted" || kind === "unknown-token") this.#failures = 0;
    else if (++this.#failures >= this.#most)
      this.stop(`the last ${this.#failures} calls failed, the last of them since ${reason}`);
  }

  stop(reason: string): void {
    this.#reason ??= reason;
  }
}
