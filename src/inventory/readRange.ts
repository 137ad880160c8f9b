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
  { range, rows: expected, finer, dated }: Unread,
  toGrant: (row: GrantRow) => Grant,
): Promise<RangeRead> {
  const { key, within, to } = range;
  const conditions = conditionsOf(range);
  const fields = GRANT_FIELDS.filter((field) => dated || field !== "CreatedDate");
  const { rows, totalSize, pages } = await reader.query<GrantRow>(
    `SELECT ${fields.join(", ")} FROM OauthToken${where(conditions)} ORDER BY ${key.field} ASC NULLS FIRST`,
    { enough: MOST_ROWS },
  );
  if (rows.length > totalSize)
    throw inventoryErrors["range-count-not-matched"]({ counted: totalSize, read: rows.length });
  const values = rows.map((row) => key.valueOf(row));
  checkOrder(values, range);
  const firstValue = values.findIndex((value) => value !== null);
  const nulls = firstValue < 0 ? rows.length : firstValue;
  const part = (from: Range["from"], end: string | null, some: GrantRow[]): ReadPart => {
    const read: Range = { within, key, from, to: end };
    return {
      conditions: conditionsOf(read),
      span: within.length === 0 ? read : null,
      again: { range: read, rows: some.length, finer, dated },
      grants: some.map(toGrant),
    };
  };
  /** The grants that share one value, as a range by the next finer key. */
  const sharing = (value: string | null, by: Key): Range => ({
    within: [...within, `${key.field} = ${value === null ? "null" : key.literal(value)}`],
    key: by,
    from: { kind: "nulls" },
    to: null,
  });
  const nullPart = (): ReadPart[] => {
    if (nulls === 0) return [];
    const range = sharing(null, finer[0] ?? key);
    return [
      {
        conditions: range.within,
        span: null,
        again: { range, rows: nulls, finer: finer.slice(1), dated },
        grants: rows.slice(0, nulls).map(toGrant),
      },
    ];
  };
  const from: Range["from"] = range.from.kind === "nulls" ? { kind: "not-null" } : range.from;

  if (rows.length === totalSize)
    return { parts: [...nullPart(), part(from, to, rows.slice(nulls))], rest: [], pages };
  if (rows.length === 0)
    throw inventoryErrors["range-count-not-matched"]({ counted: totalSize, read: "none" });

  const last = values.at(-1)!;
  let end = rows.length;
  while (end > 0 && values[end - 1] === last) end--;
  // Whether totalSize counts on beyond the ceiling is not documented.
  const size = totalSize === CEILING ? Math.max(expected, totalSize) : totalSize;
  if (end > 0) {
    // More than one value came, so that the last one is not null.
    return {
      parts: [...nullPart(), part(from, last, rows.slice(nulls, end))],
      rest: [
        { range: { within, key, from: { kind: "at", value: last }, to }, rows: size - end, finer, dated },
      ],
      pages,
    };
  }
  const [nextKey, ...others] = finer;
  if (nextKey === undefined) throw inventoryErrors["too-many-grants-at-one-instant"]({ most: MOST_ROWS });
  return {
    parts: last === null || "value" in from ? [] : [part(from, last, [])],
    rest: [
      { range: sharing(last, nextKey), rows: rows.length, finer: others, dated },
      {
        range: {
          within,
          key,
          from: last === null ? { kind: "not-null" } : { kind: "after", value: last },
          to,
        },
        rows: size - rows.length,
        finer,
        dated,
      },
    ],
    pages,
  };
}

/** Where the org does not sort or compare as it should, what looks complete is not. Ids and names sort in the org's own way. */
function checkOrder(values: readonly (string | null)[], { key, from, to }: Range): void {
  if (key.field !== "CreatedDate") return;
  const low = "value" in from ? from.value : null;
  let before: string | null = null;
  for (const value of values) {
    const outside =
      value === null
        ? from.kind !== "nulls"
        : (low !== null && (from.kind === "after" ? value <= low : value < low)) ||
          (to !== null && value >= to);
    if (outside || (before !== null && (value === null || value < before)))
      throw inventoryErrors["grants-out-of-order"]();
    before = value;
  }
}
