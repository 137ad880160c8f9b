import type { AuditLine } from "./line.ts";

/** The runs of a record: which calls have no answer yet, and how each run ended. */
export class Runs {
  readonly #unanswered = new Map<string, Set<number>>();
  readonly #ends = new Map<string, number>();
  readonly #stopped: string[] = [];

  note(line: AuditLine, number: number): void {
    const calls = this.#unanswered.get(line.run) ?? new Set();
    this.#unanswered.set(line.run, calls);
    if (line.event === "revoking") calls.add(line.call);
    if (line.event === "answered") calls.delete(line.call);
    if (line.event === "run-end") {
      this.#ends.set(line.run, number);
      // Records of older releases do not say it.
      if (line.stopped) this.#stopped.push(line.stopped);
    }
  }

  isBegun(run: string): boolean {
    return this.#unanswered.has(run);
  }

  /** The line that ended a run; null where it has not ended. */
  endOf(run: string): number | null {
    return this.#ends.get(run) ?? null;
  }

  counts(): { runs: number; unanswered: number; unfinished: number; stopped: readonly string[] } {
    const runs = this.#unanswered.size;
    const unanswered = [...this.#unanswered.values()].reduce((sum, calls) => sum + calls.size, 0);
    return { runs, unanswered, unfinished: runs - this.#ends.size, stopped: this.#stopped };
  }
}
