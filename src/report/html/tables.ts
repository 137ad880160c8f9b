import { printable } from "../../printable.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { rowsHtml } from "./rows.ts";
import { type Column, FEW_ROWS, type PageData, type Sorting, type TableData } from "./tableData.ts";

/** A column, with how to take its value from a row: times in ISO 8601. */
export interface ColumnOf<Row> extends Column {
  readonly of: (row: Row) => string | number | null;
}

/** A table to be put into the page. */
export interface Table<Row> {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly ColumnOf<Row>[];
  readonly rows: readonly Row[];
  readonly sorted?: Sorting;
  readonly pageSize: 25 | 100;
}

/** Gathers the tables of one page. */
export interface TableBook {
  /** Adds a table to the page's data and gives its markup, with the first rows in it. */
  add<Row>(table: Table<Row>): Markup;
  /** What all the tables added hold. */
  data(): PageData;
}

export function tableBook(): TableBook {
  const strings = new Map<string, number>();
  const tables: TableData[] = [];
  const indexOf = (text: string): number => {
    const safe = printable(text);
    const known = strings.get(safe);
    if (known !== undefined) return known;
    strings.set(safe, strings.size);
    return strings.size - 1;
  };
  return {
    add({ id, caption, columns, rows, sorted = null, pageSize }) {
      const table: TableData = {
        id,
        columns: columns.map(({ of: _, ...column }) => column),
        values: columns.map(({ kind, of }) =>
          rows.map((row) => {
            const value = of(row);
            if (value === null || value === "") return null;
            if (typeof value === "number") return value;
            return kind === "day" || kind === "minute" ? minutesOf(value) : indexOf(value);
          }),
        ),
        count: rows.length,
        sorted,
        pageSize,
      };
      tables.push(table);
      return tableHtml(table, caption, [...strings.keys()]);
    },
    data: () => ({ strings: [...strings.keys()], tables }),
  };
}

function tableHtml(table: TableData, caption: string, strings: readonly string[]): Markup {
  const { id, columns, count, pageSize, sorted } = table;
  const shown = Math.min(count, pageSize);
  const heads = columns.map(({ label, kind, hidden }, i) =>
    hidden === true
      ? null
      : html`<th scope="col"${kindOf(kind)}${sorted?.column === i ? trusted(` aria-sort="${sorted.descending ? "descending" : "ascending"}"`) : null}>${label}</th>`,
  );
  return html`<div class="table" id="${id}-table">
<div class="filters"></div>
<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${trusted(rowsHtml(table, strings, Array(shown).keys()))}</tbody>
</table></div>
<p class="rows-shown" role="status">${count > FEW_ROWS ? `Rows 1 to ${shown.toLocaleString("en")} of ${count.toLocaleString("en")}.` : null}</p>
<div class="pager"></div>
</div>`;
}

function kindOf(kind: Column["kind"]): Markup | null {
  return kind === "text" ? null : trusted(` class="${kind}"`);
}

/** To the minute: no reader asks for more, and it is much shorter in the page. */
function minutesOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 60_000);
}
