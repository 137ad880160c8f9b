import type { Outbox, Undelivered } from "./store.ts";

/** Several outboxes as one, so that sinks are shared: what waits in one of them is delivered in order, and each gets its turn. */
export class Outboxes implements Outbox {
  readonly #all = new Set<Outbox>();
  /** Numbers are an outbox's own: here each event that is handed out has another. */
  readonly #handedOut = new Map<
    number,
    { readonly sink: string; readonly outbox: Outbox; readonly number: number }
  >();
  #last = 0;

  add(outbox: Outbox): void {
    this.#all.add(outbox);
  }

  remove(outbox: Outbox): void {
    this.#all.delete(outbox);
  }

  next(sink: string): Undelivered | null {
    for (const [number, one] of this.#handedOut) if (one.sink === sink) this.#handedOut.delete(number);
    for (const outbox of this.#all) {
      const next = outbox.next(sink);
      if (next === null) continue;
      this.#last++;
      this.#handedOut.set(this.#last, { sink, outbox, number: next.number });
      return { number: this.#last, event: next.event };
    }
    return null;
  }

  waiting(sink: string): number {
    return [...this.#all].reduce((sum, outbox) => sum + outbox.waiting(sink), 0);
  }

  delivered(number: number): void {
    this.#settle(number, (outbox, own) => outbox.delivered(own));
  }

  refused(number: number, why: string): void {
    this.#settle(number, (outbox, own) => outbox.refused(own, why));
  }

  /** The outbox that had its turn comes last from then on. */
  #settle(number: number, settle: (outbox: Outbox, own: number) => void): void {
    const { outbox, number: own } = this.#handedOut.get(number)!;
    this.#handedOut.delete(number);
    settle(outbox, own);
    if (this.#all.delete(outbox)) this.#all.add(outbox);
  }
}
