import { amount, count } from "../../../text.ts";
import type { TableData } from "../tableData.ts";

/** Of rows that somebody has filtered. */
const MOST_FILTERED = 500;

/** How many rows of a table go on paper. Pure. @param matching rows that its filter leaves */
export function printedRows(
  { count: all, printed }: Pick<TableData, "count" | "printed">,
  matching: number,
  areAllWanted: boolean,
): number {
  if (areAllWanted) return matching;
  return Math.min(matching, matching < all ? Math.max(MOST_FILTERED, printed) : printed);
}

/** What paper says below a table: what is left out is counted, with the way to it. Pure. @param filter in words */
export function printedText(printed: number, matching: number, all: number, filter: string): string {
  const filtered = filter === "" ? "" : ` that match the filter ${filter}, of ${count(all)}`;
  if (printed === matching) return filter === "" ? "" : `The ${amount(matching, "row")}${filtered}.`;
  const left =
    printed === 0
      ? `Not on this paper: ${amount(matching, "row")}${filtered}.`
      : `Rows 1 to ${count(printed)} of ${count(matching)}${filtered}; the others are not on this paper.`;
  return `${left} To print them, tick “All rows on paper” on the page${filter === "" ? ", or filter first" : ""}.`;
}
