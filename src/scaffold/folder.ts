import { randomBytes } from "node:crypto";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { readUnlinked } from "../regularFile.ts";
import { scaffoldErrors } from "./errors.ts";
import type { Files } from "./repository.ts";

/** More than any file that is kept in step has. */
const LARGEST_BYTES = 4 * 1024 * 1024;
/** What `git clone` and `git init` leave in a folder that is otherwise empty. */
const NOT_COUNTED = new Set([".git"]);

/** What stands where a repository is to be written. */
export interface Target {
  /** Its whole path. */
  readonly folder: string;
  readonly isThere: boolean;
  /** Of the files to be written, those that are there already. */
  readonly present: readonly string[];
}

/**
 * Looks at the folder of a new repository before anything else is done.
 * @param named its name, from where the tool runs @param paths what is to be written, relative to it @param add whether what is missing may be written beside what is there
 * @throws UserError where something is in the way: a link, a file, a folder that is not empty
 */
export function lookAtTarget(named: string, paths: Iterable<string>, add: boolean): Target {
  // A slash at its end would have a link followed.
  const folder = path.resolve(named);
  const stat = standing(folder);
  if (stat === null) return { folder, isThere: false, present: [] };
  if (!stat.isDirectory()) throw inTheWay(folder, stat);
  const found = readdirSync(folder).filter((name) => !NOT_COUNTED.has(name));
  if (found.length > 0 && !add) {
    const more = found.length === 1 ? "" : ` and ${found.length - 1} more`;
    throw scaffoldErrors["folder-not-empty"]({ folder, found: `${found.sort()[0]}${more}` });
  }
  return { folder, isThere: true, present: [...paths].filter((file) => isPresent(folder, file)) };
}

/** Whether a regular file is there; no step on the way to it may be a link or a file. */
function isPresent(folder: string, file: string): boolean {
  const steps = file.split("/");
  for (const at of steps.keys()) {
    const step = path.join(folder, ...steps.slice(0, at + 1));
    const stat = standing(step);
    if (stat === null) return false;
    const isLast = at === steps.length - 1;
    if (isLast ? !stat.isFile() : !stat.isDirectory()) throw inTheWay(step, stat);
  }
  return true;
}

/**
 * Writes a repository whole or not at all. A folder that is not there yet appears with everything in it; in one that is, no file is
 * ever written over, and what was written is taken away again where the rest cannot be.
 * @returns the paths that were written
 * @throws UserError
 */
export function writeRepository(target: Target, files: Files): string[] {
  const missing = new Map([...files].filter(([file]) => !target.present.includes(file)));
  if (target.isThere) writeInto(target.folder, missing);
  else appear(target.folder, missing);
  return [...missing.keys()];
}

function appear(folder: string, files: Files): void {
  const parent = path.dirname(folder);
  const stage = path.join(parent, `.${path.basename(folder)}.${randomBytes(4).toString("hex")}`);
  const made = attempt(folder, "Nothing was written.", () => mkdirSync(parent, { recursive: true }));
  try {
    mkdirSync(stage);
    writeInto(stage, files);
    renameSync(stage, folder);
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    if (made !== undefined) removeEmpty(parent, made);
    throw refusal(folder, error, "Nothing was written.");
  }
}

/** Takes away the folders that were made for it, from the innermost, as far as nobody put something in. */
function removeEmpty(from: string, to: string): void {
  for (let folder = from; folder.length >= to.length; folder = path.dirname(folder)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (!isOfSystem(error)) throw error;
      return;
    }
  }
}

function writeInto(folder: string, files: Files): void {
  const undo: (() => void)[] = [];
  try {
    for (const [file, text] of files) {
      const steps = file.split("/");
      for (const at of steps.slice(1).keys()) makeFolder(path.join(folder, ...steps.slice(0, at + 1)), undo);
      const whole = path.join(folder, ...steps);
      writeNew(whole, text);
      undo.push(() => unlinkSync(whole));
    }
  } catch (error) {
    throw refusal(
      folder,
      error,
      takenBack(undo) ? "Nothing was written." : "Not all of what was written could be taken away again.",
    );
  }
}

