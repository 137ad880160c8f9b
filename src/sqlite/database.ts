import type { DatabaseSync } from "node:sqlite";
import { quietly } from "../quietly.ts";
import { sqliteErrors } from "./errors.ts";

/**
 * Opens a database of SQLite, or makes it. Node 22.12 has node:sqlite only with `--experimental-sqlite` (nodejs.org/api/sqlite.html), which
 * the launchers of bin/ give it and Pulumi does not: so it is loaded here alone, and only when a file is opened.
 * @throws UserError where this Node has none; SQLite's own, with its result as `errcode`
 */
export function openSqlite(file: string): DatabaseSync {
  const sqlite = quietly(() => process.getBuiltinModule("node:sqlite"));
  if (sqlite === undefined) throw sqliteErrors["node-without-sqlite"]({ file, node: process.version });
  return new sqlite.DatabaseSync(file);
}
