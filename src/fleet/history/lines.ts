import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import historySchema from "../../../schema/history.schema.json" with { type: "json" };
import { readRegularLines, unread } from "../../regularFile.ts";
import { validator } from "../../validator.ts";
import { fleetErrors } from "../errors.ts";
import type { HistoryRun } from "./historySchema.ts";
import type { History, KeptRuns } from "./keptRuns.ts";

const runValidator = validator<HistoryRun>(historySchema, { allErrors: false });

/** What each line begins with, so that a file can be known by its first bytes. */
const LINE_START = '{"history":1,';
/** Of any release. */
const ANY_START = '{"history":';

/** Others may write to it at the same time; a pipe would keep whoever opens it waiting. */
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

/**
 * A history as lines of JSON. Each entry is one write to the end of the file (open(2): with O_APPEND the place and the write are one step),
 * with a line end before it as well as behind it: whatever a kill left of another's entry stays on a line of its own, also when both
 * write at once, and no lock can be left behind. So lines without anything on them are no entries.
 */
export class HistoryLines implements History {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  check(): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      const { code, why } = unread(error);
      if (code === "ENOENT") return;
      throw fleetErrors["history-not-usable"]({ file: this.file, why });
    }
    try {
      this.#refuseOther(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  add(run: HistoryRun): void {
    const bytes = Buffer.from(`\n${lineOf(run)}\n`);
    let descriptor: number;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      descriptor = openSync(this.file, FLAGS, 0o666);
    } catch (error) {
      throw fleetErrors["history-not-usable"]({
        file: this.file,
        why: `cannot be written (${unread(error).code})`,
      });
    }
    try {
      this.#refuseOther(descriptor);
      const written = writeSync(descriptor, bytes);
      // The rest would stand behind what another run wrote meanwhile.
      if (written < bytes.length)
        throw fleetErrors["history-not-usable"]({ file: this.file, why: "has no room for another run" });
      fsyncSync(descriptor);
    } catch (error) {
      if (typeof (error as NodeJS.ErrnoException).errno !== "number") throw error;
      throw fleetErrors["history-not-usable"]({
        file: this.file,
        why: `cannot be written (${unread(error).code})`,
      });
    } finally {
      closeSync(descriptor);
    }
  }

  read(): KeptRuns {
    this.check();
    const runs: HistoryRun[] = [];
    let leftAside = 0;
    const take = (line: Buffer): void => {
      if (isBlank(line)) return;
      const run = parseLine(line);
      if (run === null) leftAside++;
      else runs.push(run);
    };
    const answer = readRegularLines(this.file, take);
    if ("rest" in answer) take(answer.rest);
    else if (answer.code !== "ENOENT")
      throw fleetErrors["history-not-usable"]({ file: this.file, why: answer.why });
    return { runs: inOrder(runs), leftAside };
  }

  /** @throws UserError where it holds something else, whatever a kill left of a first entry apart */
  #refuseOther(descriptor: number): void {
    const refuse = (why: string) => fleetErrors["history-not-usable"]({ file: this.file, why });
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw refuse("is a folder");
    if (!stat.isFile()) throw refuse("is not a regular file");
    const begun = beginning(descriptor);
    if (begun === "own") return;
    throw refuse(begun === "other release" ? "was written by another release" : "holds something else");
  }
}

/** What a file can be by how it begins. Ends of lines, and the zeros that a power cut leaves, are passed over. */
function beginning(descriptor: number): "own" | "other release" | "something else" {
  const part = Buffer.allocUnsafe(PART_BYTES);
  for (let at = 0; at < MOST_BLANK; at += PART_BYTES) {
    const read = readSync(descriptor, part, 0, part.length, at);
    const lines = part
      .toString("latin1", 0, read)
      .split(/[\n\r\0]+/)
      .filter((line) => line !== "");
    // A first entry that was torn may be as short as `{`, and so may the first line of anybody's JSON: the next line tells.
    const whole = lines.find((line) => !LINE_START.startsWith(line));
    if (whole !== undefined)
      return whole.startsWith(LINE_START)
        ? "own"
        : whole.startsWith(ANY_START)
          ? "other release"
          : "something else";
    if (lines.length > 0 || read < part.length) return "own";
  }
  return "something else";
}

const PART_BYTES = 64 * 1024;
const MOST_BLANK = 64 * 1024 * 1024;

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0 || byte === 0x0d || byte === 0x20);
}

/** In the order of the schema, whatever the order of what is handed over. */
function lineOf({ history, at, verb, orgs }: HistoryRun): string {
  return JSON.stringify({ history, at, verb, orgs });
}

/** Null for what is no entry. A part of an entry never is one, since it does not end as JSON does. */
function parseLine(line: Buffer): HistoryRun | null {
  let run: unknown;
  try {
    run = JSON.parse(line.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
  return runValidator()(run) ? run : null;
}

/** Runs that ended in another order than they began. */
function inOrder(runs: readonly HistoryRun[]): HistoryRun[] {
  return runs.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
