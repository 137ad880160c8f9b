import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.ts";
import { printable } from "../printable.ts";

/** Writes a file that must not be there yet, with the folders above it. @throws UserError where it is, or cannot be written */
export function writeNew(file: string, text: string, option: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST")
      throw new UserError(`${printable(file)} is there already: remove it, or name another with ${option}.`);
    if (code === "ENOENT" || code === "EACCES" || code === "EISDIR" || code === "ENOTDIR" || code === "EROFS")
      throw new UserError(`${printable(file)} cannot be written (${code}): name another with ${option}.`);
    throw error;
  }
}
