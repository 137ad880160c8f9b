import { parseInstant } from "../salesforce/instant.ts";
import { soqlDateTime, soqlString } from "../salesforce/soql.ts";

/** An OauthToken row as planning reads it. */
export interface GrantRow {
  readonly UserId: string;
  readonly AppName: string | null;
  readonly AppMenuItem: { readonly ApplicationId: string | null } | null;
  readonly CreatedDate: string | null;
  readonly LastUsedDate: string | null;
  readonly UseCount: number | null;
}

/** A field whose values divide the grants into ranges: sortable, and comparable in a WHERE clause. */
export interface Key {
  readonly field: "CreatedDate" | "UserId" | "AppName";
  /** The row's value in a form that sorts as the org sorts it; null where the row has none. */
  valueOf(row: GrantRow): string | null;
  literal(value: string): string;
  /** Up to `pieces` − 1 values between the two, in order; `to` is null for an open end. */
  between(from: string, to: string | null, pieces: number): string[];
}

/** The grants with a key's value from `from` (inclusive) to `to` (exclusive), within other conditions. */
export interface Range {
  /** SOQL conditions that hold for the whole range, beside its bounds. */
  readonly within: readonly string[];
  readonly key: Key;
  /** `nulls`: the rows without a value, which sort first, belong to it as well. */
  readonly from:
    | { readonly kind: "nulls" }
    | { readonly kind: "not-null" }
    | { readonly kind: "at" | "after"; readonly value: string };
  /** Null for an open end. */
  readonly to: string | null;
}

export function conditionsOf({ within, key, from, to }: Range): string[] {
  const lower =
    from.kind === "nulls"
      ? []
      : from.kind === "not-null"
        ? [`${key.field} != null`]
        : [`${key.field} ${from.kind === "at" ? ">=" : ">"} ${key.literal(from.value)}`];
  return [...within, ...lower, ...(to === null ? [] : [`${key.field} < ${key.literal(to)}`])];
}

export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

/**
 * Ranges by the time of granting: half-open, so that grants of one instant are in one range.
 * @param latest an instant that no grant, or few, are later than: where splitting an open end aims
 */
export function byCreatedDate(latest: number): Key {
  const time = (value: string) => Date.parse(value);
  return {
    field: "CreatedDate",
    valueOf: ({ CreatedDate }) => {
      const instant = parseInstant(CreatedDate);
      return instant === null ? null : soqlDateTime(instant);
    },
    literal: (value) => value,
    between: (from, to, pieces) => {
      const [start, end] = [time(from), to === null ? latest : time(to)];
      const inner = Array.from({ length: pieces - 1 }, (_, i) => {
        const at = start + ((end - start) * (i + 1)) / pieces;
        return Math.ceil(at / 1000) * 1000; // whole seconds: the org keeps no finer ones
      });
      return [...new Set(inner)].filter((at) => at > start && at < end).map(soqlDateTime);
    },
  };
}

/** Ranges by user; the ids of all users say where to split. */
export function byUser(userIds: Iterable<string>): Key {
  let sorted: string[] | undefined;
  return {
    field: "UserId",
    valueOf: ({ UserId }) => UserId,
    literal: soqlString,
    between: (from, to, pieces) => {
      sorted ??= [...userIds].sort();
      const start = sorted.findIndex((id) => id > from);
      const end = to === null ? sorted.length : sorted.findIndex((id) => id >= to);
      if (start < 0 || end <= start) return [];
      const inner = Array.from({ length: pieces - 1 }, (_, i) => {
        return sorted![start + Math.floor(((end - start) * (i + 1)) / pieces)]!;
      });
      return [...new Set(inner)].filter((id) => id > from && (to === null || id < to));
    },
  };
}

/** Ranges by app, for many grants of one user at one instant. The org compares text without regard to case. */
export const BY_APP_NAME: Key = {
  field: "AppName",
  valueOf: ({ AppName }) => AppName?.toLowerCase() ?? null,
  literal: soqlString,
  between: () => [],
};
