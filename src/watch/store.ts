import { closeSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { lock } from "proper-lockfile";
import { watchErrors } from "./errors.ts";
import type { WatchEvent } from "./event.ts";

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

/** What a watch remembers: which conditions it has told of, and what is still to be delivered. */
export interface Memory {
  /** Keys of the conditions that were told of and hold still; null before the first look. */
  known(): ReadonlySet<string> | null;
  /** Keeps at once what begins, what has ended, and the events for each sink. */
  keep(news: News): void;
  /** What a sink has still to take, oldest first. */
  undelivered(sink: string): readonly Undelivered[];
  delivered(number: number): void;
  /** Sets an event aside that the sink will never take; it stays in the file. */
  refused(number: number, why: string): void;
  close(): Promise<void>;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS condition (key TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sink TEXT NOT NULL,
    event TEXT NOT NULL,
    refused TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS look (org TEXT PRIMARY KEY) STRICT;
`;

/** Another process that was killed leaves its lock; it counts as gone after this long. */
const STALE_MS = 20_000;

/**
 * Opens the memory of an org in a small database of its own, which one process at a time may use.
 * @throws UserError where another watch has it open, or it is no such file or another org's
 */
export async function openStore(file: string, orgId: string): Promise<Memory> {
  mkdirSync(path.dirname(file), { recursive: true });
  const release = await lock(file, { realpath: false, stale: STALE_MS, update: STALE_MS / 4 }).catch(
    (error) => {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      throw watchErrors["watch-state-in-use"]({ file, seconds: STALE_MS / 1000 });
    },
  );
  try {
    const database = openDatabase(file);
    const org = database.prepare("SELECT org FROM look").get() as { org: string } | undefined;
    if (org !== undefined && org.org !== orgId) {
      database.close();
      throw watchErrors["watch-state-of-another-org"]({ file, stateOrg: org.org, org: orgId });
    }
    return new Store(database, orgId, org !== undefined, release);
  } catch (error) {
    await release();
    throw error;
  }
}

function openDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, "a", 0o600)); // it names people
  const database = new DatabaseSync(file);
  try {
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database.close();
    // SQLITE_NOTADB, SQLITE_CORRUPT (sqlite.org/rescode.html)
    if (![11, 26].includes((error as { errcode?: number }).errcode ?? 0)) throw error;
    throw watchErrors["watch-state-not-recognized"]({ file });
  }
}

class Store implements Memory {
  readonly #database: DatabaseSync;
  readonly #orgId: string;
  readonly #release: () => Promise<void>;
  #looked: boolean;

  constructor(database: DatabaseSync, orgId: string, looked: boolean, release: () => Promise<void>) {
    this.#database = database;
    this.#orgId = orgId;
    this.#looked = looked;
    this.#release = release;
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

  undelivered(sink: string): readonly Undelivered[] {
    const rows = this.#database
      .prepare("SELECT number, event FROM outbox WHERE sink = ? AND refused IS NULL ORDER BY number")
      .all(sink) as { number: number; event: string }[];
    return rows.map(({ number, event }) => ({ number, event: JSON.parse(event) as WatchEvent }));
  }

  delivered(number: number): void {
    this.#database.prepare("DELETE FROM outbox WHERE number = ?").run(number);
  }

  refused(number: number, why: string): void {
    this.#database.prepare("UPDATE outbox SET refused = ? WHERE number = ?").run(why, number);
  }

  async close(): Promise<void> {
    this.#database.close();
    await this.#release();
  }
}
