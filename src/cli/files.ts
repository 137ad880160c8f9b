import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.ts";
import { parsePlanFile } from "../plan/parsePlanFile.ts";
import type { PlanFile } from "../plan/schema.ts";
import { printable } from "../printable.ts";

const POLICIES = "policy";

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

/** A plan that `plan --out` or `plan --format json` wrote. @throws UserError where it is none, or was changed */
export function readPlanFile(file: string): PlanFile {
  return parsePlanFile(readTextFile(file, "The plan"), { plan: "The plan", file, next: "" });
}

/** The policy that a command is about: the one named, else the only one in the folder `policy`. @throws UserError */
export function policyFile(named: string | undefined): string {
  if (named !== undefined) return named;
  const found = policyFiles();
  if (found.length === 1) return found[0]!;
  throw new UserError(
    found.length === 0
      ? `There is no policy in the folder ${POLICIES}: name one, or write a first draft with \`npx sanctioned init\`.`
      : `Which policy is meant? Name one with --policy: ${found.map(printable).join(", ")}.`,
  );
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
