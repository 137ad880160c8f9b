import { createHash } from "node:crypto";
import { type AuditLine, hashOf, LONGEST_LINE, parseLine } from "./line.ts";

/** Reads the bytes from one place of a record up to another. */
export type ReadAt = (from: number, to: number) => Promise<Buffer>;

/** A range of bytes. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** What a record ends with. */
export interface RecordTail {
  /** The last whole line, with its hash; null where there is none. */
  readonly last: { readonly line: AuditLine; readonly hash: string } | null;
  /** The SHA-256, in hex, of what a crash left behind it, without the line end at its end; null for nothing. */
  readonly torn: string | null;
  /** Whether the last byte is no line end, so that the next line has to begin with one. */
  readonly isOpen: boolean;
  /** Whether it can be a record at all: it has a line of one, is empty, or begins as a first line does that was torn. */
  readonly isRecord: boolean;
}

/** So much is read at first; then twice as much with each step, up to the most. */
const FIRST_STEP = 64 * 1024;
const LARGEST_STEP = 4 * 1024 * 1024;

/**
 * Reads back from the end of a record to its last whole line, however far that is; what a crash left behind it may be torn lines, one
 * after the other, and is never held in memory as a whole.
 * @param size of the record, in bytes
 */
export async function tailOf(read: ReadAt, size: number): Promise<RecordTail> {
  let torn = null as Range | null;
  let isOpen = false;
  for await (const { bytes, ...range } of linesFromEnd(read, size)) {
    if (range.to === size && range.from === size) continue; // nothing behind the last line end
    if (range.to === size) isOpen = true;
    const text = bytes ?? (range.to - range.from > LONGEST_LINE ? null : await read(range.from, range.to));
    const line = text === null ? null : parseLine(text);
    if (line !== null)
      return {
        last: { line, hash: hashOf(text!) },
        torn: await hashOfRange(read, torn),
        isOpen,
        isRecord: true,
      };
    torn = { from: range.from, to: torn?.to ?? range.to };
  }
  return {
    last: null,
    torn: await hashOfRange(read, torn),
    isOpen,
    isRecord: size === 0 || isTornStart(await read(0, Math.min(size, LINE_START.length))),
  };
}

/**
 * The hashes of the lines of a record, from its last to its first; what is no line has one, too.
 * @param size of the record, in bytes
 */
export async function* hashesFromEnd(read: ReadAt, size: number): AsyncGenerator<string> {
  for await (const { bytes, ...range } of linesFromEnd(read, size))
    yield bytes === null ? (await hashOfRange(read, range))! : hashOf(bytes);
}

const LINE_START = '{"v":1,';

/** The beginning of a line, or the zeros that a power cut can leave where one was to be. */
function isTornStart(bytes: Buffer): boolean {
  const [first = ""] = bytes.toString("utf8").split("\n");
  return LINE_START.startsWith(first) || bytes.every((byte) => byte === 0);
}

/** What stands between line ends, from the last to the first; with its bytes, where they were read in one step. */
async function* linesFromEnd(
  read: ReadAt,
  size: number,
): AsyncGenerator<Range & { readonly bytes: Buffer | null }> {
  let to = size;
  let step = FIRST_STEP;
  for (let end = size; end > 0; step = Math.min(2 * step, LARGEST_STEP)) {
    const start = Math.max(0, end - step);
    const bytes = await read(start, end);
    let at = bytes.lastIndexOf("\n");
    while (at !== -1) {
      const from = start + at + 1;
      yield { from, to, bytes: to <= end ? bytes.subarray(at + 1, to - start) : null };
      to = start + at;
      at = at === 0 ? -1 : bytes.lastIndexOf("\n", at - 1);
    }
    end = start;
    if (start === 0) yield { from: 0, to, bytes: to <= bytes.length ? bytes.subarray(0, to) : null };
  }
}

async function hashOfRange(read: ReadAt, range: Range | null): Promise<string | null> {
  if (range === null) return null;
  const hash = createHash("sha256");
  for (let at = range.from; at < range.to; at += LARGEST_STEP)
    hash.update(await read(at, Math.min(range.to, at + LARGEST_STEP)));
  return hash.digest("hex");
}
