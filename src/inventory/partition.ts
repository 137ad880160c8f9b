import { parseInstant } from "../salesforce/instant.ts";
import { soqlDateTime, soqlString } from "../salesforce/soql.ts";

/** An OauthToken row as planning reads it. */
export interface GrantRow {
  /** Null where the org fills none; absent where it was not asked for. */
  readonly Id?: string | null;
  readonly UserId: string;
  readonly AppName: string | null;
  readonly AppMenuItem: { readonly ApplicationId: string | null } | null;
  readonly CreatedDate: string | null;
  readonly LastUsedDate: string | null;
  readonly UseCount: number | null;
}

/** The org may keep finer times than it shows: grants of one second are kept together. */
export const SECOND_MS = 1000;

/** The grants of a stretch of time: from its beginning up to its end, which is not part of it. */
export interface TimeRange {
  /** In milliseconds since the epoch. `undated`: from the grants without a date on; `dated`: from the first that has one. */
  readonly from: number | "undated" | "dated";
  /** Null for an open end. */
  readonly to: number | null;
}

export const ALL_TIMES: TimeRange = { from: "undated", to: null };
/** The condition of the grants that no stretch of time has. */
export const UNDATED = "CreatedDate = null";

/** SOQL conditions of a stretch of time. Those of neighbours share no grant and lose none. */
export function conditionsOf({ from, to }: TimeRange): string[] {
  return [
    ...(from === "dated" && to === null ? ["CreatedDate != null"] : []),
    ...(typeof from === "number" ? [`CreatedDate >= ${soqlDateTime(from)}`] : []),
    ...(to === null ? [] : [`CreatedDate < ${soqlDateTime(to)}`]),
  ];
}

/** When a grant was made, in milliseconds since the epoch; null where the org does not say. */
export function createdAt({ CreatedDate }: GrantRow): number | null {
  return parseInstant(CreatedDate);
}

export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

/** The query that counts the grants that meet the conditions; all by default. */
export function countQuery(conditions: readonly string[] = []): string {
  return `SELECT COUNT() FROM OauthToken${where(conditions)}`;
}

/**
 * Up to `pieces` − 1 times between the two, in order, at whole seconds.
 * @param latest where an open end is taken to be: an instant that no grant, or few, are later than
 */
export function timesBetween(from: number, to: number | null, latest: number, pieces: number): number[] {
  const end = to ?? latest;
  const inner = Array.from({ length: pieces - 1 }, (_, i) => {
    const at = from + ((end - from) * (i + 1)) / pieces;
    return Math.ceil(at / SECOND_MS) * SECOND_MS;
  });
  return [...new Set(inner)].filter((at) => at > from && at < end);
}

/** A field whose values tell grants apart that time does not. How the org sorts them is not asked for. */
export interface ValueKey {
  readonly field: "UserId" | "AppName";
  readonly nullable: boolean;
  valueOf(row: GrantRow): string | null;
}

export const BY_USER: ValueKey = { field: "UserId", nullable: false, valueOf: ({ UserId }) => UserId };
export const BY_APP_NAME: ValueKey = { field: "AppName", nullable: true, valueOf: ({ AppName }) => AppName };

/**
 * Conditions that divide all grants with a value at some values, into one part more than there are values. What is less
 * than a value and what is not are all there is, however the org compares; and since each part keeps every
 * condition on the way to it, none is believed to follow from another.
 */
export function dividedAt(key: ValueKey, values: readonly string[]): string[][] {
  if (values.length === 0) return [[]];
  const middle = values.length >> 1;
  const literal = soqlString(values[middle]!);
  const [less, rest] = [values.slice(0, middle), values.slice(middle + 1)];
  return [
    ...dividedAt(key, less).map((inner) => [`${key.field} < ${literal}`, ...inner]),
    ...dividedAt(key, rest).map((inner) => [`${key.field} >= ${literal}`, ...inner]),
  ];
}

/** Conditions of the grants below a value, of those that the org takes to be equal to it, and of those above. */
export function dividedAround(
  { field }: ValueKey,
  value: string,
): Record<"below" | "at" | "above", string[]> {
  const literal = soqlString(value);
  return {
    below: [`${field} < ${literal}`],
    at: [`${field} >= ${literal}`, `${field} <= ${literal}`],
    above: [`${field} > ${literal}`],
  };
}

/** `count` of the values, evenly spread; all of them where there are no more. */
export function spread(values: readonly string[], count: number): string[] {
  if (values.length <= count) return [...values];
  return Array.from(
    { length: count },
    (_, i) => values[Math.floor(((i + 1) * values.length) / (count + 1))]!,
  );
}
