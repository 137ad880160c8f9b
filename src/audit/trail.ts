import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";
import lockfile from "proper-lockfile";
import { shownJson } from "../printable.ts";
import { auditErrors } from "./errors.ts";
import { type AuditEvent, type AuditLine, hashOf, NO_LINE } from "./line.ts";

/** Enough for the last lines; names in them are at most a few hundred characters long. */
const TAIL_BYTES = 64 * 1024;
/** Another run holds the record for as long as it writes; one that was killed lets go after this. */
const STALE_MS = 5_000;

/**
 * The append-only record of revocations: JSON lines, each with the hash of the one before. Beside it,
 * `FILE.head` keeps the hash of the last line, so that a cut at the end shows.
 */
export class AuditTrail {
  readonly file: string;
  readonly run = randomUUID();
  readonly #record: FileHandle;
  readonly #head: FileHandle;
  readonly #release: () => Promise<void>;
  readonly #now: () => Date;
  #prev: string;
  #seq: number;
  #waiting: { text: string; done: () => void; failed: (error: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;
  #broken: unknown;
  /** What ends a line that a crash cut off, before the next one. */
  #lineEnd = "";

  private constructor(
    file: string,
    handles: { record: FileHandle; head: FileHandle; release: () => Promise<void> },
    last: { prev: string; seq: number },
    now: () => Date,
  ) {
    this.file = file;
    this.#record = handles.record;
    this.#head = handles.head;
    this.#release = handles.release;
    this.#prev = last.prev;
    this.#seq = last.seq;
    this.#now = now;
  }

  /**
   * Opens a record for one run, and makes it where there is none.
   * @throws UserError where it cannot be written, another run is writing it, or its end was cut off
   */
  static async open(file: string, now: () => Date = () => new Date()): Promise<AuditTrail> {
    const release = await prepare(file);
    const handles: FileHandle[] = [];
    try {
      const record = await open(file, "as+", 0o600); // each write is on the disk when it returns
      handles.push(record);
      await open(`${file}.head`, "a", 0o600).then((made) => made.close());
      const head = await open(`${file}.head`, "r+");
      handles.push(head);
      const { last, torn, open: isOpen } = await tailOf(record);
      const known = (await readFile(`${file}.head`, "utf8")).slice(0, 64);
      const prev = last === null ? NO_LINE : hashOf(last);
      if (known !== "" && known !== prev && !(await holds(record, known)))
        throw auditErrors["audit-record-lost-its-end"]({ file });
      const seq = last === null ? 0 : (JSON.parse(last) as AuditLine).seq;
      const trail = new AuditTrail(file, { record, head, release }, { prev, seq }, now);
      if (isOpen) trail.#lineEnd = "\n";
      if (torn !== null) await trail.append({ event: "recovered", torn: hashOf(torn) });
      return trail;
    } catch (error) {
      for (const handle of handles) await handle.close();
      await release();
      throw unwritable(file, error);
    }
  }

  /** Hash of the last line. */
  get head(): string {
    return this.#prev;
  }

  /**
   * Adds a line. Resolves once it is on the disk; lines that come meanwhile are written and flushed together.
   * @throws UserError where it cannot be written: then nothing more is, and what it announces must not be done
   */
  append(event: AuditEvent): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(unwritable(this.file, this.#broken));
    const line: AuditLine = {
      v: 1,
      seq: ++this.#seq,
      at: this.#now().toISOString(),
      run: this.run,
      ...event,
      prev: this.#prev,
    };
    const text = shownJson(JSON.stringify(line));
    this.#prev = hashOf(text);
    return new Promise((done, failed) => {
      this.#waiting.push({ text, done, failed: (error) => failed(unwritable(this.file, error)) });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#record.close();
    await this.#head.close();
    await this.#release();
  }

  async #write(): Promise<void> {
    // What is asked for in this very turn belongs together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const text = this.#lineEnd + batch.map((line) => `${line.text}\n`).join("");
        this.#lineEnd = "";
        await this.#record.appendFile(text);
        for (const { done } of batch) done();
        await this.#head.write(`${hashOf(batch.at(-1)!.text)}\n`, 0);
      } catch (error) {
        this.#broken = error;
        for (const { failed } of [...batch, ...this.#waiting]) failed(error);
        this.#waiting = [];
      }
    }
    this.#writing = undefined; // in the turn in which nothing was left: who comes later starts anew
  }
}

/** Makes the folder and takes the lock. */
async function prepare(file: string): Promise<() => Promise<void>> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    return await lockfile.lock(file, {
      realpath: false,
      stale: STALE_MS,
      retries: { retries: 12, minTimeout: 250, maxTimeout: 1_000 },
    });
  } catch (error) {
    if ((error as { code?: string }).code === "ELOCKED") throw auditErrors["audit-record-in-use"]({ file });
    throw unwritable(file, error);
  }
}

interface Tail {
  /** The last line that is whole; null in an empty record. */
  readonly last: string | null;
  /** What a crash cut off after it; null for nothing. */
  readonly torn: string | null;
  /** Whether the record has no line end yet. */
  readonly open: boolean;
}

async function tailOf(record: FileHandle): Promise<Tail> {
  const { size } = await record.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await record.read(Buffer.alloc(size - start), 0, size - start, start);
  const lines = buffer.subarray(0, bytesRead).toString("utf8").split("\n");
  const rest = lines.pop() ?? "";
  if (rest !== "" && isWhole(rest)) return { last: rest, torn: null, open: true };
  if (rest !== "") return { last: lines.pop() ?? null, torn: rest, open: true };
  const last = lines.pop() ?? null;
  if (last === null || isWhole(last)) return { last, torn: null, open: false };
  return { last: lines.pop() ?? null, torn: last, open: false };
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Whether a record holds a line with that hash: then it only grew since. */
async function holds(record: FileHandle, hash: string): Promise<boolean> {
  const { size } = await record.stat();
  const { buffer } = await record.read(Buffer.alloc(size), 0, size, 0);
  return buffer
    .toString("utf8")
    .split("\n")
    .some((line) => hashOf(line) === hash);
}

/** A disk that is full or a file that may not be written is the user's to fix; anything else is not. */
function unwritable(file: string, error: unknown): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error;
  return auditErrors["audit-record-not-writable"]({ file, why: code, cause: error });
}
