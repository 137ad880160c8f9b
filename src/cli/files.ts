import { randomUUID } from "node:crypto";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { UserError } from "../errors.ts";
import { parsePlanFile } from "../plan/parsePlanFile.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { LARGEST_TEXT, readRegular, readRegularLines, type Unread } from "../regularFile.ts";
import { chosenPolicy } from "./chosenOrg.ts";
import { cliErrors } from "./errors.ts";
import { repeated } from "./repeat.ts";

const POLICIES = "policy";

/** The text of a file that the user named. @param what it is, as in "The report" @throws UserError where it cannot be read */
export function readTextFile(file: string, what: string): string {
  return readBytes(file, what).toString("utf8");
}

/** The bytes of a file that the user named. @param what it is, as in "The report" @throws UserError where it cannot be read */
export function readBytes(file: string, what: string): Buffer {
  const answer = readRegular(file, LARGEST_TEXT);
  if ("bytes" in answer) return answer.bytes;
  throw unreadable(answer, file, what);
}

/**
 * Reads a file of any size, line by line.
 * @param what it is, as in "The report"
 * @param take is handed each line without its line end
 * @returns what stands behind the last line end
 * @throws UserError where it cannot be read
 */
export function readLines(file: string, what: string, take: (line: Buffer) => void): Buffer {
  const answer = readRegularLines(file, take);
  if ("rest" in answer) return answer.rest;
  throw unreadable(answer, file, what);
}

function unreadable({ code, why }: Unread, file: string, what: string): UserError {
  return code === "ENOENT"
    ? cliErrors["file-not-found"]({ what, file })
    : cliErrors["file-not-readable"]({ what, file, why });
}

/** The text of a file, or of standard input where that is named `-`. @throws UserError where it cannot be read, or is too large */
export async function readTextOrInput(file: string, what: string): Promise<string> {
  if (file !== "-") return readTextFile(file, what);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_TEXT)
      throw cliErrors["file-not-readable"]({ what, file: "on standard input", why: "is too large" });
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Writes a file that must not be there yet, with the folders above it, for its owner's eyes alone: most of them name people. @throws UserError where it is, or cannot be written */
export function writeNew(file: string, text: string, option: string): void {
  makeNew(file, option, () => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
  });
}

/** As `writeNew`, but that nobody finds a half of it where the process is ended. @throws as `writeNew` */
export function writeNewWhole(file: string, text: string, option: string): void {
  refuseExisting(file, option);
  const part = partOf(file);
  writeNew(part, text, option);
  try {
    makeNew(file, option, () => linkSync(part, file));
  } finally {
    rmSync(part, { force: true });
  }
}

/** @throws UserError where something of that name is there, if only a link that leads nowhere */
export function refuseExisting(file: string, option: string): void {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined)
    throw cliErrors["file-exists"]({ file, option });
}

/** A name beside a file, for what is not whole yet. */
function partOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.part`);
}

/**
 * A folder that must not be there yet, for its owner's eyes alone. It is written beside its place and is there whole, or not at all:
 * what a kill leaves has another name.
 */
export class NewFolder {
  readonly #folder: string;
  readonly #part: string;
  readonly #option: string;

  /** @throws UserError where something of that name is there, or it cannot be written */
  constructor(folder: string, option: string) {
    this.#folder = path.resolve(folder);
    this.#part = partOf(this.#folder);
    this.#option = option;
    refuseExisting(folder, option);
    makeNew(folder, option, () => mkdirSync(this.#part, { recursive: true, mode: 0o700 }));
  }

  /** Writes a file, with the folders above it. @param name relative to the folder */
  write(name: string, text: string): void {
    const file = path.join(this.#part, name);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
  }

  /** Puts it in its place. @throws UserError where something is there by now */
  finish(): void {
    // To rename would replace an empty folder that somebody made meanwhile.
    refuseExisting(this.#folder, this.#option);
    makeNew(this.#folder, this.#option, () => renameSync(this.#part, this.#folder));
  }

  /** Removes what was written, where it is not in its place. */
  abandon(): void {
    rmSync(this.#part, { recursive: true, force: true });
  }
}

/** Makes something that must not be there yet. @throws UserError where it is, or cannot be made */
function makeNew(file: string, option: string, make: () => void): void {
  try {
    make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOTEMPTY") throw cliErrors["file-exists"]({ file, option });
    if (code === "ENOENT" || code === "EACCES" || code === "EISDIR" || code === "ENOTDIR" || code === "EROFS")
      throw cliErrors["file-not-writable"]({ file, why: code, option });
    throw error;
  }
}

/**
 * Puts a text in the place of a file's, whole and with the rights that it has.
 * @param before what was read of it @param named as the user named it
 * @throws UserError where it is not that any more, or cannot be written
 */
export function replaceFile(file: string, before: string, after: string, named: string): void {
  const part = partOf(file);
  try {
    // As it was read: a mark at the start is part of the text.
    if (readFileSync(file, "utf8") !== before) throw cliErrors["policy-changed-meanwhile"]({ file: named });
    writeFileSync(part, after, { flag: "wx", mode: statSync(file).mode & 0o7777 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw cliErrors["policy-changed-meanwhile"]({ file: named });
    if (code === "EACCES" || code === "EPERM" || code === "EROFS")
      throw cliErrors["policy-not-writable"]({ file: named, why: code });
    throw error;
  }
}

/** A plan that `plan --out` or `plan --format json` wrote. @throws UserError where it is none, or was changed */
export function readPlanFile(file: string): PlanFile {
  return parsePlanFile(readTextFile(file, "The plan"), { plan: "The plan", file, next: "" });
}

/** The policy that a command is about: the one named, else the only one in the folder `policy`. @throws UserError */
export function policyFile(named: string | undefined): string {
  const given = named ?? chosenPolicy();
  if (given !== null) return given;
  const found = policyFiles();
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw cliErrors["no-policy-file"]({ folder: POLICIES });
  throw cliErrors["several-policy-files"]({
    files: found.join(", "),
    command: repeated(["--policy", found[0]!]),
  });
}

/** Every policy in the folder `policy`. */
export function policyFiles(): string[] {
  return namesIn(POLICIES)
    .filter((name) => /\.ya?ml$/.test(name) && !/baseline/.test(name))
    .sort()
    .map((name) => `${POLICIES}/${name}`);
}

/** What is in a folder; nothing where it is not there. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
