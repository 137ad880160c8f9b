import { isWords, type Sorting, type TableData } from "../tableData.ts";

/** Which rows of a table are wanted, and in which order. */
export interface Wanted {
  /** Each word, or text in double quotes, must stand in a text of the row; capitals do not matter. */
  readonly query: string;
  /** Wanted values of columns, by column. The value is an index into the strings; null for none. */
  readonly choices: ReadonlyMap<number, number | null>;
  readonly sorting: Sorting | null;
}

/** The indices of the wanted rows, in order. Pure, and quick enough to call at every key for 20,000 rows. */
export function selectRows(
  table: TableData,
  strings: readonly string[],
  { query, choices, sorting }: Wanted,
): number[] {
  const texts = table.columns.flatMap(({ kind }, i) => (isWords(kind) ? [table.values[i]!] : []));
  const words = wordsOf(query).map((word) => strings.map((text) => text.toLowerCase().includes(word)));
  const rows: number[] = [];
  for (let row = 0; row < table.count; row++) {
    const chosen = [...choices].every(([column, value]) => table.values[column]![row] === value);
    if (chosen && words.every((hits) => texts.some((values) => values[row] !== null && hits[values[row]!])))
      rows.push(row);
  }
  if (sorting !== null) sortRows(rows, table, strings, sorting);
  return rows;
}

/** Sorts by a column: text as people sort it, rows without a value last either way, equals as they were. */
function sortRows(
  rows: number[],
  { columns, values }: TableData,
  strings: readonly string[],
  { column, descending }: Sorting,
): void {
  const { kind } = columns[column]!;
  const own = values[column]!;
  const rank = isWords(kind) ? ranksOf(own, strings) : null;
  const keys = own.map((value) => (value === null || rank === null ? value : rank.get(value)!));
  const sign = descending ? -1 : 1;
  rows.sort((a, b) => {
    const [x, y] = [keys[a]!, keys[b]!];
    if (x === y) return 0;
    if (x === null) return 1;
    return y === null ? -1 : sign * (x - y);
  });
}

/** The places of a column's texts in alphabetical order: far fewer comparisons than by row. */
function ranksOf(values: readonly (number | null)[], strings: readonly string[]): Map<number, number> {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const distinct = [...new Set(values)].filter((value) => value !== null);
  distinct.sort((a, b) => compare(strings[a]!, strings[b]!));
  return new Map(distinct.map((value, i) => [value, i]));
}

function wordsOf(query: string): string[] {
  return [...query.toLowerCase().matchAll(/"([^"]+)"?|([^\s"]+)/g)].map(
    ([, quoted, word]) => quoted ?? word!,
  );
}
