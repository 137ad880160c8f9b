import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";
import { timesBetween } from "./partition.ts";
import { readListed } from "./readListed.ts";
import {
  type GrantReading,
  PAGE_ROWS,
  type RangeRead,
  type ReadPart,
  readRange,
  type Unread,
} from "./readRange.ts";

/** Calls that bring nothing, or next to nothing: a range is divided before it is read, and some have few grants. */
const CALLS_BESIDE = 100;
/** What a call brings on the average, at least; a page has 500. */
const LEAST_ROWS_PER_CALL = 25;
/** Grants that may have come since they were counted. */
const ROWS_BESIDE = 10_000;
/** Below this many rows a range is not worth another query at the same time. */
const WORTH_SPLITTING = 4_000;

export interface GrantsRead {
  readonly parts: ReadPart[];
  /** API calls, one a page. */
  readonly calls: number;
}

export interface ReadingOptions {
  /** An instant that no grant, or few, are later than: where splitting an open end aims. */
  readonly latest: number;
  readonly onProgress?: (read: number) => void;
}

/**
 * Reads all grants of what is unread, several ranges at once. A range that is left unfinished is divided
 * among the free readers; each division can cost one page that is not full, so that their number is
 * kept to a fraction of the pages.
 * @throws InconclusiveError where it takes far more calls than grants in that number can take
 */
export async function readGrants(
  reader: OrgReader,
  start: readonly Unread[],
  reading: GrantReading,
  { latest, onProgress = () => undefined }: ReadingOptions,
): Promise<GrantsRead> {
  const parts: ReadPart[] = [];
  const expected = start.reduce((sum, { rows }) => sum + rows, 0);
  // Of grants that come without an end no more are read than twice as many as there were to be.
  const mostRows = 2 * expected + PAGE_ROWS * start.length;
  const mostCalls = () =>
    CALLS_BESIDE + start.length + Math.ceil(Math.min(count, mostRows) / LEAST_ROWS_PER_CALL);
  let calls = 0;
  let count = 0;
  let running = start.length;
  let splits = 12 + Math.floor(expected / PAGE_ROWS / 25);
  let stopped = false;

  const split = (unread: Unread): Unread[] => {
    if (unread.kind !== "time" || typeof unread.range.from !== "number") return [unread];
    const { range, rows: left } = unread;
    const pieces = Math.min(1 + reader.concurrency - running, 1 + splits, Math.ceil(left / WORTH_SPLITTING));
    if (pieces < 2) return [unread];
    const bounds = timesBetween(unread.range.from, range.to, latest, pieces);
    splits -= bounds.length;
    running += bounds.length;
    return [unread.range.from, ...bounds].map((from, i) => ({
      ...unread,
      range: { from, to: bounds[i] ?? range.to },
      rows: left / (bounds.length + 1),
    }));
  };
  const read = async (unread: Unread): Promise<void> => {
    let current: Unread | undefined = unread;
    const others: Promise<void>[] = [];
    while (current !== undefined && !stopped) {
      const done: RangeRead = await readSome(reader, current, reading);
      parts.push(...done.parts);
      count += done.parts.reduce((sum, { grants }) => sum + grants.length, 0);
      onProgress(count);
      calls += done.pages;
      if (calls > mostCalls() || count > mostRows + ROWS_BESIDE)
        throw inventoryErrors["grants-without-end"]({ calls, expected });
      running += Math.max(0, done.rest.length - 1);
      const [first, ...more] = done.rest.flatMap(split);
      for (const next of more) others.push(started(next));
      current = first;
    }
    running--;
    await Promise.all(others);
  };
  const guarded = (unread: Unread): Promise<void> =>
    read(unread).catch((error: unknown) => {
      stopped = true; // the others end with their current query
      throw error;
    });
  const started = (unread: Unread): Promise<void> => {
    const promise = guarded(unread);
    promise.catch(() => undefined); // awaited later, when it may have failed long ago
    return promise;
  };
  await Promise.all(start.map(started));
  return { parts, calls };
}

function readSome(reader: OrgReader, unread: Unread, reading: GrantReading): Promise<RangeRead> {
  return unread.kind === "group" && unread.listed !== undefined
    ? readListed(reader, unread.listed, reading)
    : readRange(reader, unread, reading);
}
