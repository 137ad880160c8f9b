import { lstatSync, realpathSync } from "node:fs";
import path from "node:path";
import { unread } from "../../regularFile.ts";
import { fleetErrors } from "../errors.ts";
import type { History } from "./keptRuns.ts";
import { HistoryLines } from "./lines.ts";

/** The history of a name: a database where it ends with `.sqlite`, else lines of JSON. Nothing is opened yet. */
export async function historyOf(file: string): Promise<History> {
  if (!file.endsWith(".sqlite")) return new HistoryLines(file);
  const { HistoryDatabase } = await import("./database.ts");
  return new HistoryDatabase(file);
}

/**
 * The path of the history that the file of the orgs names: it stays in the folder of that file, links followed, since who may propose a
 * change to it should not name a file to write anywhere.
 * @throws UserError
 */
export function historyWithin(folder: string, name: string): string {
  const refuse = () => fleetErrors["history-outside"]({ file: name });
  const file = path.join(folder, name);
  if (path.isAbsolute(name) || !isWithin(folder, file)) throw refuse();
  const there = realOf(file);
  if (there !== null && !isWithin(realpathSync(folder), there)) throw refuse();
  return file;
}

/** Where a file, or the nearest folder above it that is there, really is; null for a link that leads nowhere. */
function realOf(file: string): string | null {
  try {
    return realpathSync(file);
  } catch (error) {
    unread(error);
    const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    if (isLink) throw fleetErrors["history-outside"]({ file });
    const above = realOf(path.dirname(file));
    return above === null ? null : path.join(above, path.basename(file));
  }
}

function isWithin(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return way !== "" && way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
