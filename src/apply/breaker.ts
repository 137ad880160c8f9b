import { Moment } from "../stop.ts";
import { applyErrors } from "./errors.ts";
import type { RevokeAnswer } from "./revokeCall.ts";

/**
 * Stops a run after a burst of failures, or for good once something says that it must not go on. An answer that says that
 * the call is not taken as it is made stops it at once; where calls were seen to work, only two in a row do: it may have been
 * of the one token.
 */
export class Breaker {
  readonly #most: number;
  #failures = 0;
  #wrongForms = 0;
  #calls: "untried" | "work" = "untried";
  #reason: string | null = null;
  /** Once nothing more is tried: what was to be waited for before the next call need not be. */
  readonly stopped = new Moment();

  /** @param most failures in a row */
  constructor(most: number) {
    this.#most = most;
  }

  /** Why nothing more is tried; null while all is well. */
  get reason(): string | null {
    return this.#reason;
  }

  /** A call was seen to revoke. */
  sawItWork(): void {
    this.#calls = "work";
  }

  heard({ kind, reason, wrongForm }: RevokeAnswer): void {
    this.#wrongForms = wrongForm ? this.#wrongForms + 1 : 0;
    if (this.#wrongForms > (this.#calls === "work" ? 1 : 0))
      this.stop(applyErrors["revoke-call-not-taken"]({ answer: reason }).message);
    if (kind === "unknown-token" && this.#calls === "untried") return; // it says nothing yet
    if (kind === "accepted" || kind === "unknown-token") this.#failures = 0;
    else if (++this.#failures >= this.#most)
      this.stop(`the last ${this.#failures} calls failed, the last of them since ${reason}`);
  }

  stop(reason: string): void {
    this.#reason ??= reason;
    this.stopped.happen();
  }
}
