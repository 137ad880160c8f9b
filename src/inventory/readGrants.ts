import type { OrgReader } from "../salesforce/reader.ts";
import type { Grant } from "./inventory.ts";
import type { GrantRow } from "./partition.ts";
import { MOST_ROWS, PAGE_ROWS, type ReadPart, readRange, type Unread } from "./readRange.ts";

/** Below this many rows a range is not worth another query at the same time. */
const WORTH_SPLITTING = 2 * MOST_ROWS;

export interface GrantsRead {
  readonly parts: ReadPart[];
  /** API calls, one a page. */
  readonly calls: number;
}

/**
 * Reads all grants of a range, several ranges at once. A range that is left unfinished is divided
 * among the free readers; each division can cost one page that is not full, so that their number is
 * kept to a fraction of the pages.
 */
export async function readGrants(
  reader: OrgReader,
  start: Unread,
  toGrant: (row: GrantRow) => Grant,
  onProgress: (read: number) => void = () => undefined,
): Promise<GrantsRead> {
  const parts: ReadPart[] = [];
  let calls = 0;
  let count = 0;
  let running = 1;
  let splits = 12 + Math.floor(start.rows / PAGE_ROWS / 25);
  let stopped = false;

  const split = (unread: Unread): Unread[] => {
    const { range, rows: left } = unread;
    const pieces = Math.min(1 + reader.concurrency - running, 1 + splits, Math.ceil(left / WORTH_SPLITTING));
    if (pieces < 2 || !("value" in range.from)) return [unread];
    const bounds = range.key.between(range.from.value, range.to, pieces);
    splits -= bounds.length;
    running += bounds.length;
    return [range.from, ...bounds.map((value) => ({ kind: "at", value }) as const)].map((from, i) => ({
      ...unread,
      range: { ...range, from, to: bounds[i] ?? range.to },
      rows: left / (bounds.length + 1),
    }));
  };
  const read = async (unread: Unread): Promise<void> => {
    let current: Unread | undefined = unread;
    const others: Promise<void>[] = [];
    while (current !== undefined && !stopped) {
      const done = await readRange(reader, current, toGrant);
      parts.push(...done.parts);
      count += done.parts.reduce((sum, { grants }) => sum + grants.length, 0);
      onProgress(count);
      calls += done.pages;
      running += Math.max(0, done.rest.length - 1);
      const [first, ...more] = done.rest.flatMap(split);
      for (const next of more) {
        const other = guarded(next);
        other.catch(() => undefined); // awaited below, when it may have failed long ago
        others.push(other);
      }
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
  await guarded(start);
  return { parts, calls };
}
