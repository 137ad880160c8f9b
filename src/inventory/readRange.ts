import type { OrgReader } from "../salesforce/reader.ts";
import { compareText } from "../text.ts";
import { inventoryErrors } from "./errors.ts";
import type { Grant } from "./inventory.ts";
import {
  BY_APP_NAME,
  BY_USER,
  conditionsOf,
  countQuery,
  createdAt,
  dividedAround,
  dividedAt,
  type GrantRow,
  SECOND_MS,
  spread,
  type TimeRange,
  UNDATED,
  type ValueKey,
  where,
} from "./partition.ts";
import { contentOf } from "./readAll.ts";

/** Salesforce stops an OauthToken query here without a word (docs/salesforce.md#pages-and-the-ceiling). */
export const CEILING = 2_500;
/** Rows of a page of OauthToken: what one call brings. */
export const PAGE_ROWS = 500;
/** Where the number of grants of a part can be chosen: one page, with room for a guess that is wrong. */
export const AIMED_ROWS = 400;
/** How often a part that no division makes fit into one answer is read, until it is the same twice. */
const MOST_READINGS = 4;
/** What divides grants that time does not. */
const BY_VALUE: readonly ValueKey[] = [BY_USER, BY_APP_NAME];
/** What planning reads of a grant: no field that holds a token. */
const GRANT_FIELDS = [
  "UserId",
  "AppName",
  "AppMenuItem.ApplicationId",
  "CreatedDate",
  "LastUsedDate",
  "UseCount",
];

/** Which fields the org hands out that it need not (docs/salesforce.md#fields-of-oauthtoken). */
export interface FieldsRead {
  readonly dated: boolean;
  readonly ids: boolean;
}

/** How to read grants: which fields, and what to make of a row. */
export interface GrantReading extends FieldsRead {
  readonly toGrant: (row: GrantRow) => Grant;
  /** Where grants are read by lists: the names of apps that rows have shown so far. */
  readonly names?: Set<string>;
}

/** What one answer of the org brought in full, or what pages brought that were the same twice. */
export interface ReadPart {
  /** The grants that are counted with these, and read again with them. */
  readonly unit: Unread;
  readonly grants: readonly Grant[];
  /** Row ids of the grants, in the same order; null where the org fills none. */
  readonly ids: readonly (string | null)[];
}

/** Grants to read: of a stretch of time, which can be counted with its neighbours, or those that meet conditions. */
export type Unread = UnreadTime | UnreadGroup;

interface UnreadTime {
  readonly kind: "time";
  readonly range: TimeRange;
  /** About how many grants it has. Says where splitting pays; nothing is believed because of it. */
  readonly rows: number;
}

interface UnreadGroup {
  readonly kind: "group";
  readonly conditions: readonly string[];
  /** Fields whose values may still divide it. */
  readonly keys: readonly ValueKey[];
  readonly rows: number;
  /** Of what it is a part; by default it stands for itself. */
  readonly unit?: Unread;
  /** The number of grants that a division left all in one part. */
  readonly undivided?: number;
  /** The lists that its conditions are made of, where they are. */
  readonly listed?: Lists;
}

/** Grants of some users, and of some apps of theirs: what no comparison but `IN` is needed to ask for. */
export interface Lists {
  readonly users: readonly string[];
  /** Names of apps, those together that an org may take for one; null for all. */
  readonly names: readonly (readonly string[])[] | null;
}

export interface RangeRead {
  readonly parts: ReadPart[];
  /** What is left to read. */
  readonly rest: Unread[];
  readonly pages: number;
}

/**
 * Reads the grants, or as many of them as one answer of the org holds: what several answers say together holds for no
 * instant, if grants come and go between them. @throws InconclusiveError where no division makes them fit
 */
export function readRange(reader: OrgReader, unread: Unread, reading: GrantReading): Promise<RangeRead> {
  return unread.kind === "time" ? readTime(reader, unread, reading) : readGroup(reader, unread, reading);
}

/** The query of grants that meet the conditions. */
export function grantQuery({ dated, ids }: FieldsRead, conditions: readonly string[], order = ""): string {
  const fields = [
    ...(ids ? ["Id"] : []),
    ...GRANT_FIELDS.filter((field) => dated || field !== "CreatedDate"),
  ];
  return `SELECT ${fields.join(", ")} FROM OauthToken${where(conditions)}${order}`;
}

