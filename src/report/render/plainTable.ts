import Table from "cli-table3";

const GAP = 2;
/** No column gets narrower than this. */
const NARROWEST = 10;
const NO_LINES = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
    "middle",
  ].map((part) => [part, ""]),
) as Record<Table.CharName, string>;

export interface TableOptions {
  /** Numbers of the columns that hold numbers. */
  readonly rightAligned?: readonly number[];
  /** What a row may take; the widest columns are cut with an ellipsis where it takes more. Null for no limit. */
  readonly width?: number | null;
}

/** A table without lines, for a terminal. The cells are safe to show. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { rightAligned = [], width = null }: TableOptions = {},
): string {
  const make = (colWidths: number[]) => {
    const table = new Table({
      head: [...head],
      colAligns: head.map((_, i) => (rightAligned.includes(i) ? "right" : "left")),
      style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
      chars: NO_LINES,
      colWidths,
    });
    table.push(...rows.map((row) => row.map(String)));
    return table;
  };
  const table = make(width === null ? [] : fitted(naturalWidths(make([])), width));
  return table.toString().replace(/[ \t]+$/gm, "");
}

/** The widths that a table takes where nothing limits it, gaps included, as its own layout finds them. */
function naturalWidths(table: Table.Table): number[] {
  const lines = table.toString().split("\n");
  const { options } = table as unknown as { options: { colWidths: number[] } };
  return lines.length === 0 ? [] : options.colWidths;
}

/** The same widths, the widest taken from until all fit or are as narrow as can be. */
function fitted(widths: readonly number[], most: number): number[] {
  const result = [...widths];
  let over = result.reduce((sum, one) => sum + one, 0) - most;
  while (over > 0) {
    const widest = result.indexOf(Math.max(...result));
    const next = Math.max(0, ...result.filter((_, i) => i !== widest));
    const cut = Math.min(over, Math.max(1, result[widest]! - next), result[widest]! - NARROWEST - GAP);
    if (cut <= 0) break;
    result[widest]! -= cut;
    over -= cut;
  }
  return result;
}
