import { count } from "../../text.ts";

/**
 * How the values of a column are shown, sorted and aligned: days and minutes are of instants in ISO 8601. The page alone has a trend, numbers with
 * commas between them and nothing where one is missing, and an address, which is where the words of another column lead.
 */
export type Kind = "text" | "badge" | "count" | "day" | "minute" | "trend" | "address";

export type Value = string | number | boolean | null;

/** What a table is shown on. A terminal has room for fewer columns than the others. */
export type Medium = "terminal" | "markdown" | "page" | "csv";

/** A column of a table. Its key is the head of a spreadsheet's column. */
export interface Column<Key extends string = string> {
  readonly title: string;
  readonly kind: Kind;
  /** What people read for a value of the data. */
  readonly words?: Readonly<Record<string, string>>;
  /** What people read where there is no value. */
  readonly nothing?: string;
  /** The media that show it, where not all do. */
  readonly only?: readonly Medium[];
  /** The column under which the page shows it, small. */
  readonly under?: NoInfer<Key>;
  /** The page offers its values to filter by. */
  readonly choice?: true;
  /** Id of the table on the page that its values lead to, and are looked for in. */
  readonly leadsTo?: string;
  /** The column of addresses, relative to the page, that its values lead to. */
  readonly address?: NoInfer<Key>;
  /** What stands before and after each of its addresses. */
  readonly around?: readonly [before: string, after: string];
}

/** A column with how to take its value from a row. Values may be untrusted text. */
export interface ColumnOf<Row, Key extends string> extends Column<Key> {
  readonly value: (row: Row) => Value;
}

/** The columns of a table by their keys, in their order. */
export type Columns<Row, Key extends string> = Readonly<Record<Key, ColumnOf<Row, Key>>>;

/** The column that rows are sorted by. */
export interface SortedBy<Key extends string = string> {
  readonly key: Key;
  readonly descending: boolean;
}

export interface Table {
  readonly size: number;
  /** What the rows are sorted by; null where it is no column. */
  readonly sorted: SortedBy | null;
  /** The columns that a medium shows, and their values in the first rows. */
  in(
    medium: Medium,
    most?: number,
  ): {
    readonly columns: readonly (Column & { readonly key: string })[];
    readonly rows: readonly (readonly Value[])[];
  };
}

/** Rows under typed columns, as a table that no longer knows what the rows were. Pure. */
export function tableOf<Row, Key extends string>(
  rows: readonly Row[],
  columns: Columns<Row, Key>,
  sorted: SortedBy<NoInfer<Key>> | null = null,
): Table {
  const all = Object.entries<ColumnOf<Row, Key>>(columns).map(([key, column]) => ({ key, ...column }));
  return {
    size: rows.length,
    sorted,
    in(medium, most = rows.length) {
      const shown = all.filter(({ only }) => only === undefined || only.includes(medium));
      return {
        columns: shown,
        rows: rows.slice(0, most).map((row) => shown.map(({ value }) => value(row))),
      };
    },
  };
}

/** A value in people's words: times to the day or the minute, in UTC. Names are still untrusted text. */
export function valueText(value: Value, { kind, words = {}, nothing = "" }: Column): string {
  if (value === null || value === "") return nothing;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (kind === "count" && typeof value === "number") return count(value);
  const text = String(value);
  if (kind === "day") return text.slice(0, 10);
  if (kind === "minute") return `${text.slice(0, 10)} ${text.slice(11, 16)}`;
  return Object.hasOwn(words, text) ? words[text]! : text;
}
