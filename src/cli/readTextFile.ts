import { readFileSync } from "node:fs";
import { UserError } from "../errors.ts";
import { printable } from "../printable.ts";

/** The text of a file that the user named. @param what it is, as in "The report" @throws UserError where it cannot be read */
export function readTextFile(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new UserError(`${what} ${printable(file)} is not there.`);
    if (code === "EISDIR" || code === "EACCES" || code === "ENOTDIR")
      throw new UserError(`${what} ${printable(file)} cannot be read (${code}).`);
    throw error;
  }
}
