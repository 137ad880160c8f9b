import { readRegularLines, type Unread } from "../regularFile.ts";
import { parseLine, type RunStack } from "./line.ts";

/** A resource of a stack whose update revoked. */
export interface RecordedStack {
  readonly stack: RunStack;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** It stands in a line before anything that could hold a name; the others need not be read. */
const START = '"event":"run-start"';
const START_WITHIN = 300;

/**
 * The resources of stacks that began to revoke of an org from a time on, by the runs of a record. What it is not true of is for
 * `audit verify` to find.
 * @param since milliseconds since the epoch
 * @returns none for a record that is not there, and otherwise why it cannot be read
 */
export function recordedStacks(file: string, orgId: string, since: number): RecordedStack[] | Unread {
  const found: RecordedStack[] = [];
  const answer = readRegularLines(file, (bytes) => {
    if (!bytes.subarray(0, START_WITHIN).includes(START)) return;
    const line = parseLine(bytes);
    if (line?.event !== "run-start" || line.org?.id !== orgId || !isStack(line.stack)) return;
    const at = Date.parse(line.at);
    if (at >= since) found.push({ stack: line.stack, at });
  });
  return "rest" in answer || answer.code === "ENOENT" ? found : answer;
}

/** A record is a text that others can write, and those of older releases say nothing of stacks. */
export function isStack(value: unknown): value is RunStack {
  const { project, name, resource } = (value ?? {}) as Partial<RunStack>;
  return [project, name, resource].every((text) => typeof text === "string");
}
