import { type AuditLine, hashOf, NO_LINE } from "./line.ts";

/** What a record holds, and what is wrong with it. */
export interface Verification {
  readonly lines: number;
  readonly runs: number;
  /** Calls that were begun and of which no answer is on record: they may have happened. */
  readonly unanswered: number;
  /** Runs without an end: they were stopped, or their end was cut off. */
  readonly unfinished: number;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  /** Hash of the last line; what a later verification can hold the record against. */
  readonly head: string;
}

/**
 * Follows the chain of hashes through a record. An edit, a line taken out, added or moved breaks it; a
 * cut at the end shows against `heads`, of which the record must hold each. Pure.
 */
export function verifyRecord(text: string, heads: readonly string[]): Verification {
  const raw = text.split("\n");
  const complete = raw.pop() === "";
  const chain = new Chain();
  const runs = new Runs();
  raw.forEach((line, i) => {
    const parsed = parse(line);
    if (parsed !== null) {
      chain.follow(parsed, line, i + 1);
      runs.note(parsed);
    } else if (!isRecovered(line, raw[i + 1])) chain.refuse(i + 1, "is not a line of a record");
  });
  if (!complete)
    chain.refuse(raw.length + 1, "is cut off: a run is under way, or was stopped in the middle of a line");
  for (const head of heads)
    if (!chain.holds(head))
      chain.refuse(
        raw.length,
        `the record ended with another line once (${head.slice(0, 12)}…): its end was cut off or changed`,
      );
  return { lines: raw.length, ...runs.counts(), problems: chain.problems, head: chain.head };
}

/** The chain of hashes, as far as it was followed. */
class Chain {
  readonly problems: { line: number; message: string }[] = [];
  readonly #seen = new Set([NO_LINE]);
  #seq = 0;
  head = NO_LINE;

  refuse(line: number, message: string): void {
    this.problems.push({ line, message });
  }

  holds(head: string): boolean {
    return this.#seen.has(head);
  }

  follow({ prev, seq }: AuditLine, text: string, line: number): void {
    if (prev !== this.head)
      this.refuse(
        line,
        "does not follow from the line before: one of the two was changed, or lines are missing",
      );
    if (seq !== this.#seq + 1) this.refuse(line, `has number ${seq} in place of ${this.#seq + 1}`);
    this.#seq = seq;
    this.head = hashOf(text);
    this.#seen.add(this.head);
  }
}

/** The runs of a record: which calls have no answer yet, and which runs no end. */
class Runs {
  readonly #unanswered = new Map<string, Set<number>>();
  readonly #ended = new Set<string>();

  note(line: AuditLine): void {
    const calls = this.#unanswered.get(line.run) ?? new Set();
    this.#unanswered.set(line.run, calls);
    if (line.event === "revoking") calls.add(line.call);
    if (line.event === "answered") calls.delete(line.call);
    if (line.event === "run-end") this.#ended.add(line.run);
  }

  counts(): Pick<Verification, "runs" | "unanswered" | "unfinished"> {
    const runs = this.#unanswered.size;
    const unanswered = [...this.#unanswered.values()].reduce((sum, calls) => sum + calls.size, 0);
    return { runs, unanswered, unfinished: runs - this.#ended.size };
  }
}

/** A crash in the middle of a line is on record in the next. */
function isRecovered(torn: string, next = ""): boolean {
  const line = parse(next);
  return line?.event === "recovered" && line.torn === hashOf(torn);
}

function parse(line: string): AuditLine | null {
  try {
    const value: unknown = JSON.parse(line);
    const { v, seq, prev, event, run } = (value ?? {}) as Partial<AuditLine>;
    const right = v === 1 && typeof seq === "number" && typeof prev === "string" && typeof event === "string";
    return right && typeof run === "string" ? (value as AuditLine) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
