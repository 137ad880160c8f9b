import { UserError } from "../errors.ts";
import { pause } from "./pause.ts";
import { LaterError, RefusedError, type Sink } from "./sinks/sink.ts";
import type { Outbox } from "./store.ts";

/** A sink that does not take an event is asked again after this long at first, and after the other at most, where it names no time. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Who asks for more is asked again nevertheless: what waits is an alert. */
const LONGEST_ASKED_MS = 60 * 60_000;

/**
 * Hands each sink what it has not taken yet, in order, beside whatever else goes on: nobody waits for a sink, and no sink for another. What one
 * does not take now is kept for later. `end` it, since it runs until then.
 */
export class Delivery {
  readonly #memory: Outbox;
  readonly #warn: (line: string) => void;
  readonly #random: () => number;
  readonly #loops: Promise<void>[];
  /** Ends what is under way. */
  readonly #cut = new AbortController();
  /** Begins the last tries. */
  readonly #ending = new AbortController();
  /** Until when there are last tries, as `performance.now()` has it. */
  #endsAt = Number.POSITIVE_INFINITY;
  #news = Promise.withResolvers<void>();
  #allTaken = true;
  #fault: { readonly error: unknown } | null = null;

  /** @param warn told in one line of what was not delivered @param random from 0 up to 1 */
  constructor(
    memory: Outbox,
    sinks: readonly Sink[],
    { warn, random = Math.random }: { readonly warn: (line: string) => void; readonly random?: () => number },
  ) {
    this.#memory = memory;
    this.#warn = warn;
    this.#random = random;
    this.#loops = sinks.map((sink) =>
      this.#deliverTo(sink).catch((error: unknown) => {
        this.#fault ??= { error };
      }),
    );
  }

  /** There may be something new to deliver. Never waits. @throws what is no fault of a sink */
  wake(): void {
    if (this.#fault !== null) throw this.#fault.error;
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /**
   * Tries once more what is left, for so long at most, and ends.
   * @returns whether everything was delivered that there was @throws what is no fault of a sink
   */
  async end(withinMs: number): Promise<boolean> {
    this.#endsAt = performance.now() + withinMs;
    this.#ending.abort();
    this.#news.resolve();
    const timer = setTimeout(() => this.#cut.abort(), withinMs);
    await Promise.all(this.#loops);
    clearTimeout(timer);
    if (this.#fault !== null) throw this.#fault.error;
    return this.#allTaken;
  }

  async #deliverTo(sink: Sink): Promise<void> {
    let failures = 0;
    while (!this.#cut.signal.aborted) {
      const news = this.#news.promise;
      const next = this.#memory.next(sink.name);
      if (next === null) {
        if (this.#ending.signal.aborted) return;
        await news;
        continue;
      }
      const failed = await this.#send(sink, next);
      failures = failed === null ? 0 : failures + 1;
      if (failed !== null && !(await this.#waitAfter(sink, failed, failures))) break;
    }
    if (this.#memory.next(sink.name) !== null) this.#allTaken = false;
  }

  /** @returns what keeps the sink from taking it now; null where it is settled */
  async #send({ name, send }: Sink, { number, event }: NonNullable<ReturnType<Outbox["next"]>>) {
    const { signal } = this.#cut;
    try {
      await unlessAborted(send(event, signal), signal);
      this.#memory.delivered(number);
      return null;
    } catch (error) {
      if (error instanceof RefusedError) {
        this.#memory.refused(number, error.message);
        this.#warn(
          `${name}: ${error.message} to the event ${event.id}, which is set aside until the next start`,
        );
        this.#allTaken = false;
        return null;
      }
      if (signal.aborted) return new LaterError(new Error("it did not answer before the end."), null);
      if (error instanceof LaterError) return error;
      if (error instanceof UserError) return new LaterError(error, null);
      throw error;
    }
  }

  /** @returns whether there is another try */
  async #waitAfter({ name }: Sink, { message, waitMs }: LaterError, failures: number): Promise<boolean> {
    const backoff =
      Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (0.5 + this.#random() / 2);
    const wait = Math.max(backoff, Math.min(LONGEST_ASKED_MS, waitMs ?? 0));
    const isLast = performance.now() + wait >= this.#endsAt;
    // Of a sink that stays away a line now and then is enough.
    if (isLast || Number.isInteger(Math.log2(failures)))
      this.#warn(
        `${name}: ${message} ${this.#memory.waiting(name)} to deliver; they are kept for the next time`,
      );
    if (isLast) return false;
    const wasEnding = this.#ending.signal.aborted;
    await pause(wait, wasEnding ? this.#cut.signal : this.#ending.signal);
    return true;
  }
}

/** The same, given up when the signal comes. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
