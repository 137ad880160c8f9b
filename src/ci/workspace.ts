import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

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
