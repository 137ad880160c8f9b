import Table from "cli-table3";

/** A table without lines, for a terminal. @param rightAligned numbers of the columns that hold numbers */
export function plainTable(head: readonly string[], rightAligned: readonly number[] = []): Table.Table {
  return new Table({
    head: [...head],
    colAligns: head.map((_, i) => (rightAligned.includes(i) ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: Object.fromEntries(
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
    ) as Record<Table.CharName, string>,
  });
}

/** The table as text, without blanks at the ends of lines. */
export function tableText(table: Table.Table): string {
  return table.toString().replace(/[ \t]+$/gm, "");
}