export function partOf(unit: Unread, rows: readonly GrantRow[], { toGrant }: GrantReading): ReadPart {
  return { unit, grants: rows.map(toGrant), ids: rows.map(rowId) };
}

/** A row's id; null where the org fills none, as its documentation says. */
function rowId({ Id }: GrantRow): string | null {
  return Id === undefined || Id === null || /^0+(AAA)?$/.test(Id) ? null : Id;
}

/**
 * Reads a page of a stretch of time. The rows come sorted; where there are more, what came before the last time is known
 * in full, and the rest begins at that time: no tie is lost or read twice, and whatever comes or goes before the next
 * answer moves no row over a boundary.
 */
async function readTime(reader: OrgReader, unread: UnreadTime, reading: GrantReading): Promise<RangeRead> {
  const { range } = unread;
  const soql = grantQuery(reading, conditionsOf(range), " ORDER BY CreatedDate ASC NULLS FIRST");
  const { rows, totalSize, pages } = await onePage(reader, soql);
  const times = rows.map(createdAt);
  checkOrder(times, range);
  if (rows.length === totalSize)
    return { parts: partsUpTo(range.to, rows, unread, reading), rest: [], pages };

  // Whether totalSize counts on beyond the ceiling is not documented.
  const size = totalSize === CEILING ? Math.max(unread.rows, totalSize) : totalSize;
  const last = times.at(-1)!;
  const ties = times.indexOf(last); // they come last
  const rest = (from: TimeRange["from"], rows: number): Unread => ({
    ...unread,
    range: { ...range, from },
    rows,
  });
  if (last === null)
    return {
      parts: [],
      rest: [undated(rows.length), rest("dated", size - rows.length)],
      pages,
    };
  if (ties > 0)
    return {
      parts: partsUpTo(last, rows.slice(0, ties), unread, reading),
      rest: [rest(last, size - ties)],
      pages,
    };
  const end = Math.floor(last / SECOND_MS) * SECOND_MS + SECOND_MS;
  const isLast = range.to !== null && range.to <= end;
  return {
    parts: range.from === last ? [] : partsUpTo(last, [], unread, reading),
    rest: [
      instant({ from: last, to: isLast ? range.to : end }, rows.length),
      ...(isLast ? [] : [rest(end, size - rows.length)]),
    ],
    pages,
  };
}

/** The grants of one instant, or of none, which time does not tell apart. */
function instant(range: TimeRange, rows: number): UnreadGroup {
  const unit: Unread = { kind: "time", range, rows };
  return { kind: "group", conditions: conditionsOf(range), keys: BY_VALUE, rows, unit };
}

function undated(rows: number): UnreadGroup {
  return { kind: "group", conditions: [UNDATED], keys: BY_VALUE, rows };
}

/** The parts of a stretch of time up to `to`: its grants without a date, which come first, and the others. */
function partsUpTo(
  to: number | null,
  rows: readonly GrantRow[],
  { range }: UnreadTime,
  reading: GrantReading,
): ReadPart[] {
  const nulls = range.from === "undated" ? rows.filter((row) => createdAt(row) === null).length : 0;
  const dated: TimeRange = { from: range.from === "undated" ? "dated" : range.from, to };
  const unit: Unread = { kind: "time", range: dated, rows: rows.length - nulls };
  const part = partOf(unit, rows.slice(nulls), reading);
  return nulls === 0 ? [part] : [partOf(undated(nulls), rows.slice(0, nulls), reading), part];
}

/** All grants, by user; `userIds` say where to divide. */
export function allByUser(userIds: Iterable<string>, rows: number): Unread[] {
  const count = Math.ceil(rows / AIMED_ROWS);
  const values = spread([...userIds].sort(compareText), count - 1);
  return dividedAt(BY_USER, values).map((conditions) => ({
    kind: "group",
    conditions,
    keys: BY_VALUE,
    rows: rows / (values.length + 1),
  }));
}

/** Reads the grants that meet conditions, or says how to divide them. */
async function readGroup(reader: OrgReader, unread: UnreadGroup, reading: GrantReading): Promise<RangeRead> {
  const { conditions, keys } = unread;
  const { rows, totalSize, pages } = await onePage(reader, grantQuery(reading, conditions));
  const unit = unread.unit ?? { kind: "group", conditions, keys: BY_VALUE, rows: totalSize };
  if (rows.length === totalSize) return { parts: [partOf(unit, rows, reading)], rest: [], pages };
  if (keys.length > 0) return { parts: [], rest: divided(unread, rows, totalSize), pages };
  if (totalSize > CEILING) throw inventoryErrors["too-many-grants-at-one-instant"]({ most: CEILING });
  const same = await readTwice(reader, conditions, reading);
  return { parts: [partOf(unit, same.rows, reading)], rest: [], pages: pages + same.pages };
}

