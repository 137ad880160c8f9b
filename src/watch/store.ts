import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { openSqlite } from "../sqlite/database.ts";
import { watchErrors } from "./errors.ts";
import { parseKeptEvent, type WatchEvent } from "./event.ts";

/** An event that a sink has not taken yet. */
export interface Undelivered {
  readonly number: number;
  readonly event: WatchEvent;
}

/** What one look brought. */
export interface News {
  /** Keys of conditions. */
  readonly begun: readonly string[];
  readonly ended: readonly string[];
  readonly events: readonly WatchEvent[];
  readonly sinks: readonly string[];
  /** Whether the org was seen: from then on its conditions are known. */
  readonly looked: boolean;
}

/** What is still to be delivered. */
export interface Outbox {
  /** The oldest event that a sink has still to take; null where there is none. */
  next(sink: string): Undelivered | null;
  /** How many a sink has still to take. */
  waiting(sink: string): number;
  delivered(number: number): void;
  /** Sets an event aside that the sink will not take; it stays in the file, and has another try with the next start. */
  refused(number: number, why: string): void;
}

/** What a watch remembers: which conditions it has told of, and what is still to be delivered. */
export interface Memory extends Outbox {
  /** Keys of the conditions that were told of and hold still; null before the first look. */
  known(): ReadonlySet<string> | null;
  /** Keeps at once what begins, what has ended, and the events for each sink. */
  keep(news: News): void;
  close(): Promise<void>;
}

/** What is locked exclusively stays so until the connection is closed (sqlite.org: PRAGMA locking_mode), which the end of a process does too. */
const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  BEGIN EXCLUSIVE;
  CREATE TABLE IF NOT EXISTS condition (key TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sink TEXT NOT NULL,
    event TEXT NOT NULL,
    refused TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS look (org TEXT PRIMARY KEY) STRICT;
  COMMIT;
`;

/** Results of SQLite (sqlite.org/rescode.html): another connection has it; corrupt, or no database. */
const SQLITE_BUSY = 5;
const SQLITE_NO_DATABASE = [11, 26];

/** A watch that is being restarted may find the one before still in its last round. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 250;

/** What `openStore` does not decide itself. */
export interface Opening {
  /** Told in one line that it waits. */
  readonly say?: (line: string) => void;
  /** How long another watch is waited for. */
  readonly waitMs?: number;
}

/**
 * Opens the memory of an org in a small database of its own, which one process at a time may use: it holds the lock of the file itself, which the
 * system takes back the moment that the process is gone, however it went, and whatever the clock says.
 * @throws UserError where another watch has it open, or it is no such file or another org's
 */
export async function openStore(
  file: string,
  orgId: string,
  { say = () => undefined, waitMs = WAIT_MS }: Opening = {},
): Promise<Memory> {
  mkdirSync(path.dirname(file), { recursive: true });
  const until = performance.now() + waitMs;
  let database = openDatabase(file);
  if (database === null)
    say(`another watch has ${file} open; waiting up to ${waitMs / 1000} s for it to end`);
  while (database === null) {
    if (performance.now() >= until) throw watchErrors["watch-state-in-use"]({ file });
    await wait(LOOK_EVERY_MS);
    database = openDatabase(file);
  }
  const org = database.prepare("SELECT org FROM look").get() as { org: string } | undefined;
  if (org !== undefined && org.org !== orgId) {
    database.close();
    throw watchErrors["watch-state-of-another-org"]({ file, stateOrg: org.org, org: orgId });
  }
  // What refused an event was its receiver's address as often as the event itself, and that may be another by now.
  database.exec("UPDATE outbox SET refused = NULL");
  return new Store(database, orgId, org !== undefined);
}

/** The database, which nobody else can open from then on; null where somebody else has it. */
function openDatabase(file: string): DatabaseSync | null {
  createPrivate(file);
  const database = openSqlite(file);
  try {
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database.close();
    const code = (error as { errcode?: number }).errcode ?? 0;
    if (code === SQLITE_BUSY) return null;
    if (!SQLITE_NO_DATABASE.includes(code)) throw error;
    throw watchErrors["watch-state-not-recognized"]({ file });
  }
}

/** Makes the file where there is none: it names people. One that is there is not opened, since closing it would give up this process's lock of it. */
function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, "ax", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    close(file);
  }
}

/** To everybody else, as far as this process may. */
function close(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
  }
}

class Store implements Memory {
  readonly #database: DatabaseSync;
  readonly #orgId: string;
  #looked: boolean;

  constructor(database: DatabaseSync, orgId: string, looked: boolean) {
    this.#database = database;
    this.#orgId = orgId;
    this.#looked = looked;
  }

  known(): ReadonlySet<string> | null {
    if (!this.#looked) return null;
    const rows = this.#database.prepare("SELECT key FROM condition").all() as { key: string }[];
    return new Set(rows.map(({ key }) => key));
  }

  keep({ begun, ended, events, sinks, looked }: News): void {
    const add = this.#database.prepare("INSERT OR IGNORE INTO condition (key) VALUES (?)");
    const remove = this.#database.prepare("DELETE FROM condition WHERE key = ?");
    const post = this.#database.prepare("INSERT INTO outbox (sink, event) VALUES (?, ?)");
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      if (looked) this.#database.prepare("INSERT OR IGNORE INTO look (org) VALUES (?)").run(this.#orgId);
      for (const key of begun) add.run(key);
      for (const key of ended) remove.run(key);
      for (const event of events) for (const sink of sinks) post.run(sink, JSON.stringify(event));
      this.#database.exec("COMMIT");
      this.#looked ||= looked;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  next(sink: string): Undelivered | null {
    const row = this.#database
      .prepare("SELECT number, event FROM outbox WHERE sink = ? AND refused IS NULL ORDER BY number LIMIT 1")
      .get(sink) as { number: number; event: string } | undefined;
    return row === undefined ? null : { number: row.number, event: parseKeptEvent(row.event) };
  }

  waiting(sink: string): number {
    const row = this.#database
      .prepare("SELECT COUNT(*) AS waiting FROM outbox WHERE sink = ? AND refused IS NULL")
      .get(sink) as { waiting: number };
    return row.waiting;
  }

  delivered(number: number): void {
    this.#database.prepare("DELETE FROM outbox WHERE number = ?").run(number);
  }

  refused(number: number, why: string): void {
    this.#database.prepare("UPDATE outbox SET refused = ? WHERE number = ?").run(why, number);
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}
