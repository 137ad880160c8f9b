import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ciErrors } from "./errors.ts";

/**
 * A change's folders are found by their names from the top of its repository.
 * @throws UserError where the file of the orgs, from whose folder they are named, is anywhere else
 */
export function holdToTop(workspace: string): void {
  if (!existsSync(path.join(workspace, ".git"))) throw ciErrors["orgs-not-at-top"]({ folder: workspace });
}

/** What Node or Pulumi would take for a program, or for its settings. */
const PROGRAM = /\.([cm]?[jt]sx?|node|wasm)$|^package\.json$|^Pulumi(\..+)?\.ya?ml$/;

/**
 * Folders of a change that stand in place of the workspace's while a credential is there must hold data alone.
 * @throws UserError where one is also the place of something that would be run
 */
export function refusePrograms(workspace: string, folders: readonly string[]): void {
  for (const folder of folders) {
    const file = programBelow(workspace, folder);
    if (file !== null) throw ciErrors["policy-folder-with-program"]({ folder, file });
  }
}

function programBelow(workspace: string, folder: string): string | null {
  const at = path.join(workspace, folder);
  if (!existsSync(at)) return null;
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    const below = `${folder}/${entry.name}`;
    if (PROGRAM.test(entry.name)) return below;
    const found = entry.isDirectory() ? programBelow(workspace, below) : null;
    if (found !== null) return found;
  }
  return null;
}

/**
 * Puts folders of a change in place of the workspace's while something runs, and those back after.
 * @param folders their names, the same in both
 */
export async function inPlaceOf<T>(
  workspace: string,
  change: string,
  { folders, kept }: { readonly folders: readonly string[]; readonly kept: string },
  use: () => Promise<T>,
): Promise<T> {
  for (const folder of folders) copy(path.join(workspace, folder), path.join(kept, folder));
  try {
    for (const folder of folders) replace(path.join(change, folder), path.join(workspace, folder));
    return await use();
  } finally {
    for (const folder of folders) replace(path.join(kept, folder), path.join(workspace, folder));
  }
}

function replace(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  copy(from, to);
}

function copy(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** The first file by which two folders differ, hidden ones aside; null where there is none. */
export function differenceOf(one: string, other: string): string | null {
  const [files, others] = [filesIn(one), filesIn(other)];
  for (const name of new Set([...files, ...others].sort())) {
    const isSame = files.includes(name) && others.includes(name) && sameBytes(one, other, name);
    if (!isSame) return name;
  }
  return null;
}

function sameBytes(one: string, other: string, name: string): boolean {
  return readFileSync(path.join(one, name)).equals(readFileSync(path.join(other, name)));
}

/** By their paths below a folder, without what is hidden. A link is a file of its own. */
function filesIn(folder: string, below = ""): string[] {
  if (!existsSync(path.join(folder, below))) return [];
  return readdirSync(path.join(folder, below)).flatMap((name) => {
    if (name.startsWith(".")) return [];
    const file = path.join(below, name);
    return lstatSync(path.join(folder, file)).isDirectory() ? filesIn(folder, file) : [file];
  });
}
