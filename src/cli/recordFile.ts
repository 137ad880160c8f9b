import { existsSync, realpathSync } from "node:fs";
import { hashIn, NO_LINE } from "../audit/line.ts";
import { readTextFile } from "./files.ts";

/** An audit record as a file, whatever link leads to it. */
export interface RecordNamed {
  readonly file: string;
  /** The hash that is kept beside it; that of no line where none was kept yet, null where there is nothing that can be one. */
  readonly kept: string | null;
}

/** @throws UserError where the hash cannot be read */
export function recordNamed(name: string): RecordNamed {
  // The hash is kept beside the file, not beside a link to it.
  const file = existsSync(name) ? realpathSync(name) : name;
  const headFile = `${file}.head`;
  if (!existsSync(headFile)) return { file, kept: null };
  const text = readTextFile(headFile, "The audit record's head");
  return { file, kept: text === "" ? NO_LINE : hashIn(text) };
}
