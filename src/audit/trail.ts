import { randomUUID } from "node:crypto";
import { CodedError } from "../errors.ts";
import { auditErrors } from "./errors.ts";
import { type AuditEvent, hashOf, type KnownHead } from "./line.ts";
import { type Draft, OpenRecord } from "./openRecord.ts";

/** A line that waits to be written. */
interface Waiting {
  readonly draft: Draft;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The append-only record of revocations, as one run writes it: JSON lines, each with the hash of the one before.
 *
 * Once it cannot be written, or is not what this run left, nothing more is announced: the calls stop. What was done by then still
 * goes on record, where that can be: the record is opened once more, as a new run would open it.
 */
export class AuditTrail {
  readonly file: string;
  readonly run = randomUUID();
  readonly #now: () => Date;
  #record: OpenRecord;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** Why nothing is announced any more. */
  #lost: unknown;
  /** Why nothing is written at all any more. */
  #over: unknown;
  #isOpenedAgain = false;
  #isFirst = true;
  #tell: (reason: string) => void = () => undefined;

  private constructor(file: string, record: OpenRecord, now: () => Date) {
    this.file = file;
    this.#record = record;
    this.#now = now;
  }

  /**
   * Opens a record for one run, and makes it where there is none. What a crash left at its end goes on record.
   * @throws UserError where it cannot be written, another run is writing it, its end was cut off, or the file is none of its own
   */
  static async open(file: string, now: () => Date = () => new Date()): Promise<AuditTrail> {
    const record = await OpenRecord.open(file, true).catch((error) => {
      throw unwritable(file, error);
    });
    const trail = new AuditTrail(file, record, now);
    try {
      for (const event of foundAtTheEnd(record)) await trail.append(event);
      return trail;
    } catch (error) {
      await trail.close();
      throw error;
    }
  }

  /** Hash of the last line. */
  get head(): string {
    return this.#record.head;
  }

  /** Why not all of this run is on record, as an error says it; null where all of it is. */
  get missing(): string | null {
    return this.#over === undefined ? null : messageOf(this.#over);
  }

  /** Where in the record the last line of an earlier run is, as it is known from outside. */
  async find(head: string): Promise<KnownHead> {
    return { head, found: await this.#record.find(head) };
  }

  /** @param tell is told why nothing more may be called, as soon as that is known */
  onLost(tell: (reason: string) => void): void {
    this.#tell = tell;
    if (this.#lost !== undefined) tell(messageOf(this.#lost));
  }

  /** Looks whether the record is still what this run left; to be asked before each call. `onLost` hears of it. */
  check(): void {
    if (this.#lost !== undefined) return;
    const what = this.#record.amiss();
    if (what !== null) this.#lose(auditErrors["audit-record-changed"]({ file: this.file, what }));
  }

  /**
   * Adds a line. Resolves once it is on the disk; lines that come meanwhile are written and flushed together.
   * @throws UserError where it cannot be written: then what it announces must not be done
   */
  append(event: AuditEvent): Promise<void> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return new Promise((done, failed) => {
      this.#waiting.push({ draft: this.#draft(event), done, failed });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#record.keepHead(true).catch(() => undefined);
    await this.#record.close();
  }

  async #write(): Promise<void> {
    // What is asked for in this very turn belongs together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await (this.#lost === undefined ? this.#writeBatch(batch) : this.#writeLate(batch));
      } catch (error) {
        this.#over = this.#lost ?? error; // the first says why
        for (const { failed } of [...batch, ...this.#waiting.splice(0)]) failed(this.#over);
      }
    }
    this.#writing = undefined; // in the turn in which nothing was left: who comes later starts anew
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    const record = this.#record;
    const texts = record.texts(batch.map(({ draft }) => draft));
    try {
      // What a power cut can leave behind the last hash that was kept is then the end alone, or lines of a run without one.
      if (batch.some(({ draft }) => draft.event === "run-end")) await record.keepHead(true);
      await record.append(texts);
    } catch (error) {
      this.#lose(error);
      await this.#writeLate(batch, texts);
      return;
    }
    for (const { done } of batch) done();
    await record.keepHead(this.#isFirst).catch((error) => this.#lose(error));
    this.#isFirst = false;
  }

  /**
   * Writes what is to go on record though the record was lost: all but what announces.
   * @param texts of the lines, where it is not known whether they are on the disk
   */
  async #writeLate(batch: readonly Waiting[], texts: readonly string[] = []): Promise<void> {
    const hashes = new Map(batch.map((one, i) => [one, texts[i] && hashOf(texts[i])]));
    const late = batch.filter(({ draft }) => !ANNOUNCES.has(draft.event));
    for (const one of batch) if (!late.includes(one)) one.failed(this.#lost);
    if (late.length === 0) return;
    const { found, after } = await this.#openedAgain();
    const missing = late.filter((one) => !after.has(hashes.get(one) ?? ""));
    const drafts = [...found, ...missing.map(({ draft }) => draft)];
    if (drafts.length > 0) {
      await this.#record.append(this.#record.texts(drafts));
      await this.#record.keepHead(false);
    }
    for (const { done } of late) done();
  }

  /** Opens the record once more, where it still holds what this run wrote. */
  async #openedAgain(): Promise<{ found: readonly Draft[]; after: ReadonlySet<string> }> {
    if (this.#isOpenedAgain) return { found: [], after: new Set() };
    this.#isOpenedAgain = true;
    const { head } = this.#record;
    await this.#record.close();
    this.#record = await OpenRecord.open(this.file, false);
    const after = await this.#record.linesAfter(head);
    if (after === null) throw auditErrors["audit-record-lost-its-end"]({ file: this.file });
    return { found: foundAtTheEnd(this.#record).map((event) => this.#draft(event)), after };
  }

  #draft(event: AuditEvent): Draft {
    return { at: this.#now().toISOString(), run: this.run, ...event };
  }

  #lose(error: unknown): void {
    this.#lost ??= unwritable(this.file, error);
    this.#tell(messageOf(this.#lost));
  }
}

/** Lines after which something is done that must not be done without them. */
const ANNOUNCES: ReadonlySet<AuditEvent["event"]> = new Set(["run-start", "revoking"]);

/** What is wrong with the end of a record, for it to say so itself. */
function foundAtTheEnd({ torn, isHeadMissing }: OpenRecord): AuditEvent[] {
  return [
    ...(torn === null ? [] : [{ event: "recovered", torn } as const]),
    ...(isHeadMissing ? [{ event: "head-missing" } as const] : []),
  ];
}

function messageOf(error: unknown): string {
  return error instanceof CodedError ? error.message : "the run failed";
}

/** A disk that is full or a file that may not be written is the user's to fix; anything else is not. */
function unwritable(file: string, error: unknown): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error;
  return auditErrors["audit-record-not-writable"]({ file, why: code, cause: error });
}
