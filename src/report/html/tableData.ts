import type { Kind } from "../render/table.ts";

/** A column of a table in the page. */
export interface PageColumn {
  readonly title: string;
  readonly kind: Kind;
  /** What stands for a number that is not known. */
  readonly nothing?: string;
  /** Index of the column under which it is shown, small. */
  readonly under?: number;
  /** Offered as a list of values to filter by. */
  readonly choice?: true;
  /** Id of the table that its values lead to, and are looked for in. */
  readonly leadsTo?: string;
  /** Index of the column with the addresses that its values lead to. */
  readonly address?: number;
  /** What stands before and after each of its addresses. */
  readonly around?: readonly [before: string, after: string];
}

/** Whether a column is one of its own, and not shown with another. */
export function isColumn({ under, kind }: PageColumn): boolean {
  return under === undefined && kind !== "address";
}

/** Whether the values of a column are texts of the page. */
export function isWords(kind: Kind): boolean {
  return kind === "text" || kind === "badge";
}

/**
 * A table as the page holds it, by columns: texts, badges, trends and addresses as indices into the page's strings, times in
 * minutes since the epoch, UTC.
 */
export interface TableData {
  readonly id: string;
  readonly columns: readonly PageColumn[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly count: number;
  /** How it is sorted when the page opens; null where the order is no column's. */
  readonly sorted: Sorting | null;
  /** Rows shown at once, from the start. */
  readonly pageSize: number;
  /** Rows that go on paper where nobody asked for others. */
  readonly printed: number;
}

export interface Sorting {
  /** Index of the column. */
  readonly column: number;
  readonly descending: boolean;
}

/** A table of no more rows is read as it is: without filters, and without being told how many rows it has. */
export const FEW_ROWS = 8;

/** Everything that the page's script works on. */
export interface PageData {
  /** Every text of the tables once, safe to show. */
  readonly strings: readonly string[];
  readonly tables: readonly TableData[];
}
