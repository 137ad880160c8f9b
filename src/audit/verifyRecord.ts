import { createHash, type Hash } from "node:crypto";
import { type Added, Anchor } from "./anchor.ts";
import { type AuditLine, hashOf, type KnownHead, NO_LINE, parseLine } from "./line.ts";
import { Runs } from "./recordedRuns.ts";

/** What a record holds, and what is wrong with it. */
export interface Verification {
  readonly lines: number;
  readonly runs: number;
  /** Calls that were begun and of which no answer is on record: they may have happened. */
  readonly unanswered: number;
  /** Runs without an end: they were killed, are under way, or their end was cut off. */
  readonly unfinished: number;
  /** Why runs that have an end did not try everything. */
  readonly stopped: readonly string[];
  readonly problems: readonly RecordProblem[];
  /** What is no problem, and to be known. */
  readonly notes: readonly string[];
  /** Where the head is that was given; null where none was. */
  readonly given: KnownHead["found"] | "ambiguous" | null;
  /** What came after the head that was given; null where nothing did. */
  readonly added: Added | null;
  /** Hash of the last line. */
  readonly head: string;
}

export interface RecordProblem {
  readonly line: number;
  readonly message: string;
}

/** What a record is held against. */
export interface Anchors {
  /** Hashes that the tool kept of its last line; the record must go on from each as it would after a crash, if at all. */
  readonly heads?: readonly string[];
  /** A hash that somebody kept, or its first digits, at least eight: what came after it is told. */
  readonly given?: string | null;
}

/** Follows a record line by line. An edit, a line taken out, added or moved breaks the chain of hashes; a cut at the end shows against the anchors. */
export class RecordVerifier {
  readonly #chain = new Chain();
  readonly #runs = new Runs();
  readonly #heads: readonly Anchor[];
  readonly #given: Anchor | null;
  readonly #notes: string[] = [];
  #lines = 0;
  #torn: { readonly lines: number[]; readonly hash: Hash } | null = null;

  constructor({ heads = [], given = null }: Anchors) {
    this.#heads = heads.map((head) => new Anchor(head));
    this.#given = given === null ? null : new Anchor(given);
  }

  /** @param bytes of the next line, without its line end */
  line(bytes: Buffer): void {
    const number = ++this.#lines;
    const line = parseLine(bytes);
    if (line === null) this.#noLine(bytes, number);
    else {
      this.#excuse(line);
      const hash = hashOf(bytes);
      this.#chain.follow(line, hash, number);
      for (const anchor of [...this.#heads, this.#given ?? []].flat())
        anchor.note(line, hash, number, this.#runs.isBegun(line.run), this.#runs.endOf(line.run) !== null);
      this.#note(line, number);
    }
  }

  /** @param rest what stands behind the last line end */
  end(rest: Buffer): Verification {
    this.#excuse(null);
    if (rest.length > 0)
      this.#chain.refuse(
        this.#lines + 1,
        "is cut off: a run is under way, or was stopped in the middle of a line",
      );
    for (const head of this.#heads) this.#hold(head);
    const { problems, head } = this.#chain;
    const given = this.#given;
    if (given !== null) this.#refuseWrong(given);
    return {
      lines: this.#lines,
      ...this.#runs.counts(),
      problems,
      notes: this.#notes,
      given: given?.found() ?? null,
      added: given?.found() === "earlier" ? given.added() : null,
      head,
    };
  }

  /** What is no line waits for the next one: it may be what a crash left. */
  #noLine(bytes: Buffer, number: number): void {
    if (this.#torn === null) this.#torn = { lines: [], hash: createHash("sha256") };
    else this.#torn.hash.update("\n");
    this.#torn.lines.push(number);
    this.#torn.hash.update(bytes);
  }

  /** A crash in the middle of lines is on record in the next whole one. */
  #excuse(next: AuditLine | null): void {
    if (this.#torn === null) return;
    const { lines, hash } = this.#torn;
    this.#torn = null;
    if (next?.event === "recovered" && next.torn === hash.digest("hex")) return;
    for (const line of lines) this.#chain.refuse(line, "is not a line of a record");
  }

  #note(line: AuditLine, number: number): void {
    const ended = this.#runs.endOf(line.run);
    if (ended !== null)
      this.#chain.refuse(number, `is of the run ${line.run}, which had ended with line ${ended}`);
    this.#runs.note(line, number);
    if (line.event === "head-missing")
      this.#notes.push(
        `line ${number}: FILE.head was missing then, so that lines before it may have been cut off`,
      );
    if (line.event === "run-start" && line.before?.found === "not there")
      this.#notes.push(
        `line ${number}: the run before had ended with ${line.before.head.slice(0, 12)}…, which was not there: the record was begun anew, cut or changed by then`,
      );
  }

  #refuseWrong(anchor: Anchor): void {
    const { shown } = anchor;
    if (anchor.found() === "ambiguous")
      this.#chain.refuse(
        this.#lines,
        `more than one line has a hash that begins with ${shown}: give more of its digits`,
      );
    if (anchor.found() === "not there")
      this.#chain.refuse(
        this.#lines,
        `the record ended with another line once (${shown}): its end was cut off or changed`,
      );
  }

  #hold(head: Anchor): void {
    this.#refuseWrong(head);
    if (head.found() !== "earlier") return;
    const added = head.added();
    const what = `${added.lines === 1 ? "a line was" : `${added.lines} lines were`} added after FILE.head was written`;
    if (head.isAsAfterCrash())
      this.#notes.push(`${what}: a run is under way, or was killed before it could keep its last hash`);
    else this.#chain.refuse(added.after + 1, `${what}, and not as a run leaves them that is killed`);
  }
}

/**
 * Verifies a record that is at hand as a whole. Pure.
 * @param record its bytes; a text will do where no crash cut a character in two
 */
export function verifyRecord(
  record: string | Buffer,
  heads: readonly string[],
  given: string | null = null,
): Verification {
  const verifier = new RecordVerifier({ heads, given });
  const bytes = typeof record === "string" ? Buffer.from(record) : record;
  let from = 0;
  for (let at = bytes.indexOf("\n"); at !== -1; at = bytes.indexOf("\n", from)) {
    verifier.line(bytes.subarray(from, at));
    from = at + 1;
  }
  return verifier.end(bytes.subarray(from));
}

/** So many problems are told; a record that is none has one a line. */
const MOST_PROBLEMS = 100;

/** The chain of hashes, as far as it was followed. */
class Chain {
  readonly problems: RecordProblem[] = [];
  #seq = 0;
  head = NO_LINE;

  refuse(line: number, message: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ line, message });
    else if (this.problems.length === MOST_PROBLEMS)
      this.problems.push({ line, message: "and so on: the rest is not told" });
  }

  follow({ prev, seq }: AuditLine, hash: string, line: number): void {
    if (prev !== this.head)
      this.refuse(
        line,
        "does not follow from the line before: one of the two was changed, or lines are missing",
      );
    if (seq !== this.#seq + 1) this.refuse(line, `has number ${seq} in place of ${this.#seq + 1}`);
    this.#seq = seq;
    this.head = hash;
  }
}
