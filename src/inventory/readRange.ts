import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";
import type { Grant } from "./inventory.ts";
import { conditionsOf, type GrantRow, type Key, type Range, where } from "./partition.ts";

/** Salesforce stops an OauthToken query here without a word (docs/salesforce.md#pages-and-the-ceiling). */
const CEILING = 2_500;
/** No query is followed further than this. */
export const MOST_ROWS = 2_000;
/** Rows of a page of OauthToken: what one call brings. */
export const PAGE_ROWS = 500;

/** What planning reads of a grant: no field that holds a token. */
export const GRANT_FIELDS = [
  "UserId",
  "AppName",
  "AppMenuItem.ApplicationId",
  "CreatedDate",
  "LastUsedDate",
  "UseCount",
];

/** A part of the grants that was read in full. */
export interface ReadPart {
  /** SOQL conditions that the part's grants meet, and no others. */
  readonly conditions: readonly string[];
  /** For a part that can be counted together with its neighbours; null for the others. */
  readonly span: Range | null;
  /** To read the part again. */
  readonly again: Unread;
  readonly grants: readonly Grant[];
}

/** A range to read. */
export interface Unread {
  readonly range: Range;
  /** About how many grants it has. Says where splitting pays; nothing is believed because of it. */
  readonly rows: number;
  /** Keys that divide the grants which share one value of the range's key. */
  readonly finer: readonly Key[];
  /** Whether the org hands out CreatedDate, which stands in one of its two lists of fields only (docs/salesforce.md#fields-of-oauthtoken). */
  readonly dated: boolean;
}

export interface RangeRead {
  readonly parts: ReadPart[];
  /** What is left of the range. */
  readonly rest: Unread[];
  readonly pages: number;
}

/**
 * Reads a range, or as much of it as one query can be trusted with. The rows come sorted by the key;
 * where there are more than 2,000, the query is left there. What came before the last value is then
 * known in full (its ties are all there), and the rest begins at that value: no tie is lost or read
 * twice. A value that alone fills the query is divided by the next finer key.
 */
export async function readRange(
  reader: OrgReader,
  unread: Unread,
  toGrant: (row: GrantRow) => Grant,
): Promise<RangeRead> {
  const { range } = unread;
  const { rows, totalSize, pages } = await reader.query<GrantRow>(queryOf(unread), { enough: MOST_ROWS });
  if (rows.length > totalSize)
    throw inventoryErrors["range-count-not-matched"]({ counted: totalSize, read: rows.length });
  const values = rows.map((row) => range.key.valueOf(row));
  checkOrder(values, range);
  if (rows.length === totalSize) {
    const parts = partsUpTo(range.to, rows.map(toGrant), withoutValue(values), unread);
    return { parts, rest: [], pages };
  }
  if (rows.length === 0)
    throw inventoryErrors["range-count-not-matched"]({ counted: totalSize, read: "none" });

  // Whether totalSize counts on beyond the ceiling is not documented.
  const size = totalSize === CEILING ? Math.max(unread.rows, totalSize) : totalSize;
  const last = values.at(-1)!;
  const ties = startOfLast(values);
  if (ties === 0) return { ...divide(last, rows.length, size, unread), pages };
  // More than one value came, so that the last one is not null.
  return {
    parts: partsUpTo(last, rows.slice(0, ties).map(toGrant), withoutValue(values), unread),
    rest: [{ ...unread, range: { ...range, from: { kind: "at", value: last } }, rows: size - ties }],
    pages,
  };
}

function queryOf({ range, dated }: Unread): string {
  const fields = GRANT_FIELDS.filter((field) => dated || field !== "CreatedDate");
  return `SELECT ${fields.join(", ")} FROM OauthToken${where(conditionsOf(range))} ORDER BY ${range.key.field} ASC NULLS FIRST`;
}

/** How many have no value: they come first. */
function withoutValue(values: readonly (string | null)[]): number {
  const first = values.findIndex((value) => value !== null);
  return first < 0 ? values.length : first;
}

/** Where the values that equal the last one begin. */
function startOfLast(values: readonly (string | null)[]): number {
  const last = values.at(-1);
  let start = values.length;
  while (start > 0 && values[start - 1] === last) start--;
  return start;
}

/** The parts of a range that end at `to`: its first `nulls` grants, which have no value of the key, and the others. */
function partsUpTo(to: string | null, grants: readonly Grant[], nulls: number, unread: Unread): ReadPart[] {
  const { range, finer } = unread;
  const valued: Range = { ...range, from: afterNulls(range.from), to };
  const part: ReadPart = {
    conditions: conditionsOf(valued),
    span: valued.within.length === 0 ? valued : null,
    again: { ...unread, range: valued, rows: grants.length - nulls },
    grants: grants.slice(nulls),
  };
  if (nulls === 0) return [part];
  const alone = sharing(range, null, finer[0] ?? range.key);
  const ofNulls: ReadPart = {
    conditions: alone.within,
    span: null,
    again: { ...unread, range: alone, rows: nulls, finer: finer.slice(1) },
    grants: grants.slice(0, nulls),
  };
  return [ofNulls, part];
}

/**
 * Divides a range whose first `count` rows, of `size`, all have the value `only`: those that share it are
 * read by the next finer key, those beyond it as before.
 * @throws InconclusiveError where no finer key is left
 */
function divide(
  only: string | null,
  count: number,
  size: number,
  unread: Unread,
): Pick<RangeRead, "parts" | "rest"> {
  const { range, finer } = unread;
  const [nextKey, ...others] = finer;
  if (nextKey === undefined) throw inventoryErrors["too-many-grants-at-one-instant"]({ most: MOST_ROWS });
  const from: Range["from"] = only === null ? { kind: "not-null" } : { kind: "after", value: only };
  const isOpenBelow = only !== null && !("value" in range.from);
  return {
    parts: isOpenBelow ? partsUpTo(only, [], 0, unread) : [],
    rest: [
      { ...unread, range: sharing(range, only, nextKey), rows: count, finer: others },
      { ...unread, range: { ...range, from }, rows: size - count },
    ],
  };
}

function afterNulls(from: Range["from"]): Range["from"] {
  return from.kind === "nulls" ? { kind: "not-null" } : from;
}

/** The grants that share one value, as a range by the next finer key. */
function sharing({ key, within }: Range, value: string | null, by: Key): Range {
  return {
    within: [...within, `${key.field} = ${value === null ? "null" : key.literal(value)}`],
    key: by,
    from: { kind: "nulls" },
    to: null,
  };
}

/** Where the org does not sort or compare as it should, what looks complete is not. Ids and names sort in the org's own way. */
function checkOrder(values: readonly (string | null)[], range: Range): void {
  if (range.key.field !== "CreatedDate") return;
  let before: string | null = null;
  for (const value of values) {
    const isSorted = before === null || (value !== null && value >= before);
    if (!isSorted || !isWithin(value, range)) throw inventoryErrors["grants-out-of-order"]();
    before = value;
  }
}

function isWithin(value: string | null, { from, to }: Range): boolean {
  if (value === null) return from.kind === "nulls";
  if (to !== null && value >= to) return false;
  if (from.kind === "at") return value >= from.value;
  return from.kind !== "after" || value > from.value;
}