/** A file that is there whole or not at all, also where the disk is full or the run is killed, and in place of no other. */
function writeNew(whole: string, text: string): void {
  const stage = `${whole}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(stage, text, { flag: "wx" });
    linkSync(stage, whole);
  } catch (error) {
    if (!isWithoutLinks(error)) throw error;
    writeFileSync(whole, text, { flag: "wx" });
  } finally {
    rmSync(stage, { force: true });
  }
}

/** Not every file system has hard links. */
function isWithoutLinks(error: unknown): boolean {
  const codes = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];
  return isOfSystem(error) && error.syscall === "link" && codes.includes(error.code);
}

/** One more folder, which must be no link. */
function makeFolder(folder: string, undo: (() => void)[]): void {
  const stat = standing(folder);
  if (stat === null) {
    mkdirSync(folder);
    undo.push(() => rmdirSync(folder));
  } else if (!stat.isDirectory()) throw inTheWay(folder, stat);
}

/** @returns whether all of it is gone */
function takenBack(undo: readonly (() => void)[]): boolean {
  try {
    for (const back of undo.toReversed()) back();
    return true;
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    return false;
  }
}

/** The texts of some files of a repository, those that are there. @throws UserError for a link, or what is no file */
export function readPresent(folder: string, paths: Iterable<string>): Files {
  const root = realpathSync(folder);
  const texts = new Map<string, string>();
  for (const file of paths) {
    if (!isPresent(root, file)) continue;
    const answer = readUnlinked(root, file.split("/"), LARGEST_BYTES);
    if ("why" in answer) throw scaffoldErrors["repository-file-not-valid"]({ file, why: answer.why });
    texts.set(file, answer.bytes.toString("utf8"));
  }
  return texts;
}

/**
 * Writes files of a repository over what was read of them, each whole, in the order given; null takes a file away.
 * @throws UserError where one cannot be, or is not any more what was read
 */
export function writeOver(
  folder: string,
  changes: Iterable<readonly [path: string, before: string | null, after: string | null]>,
): void {
  const root = realpathSync(folder);
  const done: string[] = [];
  const left = () =>
    done.length === 0 ? "Nothing was changed." : `Changed before that: ${done.join(", ")}.`;
  for (const [file, before, after] of changes) {
    const now = readPresent(root, [file]).get(file) ?? null;
    if (now !== before)
      throw scaffoldErrors["folder-not-writable"]({
        folder: file,
        why: "it was changed meanwhile",
        left: left(),
      });
    const whole = path.join(root, ...file.split("/"));
    attempt(file, left(), () =>
      after === null ? unlinkSync(whole) : replace(root, file, after, before !== null),
    );
    done.push(file);
  }
}

function replace(root: string, file: string, text: string, isThere: boolean): void {
  const whole = path.join(root, ...file.split("/"));
  if (!isThere) {
    writeInto(root, new Map([[file, text]]));
    return;
  }
  const stage = `${whole}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(stage, text, { flag: "wx", mode: lstatSync(whole).mode });
    renameSync(stage, whole);
  } catch (error) {
    rmSync(stage, { force: true });
    throw error;
  }
}

function attempt<T>(folder: string, left: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusal(folder, error, left);
  }
}

/** What the system said, for a person; what did not come from it as it is. */
function refusal(folder: string, error: unknown, left: string): unknown {
  if (!isOfSystem(error)) return error;
  return scaffoldErrors["folder-not-writable"]({ folder, why: error.code, left });
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/** What stands at a path itself, be it a link; null for nothing. @throws UserError where nobody can tell */
function standing(at: string): Stats | null {
  try {
    return lstatSync(at);
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    if (error.code === "ENOENT") return null;
    throw scaffoldErrors["folder-in-the-way"]({ path: at, why: `cannot be looked at (${error.code})` });
  }
}

function inTheWay(at: string, stat: Stats) {
  const why = stat.isSymbolicLink()
    ? "is a link"
    : stat.isFile()
      ? "is a file"
      : stat.isDirectory()
        ? "is a folder"
        : "is no file or folder";
  return scaffoldErrors["folder-in-the-way"]({ path: at, why });
}
