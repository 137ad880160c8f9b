import { type AuditLine, type KnownHead, NO_LINE } from "./line.ts";

/** Lines that came after a head. */
export interface Added {
  /** The line with the head; 0 for a record that was empty then. */
  readonly after: number;
  readonly lines: number;
  readonly runs: readonly AddedRun[];
}

/** A run that has lines after a head. Who, when and why are null where its start is not among them. */
export interface AddedRun {
  readonly run: string;
  /** Whether they can be of a run: it began after the head, or had not ended by then. */
  readonly isPlausible: boolean;
  readonly lines: number;
  readonly at: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly isEnded: boolean;
}

/** What came of one run after an anchor. */
interface Later {
  readonly first: AuditLine;
  readonly wasBegun: boolean;
  readonly wasEnded: boolean;
  start: Extract<AuditLine, { event: "run-start" }> | null;
  lines: number;
  isEnded: boolean;
}

/** The events that a run begins with; `recovered` and `head-missing` are put on record as it opens the record. */
const BEGINNINGS: ReadonlySet<AuditLine["event"]> = new Set(["run-start", "recovered", "head-missing"]);

/** A hash that the record ended with once, and what came after it. */
export class Anchor {
  readonly #digits: string;
  readonly #places: number[];
  readonly #later = new Map<string, Later>();
  #lines = 0;

  /** @param digits of the hash, the first of them at least */
  constructor(digits: string) {
    this.#digits = digits;
    this.#places = NO_LINE.startsWith(digits) ? [0] : [];
  }

  /** Takes the next line of the record, with what was known of its run before. */
  note(line: AuditLine, hash: string, number: number, wasBegun: boolean, wasEnded: boolean): void {
    if (this.#places.length > 0) this.#noteLater(line, wasBegun, wasEnded);
    if (hash.startsWith(this.#digits)) this.#places.push(number);
  }

  /** As people read it. */
  get shown(): string {
    return `${this.#digits.slice(0, 12)}${this.#digits.length > 12 ? "…" : ""}`;
  }

  /** Where it is; ambiguous where more than one line has a hash that begins with its digits. */
  found(): KnownHead["found"] | "ambiguous" {
    if (this.#places.length > 1) return "ambiguous";
    if (this.#places.length === 0) return "not there";
    return this.#lines === 0 ? "last" : "earlier";
  }

  /** What came after it. */
  added(): Added {
    return { after: this.#places[0] ?? 0, lines: this.#lines, runs: [...this.#later].map(addedRun) };
  }

  /**
   * Whether a crash can have left what came after it. The hash is kept after each batch of lines, and is certain to be on the disk
   * before a run writes its end: a process that is killed, and a machine that loses its power, leave lines of the one run that was under
   * way, without its end or with nothing but its end.
   */
  isAsAfterCrash(): boolean {
    const [run, ...others] = this.#later.values();
    if (run === undefined || others.length > 0 || !isPlausible(run)) return false;
    return !run.isEnded || run.lines === 1;
  }

  #noteLater(line: AuditLine, wasBegun: boolean, wasEnded: boolean): void {
    this.#lines++;
    const run = this.#later.get(line.run) ?? {
      first: line,
      wasBegun,
      wasEnded,
      start: null,
      lines: 0,
      isEnded: false,
    };
    this.#later.set(line.run, run);
    run.lines++;
    if (line.event === "run-start") run.start = line;
    if (line.event === "run-end") run.isEnded = true;
  }
}

/** Whether lines can be of a run: it began with them, or had begun before and had not ended. */
function isPlausible({ wasBegun, wasEnded, first }: Later): boolean {
  return wasBegun ? !wasEnded : BEGINNINGS.has(first.event);
}

function addedRun([run, later]: [string, Later]): AddedRun {
  const { start, lines, isEnded } = later;
  return {
    run,
    isPlausible: isPlausible(later),
    lines,
    at: start?.at ?? null,
    actor: start?.actor?.username ?? null,
    reason: start?.reason ?? null,
    isEnded,
  };
}
