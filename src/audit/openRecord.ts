import { constants } from "node:fs";
import { shownJson } from "../printable.ts";
import { auditErrors } from "./errors.ts";
import { type AuditEvent, type AuditLine, hashIn, hashOf, type KnownHead, NO_LINE } from "./line.ts";
import { OwnFile, realFile } from "./ownFile.ts";
import { hashesFromEnd, type RecordTail, tailOf } from "./recordTail.ts";
import { WriterLock } from "./writerLock.ts";

/** A line but for its place in the record. */
export type Draft = AuditEvent & Pick<AuditLine, "at" | "run">;

/** Each write is on the disk when it returns. */
const RECORD_FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_SYNC;

/**
 * A record that is open for one run, which alone may write it: with its lock, and with `FILE.head`, which keeps the hash of the last
 * line, so that a cut at the end shows. Before and after each batch of lines it is asked whether the files are still what was left.
 */
export class OpenRecord {
  readonly #file: string;
  readonly #record: OwnFile;
  readonly #head: OwnFile;
  readonly #lock: WriterLock;
  /** What a crash left behind the last whole line (its hash), and whether the next line has to end it. */
  readonly torn: string | null;
  /** Whether there are lines, and nothing that says which is the last. */
  readonly isHeadMissing: boolean;
  #size: number;
  #prev: string;
  #seq: number;
  #lineEnd: string;
  /** While lines are being written the size is neither the old nor the new one. */
  #isWriting = false;
  #isHeadKept = true;

  private constructor(
    file: string,
    open: { record: OwnFile; head: OwnFile; lock: WriterLock },
    found: { tail: RecordTail; size: number; known: string | null },
  ) {
    this.#file = file;
    this.#record = open.record;
    this.#head = open.head;
    this.#lock = open.lock;
    const { tail, size, known } = found;
    this.torn = tail.torn;
    this.#size = size;
    this.#prev = tail.last?.hash ?? NO_LINE;
    this.#seq = tail.last?.line.seq ?? 0;
    this.#lineEnd = tail.isOpen ? "\n" : "";
    // The first line may be there before its hash was kept.
    this.isHeadMissing = known === null && this.#seq > 1;
  }

  /**
   * Waits for the lock, and reads back to the last whole line.
   * @param isNew whether it is made where there is none
   * @throws UserError where it is no record or has lost its end, or another run has it; or of the system
   */
  static async open(file: string, isNew: boolean): Promise<OpenRecord> {
    const real = await realFile(file);
    const lock = await WriterLock.take(real);
    const files: OwnFile[] = [];
    try {
      const made = isNew ? constants.O_CREAT : 0;
      const record = await OwnFile.open(real, RECORD_FLAGS | made);
      files.push(record);
      const head = await OwnFile.open(`${real}.head`, constants.O_RDWR | made);
      files.push(head);
      const { size } = await record.handle.stat();
      const tail = await tailOf((from, to) => record.read(from, to), size);
      if (!tail.isRecord) throw auditErrors["audit-record-not-usable"]({ file, why: "holds something else" });
      const known = hashIn((await head.read(0, 65)).toString("latin1"));
      const opened = new OpenRecord(file, { record, head, lock }, { tail, size, known });
      if (known !== null && (await opened.find(known)) === "not there")
        throw auditErrors["audit-record-lost-its-end"]({ file });
      return opened;
    } catch (error) {
      for (const { handle } of files) await handle.close();
      lock.release();
      throw error;
    }
  }

  /** Hash of the last line. */
  get head(): string {
    return this.#prev;
  }

  /** What is no longer as this run left it; null where all is. */
  amiss(): string | null {
    if (!this.#lock.isHeld()) return "lost its lock";
    const head = this.#head.amiss(null);
    return (
      this.#record.amiss(this.#isWriting ? null : this.#size) ?? (head && `has a FILE.head that ${head}`)
    );
  }

  /** Hashes of the lines after the one with this hash, the last of them first; null where no line has it. */
  async linesAfter(hash: string): Promise<ReadonlySet<string> | null> {
    const after = new Set<string>();
    for await (const one of this.#hashes()) {
      if (one === hash) return after;
      after.add(one);
    }
    return hash === NO_LINE ? after : null;
  }

  /** Where a head that is known from elsewhere is in it. A record of any size is read, and none of it kept. */
  async find(head: string): Promise<KnownHead["found"]> {
    if (head === this.#prev) return "last";
    for await (const one of this.#hashes()) if (one === head) return "earlier";
    return head === NO_LINE ? "earlier" : "not there";
  }

  #hashes(): AsyncGenerator<string> {
    return hashesFromEnd((from, to) => this.#record.read(from, to), this.#size);
  }

  /** The texts that lines would have, the next after the last. */
  texts(drafts: readonly Draft[]): string[] {
    let prev = this.#prev;
    return drafts.map(({ at, run, ...event }, i) => {
      const line: AuditLine = { v: 1, seq: this.#seq + i + 1, at, run, ...event, prev };
      const text = shownJson(JSON.stringify(line));
      prev = hashOf(text);
      return text;
    });
  }

  /**
   * Adds lines. They are on the disk, in the file of that name and behind what this run left, when it returns.
   * @param texts as `texts` gave them
   * @throws UserError where the files are not as they were left; or of the system
   */
  async append(texts: readonly string[]): Promise<void> {
    this.#refuseAmiss();
    const bytes = Buffer.from(this.#lineEnd + texts.map((text) => `${text}\n`).join(""));
    this.#isWriting = true;
    try {
      await this.#record.handle.appendFile(bytes);
    } finally {
      this.#isWriting = false;
    }
    this.#size += bytes.length;
    this.#lineEnd = "";
    this.#refuseAmiss();
    this.#seq += texts.length;
    this.#prev = hashOf(texts.at(-1)!);
    this.#isHeadKept = false;
  }

  /**
   * Keeps the hash of the last line beside the record.
   * @param isOnDisk whether it waits for the disk, which it need not do for each batch: `Anchor.isAsAfterCrash` knows what a power cut leaves
   */
  async keepHead(isOnDisk: boolean): Promise<void> {
    if (!this.#isHeadKept) await this.#head.handle.write(`${this.#prev}\n`, 0);
    this.#isHeadKept = true;
    if (isOnDisk) await this.#head.handle.datasync();
  }

  /** Lets go of it. What goes wrong with that is nobody's concern any more. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#record.handle.close(), this.#head.handle.close()]);
    this.#lock.release();
  }

  #refuseAmiss(): void {
    const what = this.amiss();
    if (what !== null) throw auditErrors["audit-record-changed"]({ file: this.#file, what });
  }
}
