import { stringify } from "csv-stringify/sync";
import { printable } from "../../printable.ts";
import type { Table } from "./table.ts";

/**
 * A table as CSV, with the data's own words and times; text that a spreadsheet would run as a formula is
 * neutralised.
 * @param excel UTF-8 with a mark that Excel knows it by, and line ends of Windows
 */
export function tableCsv(table: Table, { excel = false }: { readonly excel?: boolean } = {}): string {
  const { columns, rows } = table.in("csv");
  return stringify(
    rows.map((row) => row.map((value) => (typeof value === "string" ? printable(value) : value))),
    {
      header: true,
      columns: columns.map(({ key }) => key),
      bom: excel,
      record_delimiter: excel ? "windows" : "unix",
      escape_formulas: true,
      cast: { boolean: (value) => (value ? "yes" : "no") },
    },
  );
}
