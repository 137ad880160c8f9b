import { existsSync, lstatSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openSqlite } from "../../sqlite/database.ts";
import { fleetErrors } from "../errors.ts";
import type { HistoryRun, HistoryVerb, Seen } from "./historySchema.ts";
import type { History, KeptRuns } from "./keptRuns.ts";

/** In the head of the file (sqlite.org/pragma.html#pragma_application_id), so that no other database is taken for a history: "sFLT". */
const APPLICATION = 0x73_46_4c_54;
/** Of the tables, as `user_version`. */
const VERSION = 1;

const TABLES = `
  CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    verb TEXT NOT NULL
  ) STRICT;
  CREATE TABLE org (
    run INTEGER NOT NULL REFERENCES run (number),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    grants INTEGER,
    connected_users INTEGER,
    apps INTEGER,
    unlisted_apps INTEGER,
    idle INTEGER,
    reported INTEGER,
    standing INTEGER,
    revocations INTEGER,
    revoked INTEGER,
    PRIMARY KEY (run, id)
  ) STRICT;
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;

/** Another run that adds to it is done sooner. */
const WAIT_MS = 10_000;

/** Results of SQLite (sqlite.org/rescode.html). */
const BUSY = 5;
const NO_DATABASE = [11, 26];

/**
 * A history as a SQLite database, to be asked in SQL. A run is one transaction. Its journal is the ordinary one, which a run that was
 * killed leaves for the next to undo: not a write-ahead log, which needs all who use it on one machine (sqlite.org/wal.html), and a
 * team's history may well be in a folder of the network.
 */
export class HistoryDatabase implements History {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  check(): void {
    if (existsSync(this.file)) this.#open(() => undefined);
  }

  add({ at, verb, orgs }: HistoryRun): void {
    mkdirSync(path.dirname(this.file), { recursive: true });
    this.#open((database) => {
      database.exec("BEGIN IMMEDIATE");
      try {
        // Asked again now that nobody else can make it.
        if (this.#isNew(database)) database.exec(TABLES);
        const { lastInsertRowid } = database
          .prepare("INSERT INTO run (at, verb) VALUES (?, ?)")
          .run(at, verb);
        const insert = database.prepare("INSERT INTO org VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        for (const { id, name, status, seen, revoked } of orgs)
          insert.run(
            lastInsertRowid,
            id,
            name,
            status,
            ...COLUMNS.map((column) => seen?.[column] ?? null),
            revoked,
          );
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  read(): KeptRuns {
    if (!existsSync(this.file)) return { runs: [], leftAside: 0 };
    return this.#open((database) => {
      if (this.#isNew(database)) return { runs: [], leftAside: 0 };
      const orgs = new Map<number, HistoryRun["orgs"]>();
      for (const row of database
        .prepare("SELECT * FROM org ORDER BY run, rowid")
        .all() as unknown as OrgRow[]) {
        const some = orgs.get(row.run) ?? [];
        orgs.set(row.run, some);
        some.push(orgOf(row));
      }
      const runs = database
        .prepare("SELECT number, at, verb FROM run ORDER BY at, number")
        .all() as unknown as RunRow[];
      return {
        runs: runs.map(({ number, at, verb }) => ({ history: 1, at, verb, orgs: orgs.get(number) ?? [] })),
        leftAside: 0,
      };
    });
  }

  /** Opens it for as long as something is done with it. @throws UserError where it is no history, or cannot be used */
  #open<T>(act: (database: DatabaseSync) => T): T {
    const refuse = (why: string) => fleetErrors["history-not-usable"]({ file: this.file, why });
    const stat = lstatSync(this.file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) throw refuse("is a folder");
    if (stat !== undefined && !stat.isFile() && !stat.isSymbolicLink()) throw refuse("is not a regular file");
    let database: DatabaseSync | undefined;
    try {
      database = openSqlite(this.file);
      database.exec(`PRAGMA busy_timeout = ${WAIT_MS}`);
      this.#isNew(database);
      return act(database);
    } catch (error) {
      const { errcode, message } = error as { errcode?: number; message: string };
      if (errcode === undefined) throw error;
      if ((errcode & 0xff) === BUSY) throw refuse("is being written by another run");
      throw refuse(NO_DATABASE.includes(errcode) ? "holds something else" : `cannot be used (${message})`);
    } finally {
      database?.close();
    }
  }

  /** Whether nothing is in it yet. @throws UserError where it is of somebody else, or of another release */
  #isNew(database: DatabaseSync): boolean {
    const refuse = (why: string) => fleetErrors["history-not-usable"]({ file: this.file, why });
    const number = (pragma: string) => Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
    const { tables } = database.prepare("SELECT COUNT(*) AS tables FROM sqlite_schema").get() as {
      tables: number;
    };
    const application = number("application_id");
    if (application === 0 && tables === 0) return true;
    if (application !== APPLICATION) throw refuse("holds something else");
    if (number("user_version") !== VERSION) throw refuse("was written by another release");
    return false;
  }
}

/** In the order of the table. */
const COLUMNS = [
  "grants",
  "connectedUsers",
  "apps",
  "unlistedApps",
  "idle",
  "reported",
  "standing",
  "revocations",
] as const satisfies readonly (keyof Seen)[];

interface RunRow {
  readonly number: number;
  readonly at: string;
  readonly verb: HistoryVerb;
}

interface OrgRow {
  readonly run: number;
  readonly id: string;
  readonly name: string;
  readonly status: HistoryRun["orgs"][number]["status"];
  readonly grants: number | null;
  readonly connected_users: number;
  readonly apps: number;
  readonly unlisted_apps: number;
  readonly idle: number;
  readonly reported: number;
  readonly standing: number;
  readonly revocations: number;
  readonly revoked: number | null;
}

function orgOf(row: OrgRow): HistoryRun["orgs"][number] {
  const { id, name, status, grants, apps, idle, reported, standing, revocations, revoked } = row;
  return {
    name,
    id,
    status,
    seen:
      grants === null
        ? null
        : {
            grants,
            connectedUsers: row.connected_users,
            apps,
            unlistedApps: row.unlisted_apps,
            idle,
            reported,
            standing,
            revocations,
          },
    revoked,
  };
}
