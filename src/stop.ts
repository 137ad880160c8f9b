/** Something that happens once, and that what waits for something else need not wait past. */
export class Moment {
  readonly #waiting = new Set<() => void>();
  #happened = false;

  get happened(): boolean {
    return this.#happened;
  }

  happen(): void {
    this.#happened = true;
    for (const tell of this.#waiting) tell();
    this.#waiting.clear();
  }

  /** Calls back when it happens; at once where it has. */
  onceHappened(tell: () => void): void {
    if (this.#happened) tell();
    else this.#waiting.add(tell);
  }

  /** What a promise brings, or what stands in its place where this happens first; what it brings later is dropped. */
  async before<T>(promise: Promise<T>, instead: () => T): Promise<T> {
    let tell = () => {};
    const happens = new Promise<T>((resolve) => {
      tell = () => resolve(instead());
      this.onceHappened(tell);
    });
    try {
      return await Promise.race([promise, happens]);
    } finally {
      this.#waiting.delete(tell); // a run makes thousands of these
    }
  }
}

/** How long a run that somebody waits for may take to find out what became of its calls, in milliseconds. */
const PATIENT_MS = 10_000;

/**
 * Asks a run to stop between two calls. It makes no further call, waits a while for the answers that are on their way, reads
 * the org again as far as there is time, and puts on record what is known. Time is counted by timers, not by the clock.
 */
export class Stop {
  readonly asked = new Moment();
  /** When answers to calls are waited for no longer. */
  readonly answersDue = new Moment();
  /** When nothing more is read. */
  readonly due = new Moment();
  #reason: string | null = null;

  /** Why the run is to stop, as a clause; null while it is not. */
  get reason(): string | null {
    return this.#reason;
  }

  /** The first reason stays; a second request can leave less time, and never more. */
  ask(reason: string, settleMs = PATIENT_MS): void {
    this.#reason ??= reason;
    setTimeout(() => this.answersDue.happen(), settleMs / 2).unref();
    setTimeout(() => this.due.happen(), settleMs).unref();
    this.asked.happen();
  }
}
