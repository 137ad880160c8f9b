import { lstatSync, writeFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { openSqlite } from "../sqlite/database.ts";
import { auditErrors } from "./errors.ts";

/** How long a run waits for another to end, and how often it asks. */
const PATIENCE_MS = 10_000;
const ASK_EVERY_MS = 100;
/** https://sqlite.org/rescode.html: another connection holds the lock. */
const SQLITE_BUSY = 5;

/**
 * The right to write a record, which one run at a time has. It is a lock of the operating system (SQLite's, on an empty file beside
 * the record, since Node has no call for it): a process that dies lets go of it at once, one that is suspended keeps it, and no clock
 * says that it is old. The file stays: who removed it would let in a second run.
 */
export class WriterLock {
  readonly #file: string;
  readonly #inode: bigint;
  readonly #database: DatabaseSync;
  #isReleased = false;

  private constructor(file: string, inode: bigint, database: DatabaseSync) {
    this.#file = file;
    this.#inode = inode;
    this.#database = database;
  }

  /** Waits until no other run has it. @throws UserError where one still has after ten seconds, or it cannot be had */
  static async take(record: string): Promise<WriterLock> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const lock = WriterLock.#tryOnce(record);
      if (lock !== null) return lock;
      if (performance.now() >= deadline) throw auditErrors["audit-record-in-use"]({ file: record });
      await wait(ASK_EVERY_MS);
    }
  }

  /** Null where another run has it. */
  static #tryOnce(record: string): WriterLock | null {
    const file = `${record}.lock`;
    const inode = inodeOf(file) ?? made(file);
    if (inode === null) return null;
    let database: DatabaseSync | undefined;
    try {
      database = openSqlite(file);
      // Nothing is ever written, so that no journal has to be on the disk.
      database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      return new WriterLock(file, inode, database);
    } catch (error) {
      database?.close();
      const { errcode, message } = error as { errcode?: number; message: string };
      if (errcode === undefined) throw error;
      if ((errcode & 0xff) === SQLITE_BUSY) return null;
      throw auditErrors["audit-record-not-usable"]({
        file: record,
        why: `cannot be locked by ${file} (${message})`,
        cause: error,
      });
    }
  }

  /** Whether the file of the lock is still the one that is locked. */
  isHeld(): boolean {
    return inodeOf(this.#file) === this.#inode;
  }

  release(): void {
    if (!this.#isReleased) this.#database.close();
    this.#isReleased = true;
  }
}

/** Null where it is not there, or is no file that can be locked. */
function inodeOf(file: string): bigint | null {
  const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() ? stat.ino : null;
}

/** Makes it, empty; its inode is null where something else is there. */
function made(file: string): bigint | null {
  try {
    writeFileSync(file, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return inodeOf(file);
}
