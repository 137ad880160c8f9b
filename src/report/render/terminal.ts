import stringWidth from "string-width";
import { printable } from "../../printable.ts";
import { folded, hanging } from "./fold.ts";
import { type Table, valueText } from "./table.ts";

/** What a text is shown on. */
export interface Terminal {
  /** In columns; null where it is no terminal: then nothing is folded, or left out. */
  readonly width: number | null;
  readonly color: boolean;
}

/** A file or a pipe. */
export const NO_TERMINAL: Terminal = { width: null, color: false };

const GAP = "  ";
/** No column gets narrower than this. */
const NARROWEST = 10;
/** What is wider is not waited for by the other rows, where nothing is folded. */
const WIDEST = 60;
/** Rows from which on it is said once what is the same in all. */
const MANY = 3;

/** A table for a terminal, without lines, its cells folded to a width; null for no limit. */
export function tableText(table: Table, width: number | null, most = table.size): string {
  const { head, rows } = tableRows(table, width, most);
  return [head, ...rows].join("\n");
}

/** The same, row by row: one that is folded has several lines. */
export function tableRows(
  table: Table,
  width: number | null,
  most = table.size,
): { readonly head: string; readonly rows: readonly string[] } {
  const { columns, head, cells } = cellsOf(table, most);
  return plainRows(head, cells, { right: columns.map(({ kind }) => kind === "count"), width });
}

/**
 * As `tableText`, but where it has no room for all columns those that say the same in every row are said once, above, and where words would
 * have to be broken all the same, the longest stand in lines of their own below each row.
 */
export function tightTableText(table: Table, width: number | null, most = table.size): string {
  const { columns, head, cells } = cellsOf(table, most);
  const right = columns.map(({ kind }) => kind === "count");
  const same = sameInAll(head, cells, width);
  const below = belowRows(head, cells, { width, same });
  const keep = <T>(all: readonly T[]): T[] => all.filter((_, i) => !same.includes(i) && !below.includes(i));
  const { head: titles, rows } = plainRows(keep(head), cells.map(keep), { right: keep(right), width });
  const said = (row: readonly string[], some: readonly number[]) =>
    some.flatMap((i) => (row[i] === "" ? [] : `${head[i]}: ${row[i]}`));
  const once = cells.length === 0 ? [] : said(cells[0]!, same);
  return [
    ...(once.length === 0 ? [] : hanging(`The same for each: ${once.join("; ")}`, width, "", HANG)),
    titles,
    ...rows.flatMap((row, i) => [
      row,
      ...said(cells[i]!, below).flatMap((text) =>
        hanging(text, width, `${HANG}${HANG}`, `${HANG}${HANG}${HANG}`),
      ),
    ]),
  ].join("\n");
}

/** Columns but the first that say the same in every row, where there is no room for all. */
function sameInAll(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  width: number | null,
): number[] {
  if (width === null || cells.length < MANY || rowWidth(naturalWidths(head, cells)) <= width) return [];
  return head.flatMap((_, i) => (i > 0 && cells.every((row) => row[i] === cells[0]![i]) ? i : []));
}

/** Columns without which no word of the others is broken: as few as can be, those with the longest words first, and never the first. */
function belowRows(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  { width, same }: { readonly width: number | null; readonly same: readonly number[] },
): number[] {
  if (width === null) return [];
  const natural = naturalWidths(head, cells);
  const words = wordWidths(head, cells).map((one, i) => Math.min(one, natural[i]!));
  const below: number[] = [];
  const kept = () => words.flatMap((_, i) => (same.includes(i) || below.includes(i) ? [] : i));
  while (kept().length > 1 && rowWidth(kept().map((i) => words[i]!)) > width) {
    const [, ...others] = kept();
    below.push(others.reduce((longest, i) => (words[i]! > words[longest]! ? i : longest)));
  }
  return below.sort((a, b) => a - b);
}

function rowWidth(widths: readonly number[]): number {
  return sum(widths) + GAP.length * (widths.length - 1);
}

function cellsOf(table: Table, most: number) {
  const { columns, rows } = table.in("terminal", most);
  const cells = rows.map((row) => row.map((value, i) => printable(valueText(value, columns[i]!))));
  return { columns, head: columns.map(({ title }) => title), cells };
}

/**
 * Cells that are safe to show, below each other, so that each column is as wide as its widest cell.
 * @param right whether each column is aligned right, as numbers are
 * @param width what a row may take: the widest columns are folded where it takes more, names last; null for no limit, and no cell is filled up beyond what most need
 */
export function plainRows(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [], width = null }: { readonly right?: readonly boolean[]; readonly width?: number | null } = {},
): { readonly head: string; readonly rows: readonly string[] } {
  const natural = naturalWidths(head, rows);
  const widths =
    width === null
      ? natural.map((one) => Math.min(one, WIDEST))
      : fitted(natural, wordWidths(head, rows), width - GAP.length * (head.length - 1));
  const text = (row: readonly string[]): string => {
    const cells = row.map((cell, i) => (width === null ? [cell] : foldedCell(cell, widths[i]!)));
    return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, at) =>
      cells
        .map((lines, i) => padded(lines[at] ?? "", widths[i]!, right[i] ?? false))
        .join(GAP)
        .trimEnd(),
    ).join("\n");
  };
  return { head: text(head), rows: rows.map(text) };
}

/** What goes on in a further line stands a little to the right, so that it is no row of its own. */
function foldedCell(cell: string, width: number): string[] {
  if (stringWidth(cell) <= width) return [cell];
  return folded(cell, width - HANG.length).map((line, i) => (i === 0 ? line : `${HANG}${line}`));
}

const HANG = "  ";

function naturalWidths(head: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return head.map((title, i) =>
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[i]!)), stringWidth(title)),
  );
}

/** What each column takes for no word of it to be broken. */
function wordWidths(head: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return head.map((title, i) =>
    Math.max(
      wordWidth(title, NARROWEST),
      rows.reduce((widest, row) => Math.max(widest, wordWidth(row[i]!, widest)), NARROWEST),
    ),
  );
}

/** @param known what is known to be needed: no cell that is as narrow is looked at */
function wordWidth(text: string, known: number): number {
  const whole = stringWidth(text);
  if (whole <= known || !text.includes(" ")) return whole;
  return Math.max(...text.split(" ").map((word) => stringWidth(word) + HANG.length));
}

/** The same widths, the widest taken from until all fit, words last, or are as narrow as can be. */
function fitted(natural: readonly number[], words: readonly number[], most: number): number[] {
  const least = natural.map((width) => Math.min(width, NARROWEST));
  const wholeWords = natural.map((width, i) => Math.min(width, words[i]!));
  return narrowed(narrowed(natural, wholeWords, most), least, most);
}

function narrowed(widths: readonly number[], least: readonly number[], most: number): number[] {
  const result = [...widths];
  let over = sum(result) - most;
  while (over > 0) {
    const wide = result.flatMap((width, i) => (width > least[i]! ? i : []));
    const widest = wide.reduce<number | null>(
      (best, i) => (best === null || result[i]! > result[best]! ? i : best),
      null,
    );
    if (widest === null) break;
    const next = Math.max(0, ...wide.filter((i) => i !== widest).map((i) => result[i]!));
    const less = Math.min(over, Math.max(1, result[widest]! - next), result[widest]! - least[widest]!);
    result[widest]! -= less;
    over -= less;
  }
  return result;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function padded(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}
