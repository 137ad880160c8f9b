import stringWidth from "string-width";
import { printable } from "../../printable.ts";
import { type Table, valueText } from "./table.ts";

/** What a text is shown on. */
export interface Terminal {
  /** In columns; null where it is no terminal: then nothing is cut. */
  readonly width: number | null;
  readonly color: boolean;
}

/** A file or a pipe. */
export const NO_TERMINAL: Terminal = { width: null, color: false };

const GAP = "  ";
/** No column gets narrower than this. */
const NARROWEST = 10;

/** A table for a terminal, without lines, cut to a width; null for no limit. */
export function tableText(table: Table, width: number | null, most = table.size): string {
  const { columns, rows } = table.in("terminal", most);
  return plainTable(
    columns.map(({ title }) => title),
    rows.map((row) => row.map((value, i) => printable(valueText(value, columns[i]!)))),
    { right: columns.map(({ kind }) => kind === "count"), width },
  );
}

/**
 * Cells that are safe to show, below each other, so that each column is as wide as its widest cell.
 * @param right whether each column is aligned right, as numbers are
 * @param width what a row may take: the widest columns are cut with an ellipsis where it takes more
 */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [], width = null }: { readonly right?: readonly boolean[]; readonly width?: number | null } = {},
): string {
  const natural = head.map((title, i) =>
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[i]!)), stringWidth(title)),
  );
  const widths = width === null ? natural : fitted(natural, width - GAP.length * (head.length - 1));
  return [head, ...rows]
    .map((row) => row.map((cell, i) => padded(cut(cell, widths[i]!), widths[i]!, right[i] ?? false)))
    .map((cells) => cells.join(GAP).trimEnd())
    .join("\n");
}

/** The same widths, the widest taken from until all fit or are as narrow as can be. */
function fitted(widths: readonly number[], most: number): number[] {
  const result = [...widths];
  let over = result.reduce((sum, one) => sum + one, 0) - most;
  while (over > 0) {
    const widest = result.indexOf(Math.max(...result));
    const next = Math.max(0, ...result.filter((_, i) => i !== widest));
    const less = Math.min(over, Math.max(1, result[widest]! - next), result[widest]! - NARROWEST);
    if (less <= 0) break;
    result[widest]! -= less;
    over -= less;
  }
  return result;
}

/** As much of a text as fits, with an ellipsis where that is not all. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  let taken = 1; // of the ellipsis
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    taken += stringWidth(segment);
    if (taken > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

function padded(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}
