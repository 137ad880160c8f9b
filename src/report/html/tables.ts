import { printable } from "../../printable.ts";
import { count } from "../../text.ts";
import type { Section } from "../org/sections.ts";
import { type Column, type Value, valueText } from "../render/table.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { rowsHtml } from "./rows.ts";
import { FEW_ROWS, isColumn, type PageColumn, type PageData, type TableData } from "./tableData.ts";

/** Rows that are shown at first. */
const PAGE_SIZE = 25;
/** Of a table that people read through. */
const LONG_PAGE_SIZE = 100;
/** Rows on paper, of a table that people read through, and of others. */
const [LONG_PRINTED, PRINTED] = [500, 40];

/** Gathers the tables of one page. */
export interface TableBook {
  /** Adds a section's table to the page's data and gives its markup, with the first rows in it. */
  add(section: Section): Markup;
  /** A section's table as it is, with nothing to click. @param most rows */
  still(section: Section, most: number): Markup;
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
  const stored = (value: Value, column: Column): number | null => {
    if (typeof value === "number" || column.kind === "count") return typeof value === "number" ? value : null;
    if (column.kind === "day" || column.kind === "minute")
      return typeof value === "string" ? minutesOf(value) : null;
    const text = valueText(value, column);
    return text === "" ? null : indexOf(text);
  };
  const read = ({ id, table, readThrough, annex }: Section, most = table.size): TableData => {
    const { columns, rows } = table.in("page", most);
    const places = new Map(columns.map(({ key }, i) => [key, i]));
    return {
      id,
      columns: columns.map((column) => pageColumn(column, places)),
      values: columns.map((column, i) => rows.map((row) => stored(row[i]!, column))),
      count: rows.length,
      sorted:
        table.sorted === null
          ? null
          : { column: places.get(table.sorted.key)!, descending: table.sorted.descending },
      pageSize: readThrough ? LONG_PAGE_SIZE : PAGE_SIZE,
      printed: readThrough ? LONG_PRINTED : annex && rows.length > PRINTED ? 0 : PRINTED,
    };
  };
  return {
    add(section) {
      const data = read(section);
      tables.push(data);
      return tableHtml(data, section.caption, [...strings.keys()]);
    },
    still(section, most) {
      const data = read(section, most);
      return html`<div class="table still">${plainTable(data, section.caption, [...strings.keys()], data.count)}</div>`;
    },
    data: () => ({ strings: [...strings.keys()], tables }),
  };
}

/** What the page's script is told of a column. */
function pageColumn(
  { title, kind, nothing, under, address, around, choice, leadsTo }: Column,
  places: ReadonlyMap<string, number>,
): PageColumn {
  const at = (key: string | undefined) => (key === undefined ? undefined : places.get(key));
  const [underAt, addressAt] = [at(under), at(address)];
  return {
    title,
    kind,
    ...(kind === "count" && nothing !== undefined ? { nothing } : {}),
    ...(underAt === undefined ? {} : { under: underAt }),
    ...(around === undefined ? {} : { around }),
    ...(addressAt === undefined ? {} : { address: addressAt }),
    ...(choice === undefined ? {} : { choice }),
    ...(leadsTo === undefined ? {} : { leadsTo }),
  };
}

function tableHtml(table: TableData, caption: string, strings: readonly string[]): Markup {
  const { id, count: size, pageSize } = table;
  const shown = Math.min(size, pageSize);
  return html`<div class="table" id="${id}-table">
<div class="filters"></div>
<div class="scroll" role="region" aria-label="${caption}" tabindex="0">${plainTable(table, caption, strings, shown)}</div>
<p class="rows-shown" role="status">${size > FEW_ROWS ? `Rows 1 to ${count(shown)} of ${count(size)}.` : null}</p>
<div class="pager"></div>
</div>`;
}

function plainTable(table: TableData, caption: string, strings: readonly string[], shown: number): Markup {
  const { columns, sorted } = table;
  const heads = columns.map((column, i) => {
    const { title, kind } = column;
    return isColumn(column)
      ? html`<th scope="col"${kindOf(kind)}${sorted?.column === i ? trusted(` aria-sort="${sorted.descending ? "descending" : "ascending"}"`) : null}>${title}</th>`
      : null;
  });
  return html`<table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${trusted(rowsHtml(table, strings, Array(shown).keys()))}</tbody>
</table>`;
}

function kindOf(kind: PageColumn["kind"]): Markup | null {
  return kind === "text" ? null : trusted(` class="${kind}"`);
}

/** To the minute: no reader asks for more, and it is much shorter in the page. */
function minutesOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 60_000);
}