/**
 * Divides a group by the values of its next key that an answer showed. Where a division left all in one part, the org
 * takes the values to be equal, or nearly: then one value is set apart, which always gets on.
 */
function divided(unread: UnreadGroup, rows: readonly GrantRow[], totalSize: number): Unread[] {
  const { conditions, undivided } = unread;
  const [key, ...others] = unread.keys as [ValueKey, ...ValueKey[]];
  const keys = [{ ...key, nullable: false }, ...others];
  const part = (more: readonly string[], next: Partial<UnreadGroup>): Unread => ({
    ...unread,
    conditions: [...conditions, ...more],
    keys,
    undivided: totalSize,
    ...next,
  });
  const isStuck = undivided === totalSize;
  // An empty text is null to some databases, and cannot be compared with.
  const values = [...new Set(rows.map((row) => key.valueOf(row) ?? ""))].filter((value) => value !== "");
  values.sort(compareText);
  const nulls = key.nullable ? [part([`${key.field} = null`], { keys: others })] : [];
  if (values.length === 0) {
    const named = part([`${key.field} != null`], {});
    return key.nullable ? [...nulls, named] : [part([], { keys: others })];
  }
  if (values.length === 1 || isStuck) {
    const { below, at, above } = dividedAround(key, values[values.length >> 1]!);
    return [...nulls, part(below, {}), part(at, { keys: others }), part(above, {})];
  }
  const size = totalSize === CEILING ? Math.max(unread.rows, totalSize) : totalSize;
  const chosen = spread(values.slice(1), Math.ceil(size / AIMED_ROWS) - 1);
  const rowsEach = size / (chosen.length + 1);
  return [...nulls, ...dividedAt(key, chosen).map((more) => part(more, { rows: rowsEach }))];
}

/** Reads page by page, until two readings are the same: then nothing came, went or moved over a boundary between them. */
export async function readTwice(
  reader: OrgReader,
  conditions: readonly string[],
  reading: GrantReading,
): Promise<{ rows: GrantRow[]; pages: number }> {
  const soql = grantQuery(reading, conditions);
  let pages = 0;
  let before: string | undefined;
  let counted = 0;
  for (let attempt = 0; attempt < MOST_READINGS; attempt++) {
    const read = await reader.query<GrantRow>(soql, { enough: CEILING + 1 });
    pages += read.pages + 1;
    counted = await reader.count(countQuery(conditions));
    if (counted > CEILING) throw inventoryErrors["too-many-grants-at-one-instant"]({ most: CEILING });
    const seen = contentOf(read.rows);
    if (read.rows.length === counted && seen === before) return { rows: read.rows, pages };
    before = seen;
  }
  throw inventoryErrors["range-count-not-matched"]({ counted, read: "another number each time" });
}

/** The first page of a query. @throws InconclusiveError where it is not as large as the org says, or empty with more to come */
export async function onePage(
  reader: OrgReader,
  soql: string,
): Promise<{ rows: GrantRow[]; totalSize: number; pages: number }> {
  const answer = await reader.query<GrantRow>(soql, { enough: 1 });
  const { rows, totalSize } = answer;
  if (rows.length > totalSize)
    throw inventoryErrors["range-count-not-matched"]({ counted: totalSize, read: rows.length });
  if (rows.length === 0 && totalSize > 0)
    throw inventoryErrors["range-count-not-matched"]({ counted: totalSize, read: "none" });
  return answer;
}

/** Where the org does not sort or compare times as it should, what looks complete is not. */
function checkOrder(times: readonly (number | null)[], range: TimeRange): void {
  let before: number | null = null;
  for (const time of times) {
    const isSorted = before === null || (time !== null && time >= before);
    if (!isSorted || !isWithin(time, range)) throw inventoryErrors["grants-out-of-order"]();
    before = time;
  }
}

function isWithin(time: number | null, { from, to }: TimeRange): boolean {
  if (time === null) return from === "undated";
  return (typeof from !== "number" || time >= from) && (to === null || time < to);
}
