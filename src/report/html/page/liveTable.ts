import { count } from "../../../text.ts";
import { rowsHtml } from "../rows.ts";
import { FEW_ROWS, isWords, type Sorting, type TableData } from "../tableData.ts";
import { controlsOf } from "./controls.ts";
import { sortableHeads } from "./heads.ts";
import { printedRows, printedText } from "./paper.ts";
import { selectRows } from "./select.ts";

export interface LiveTable {
  /** Shows the rows that match, and no other filter. */
  search(query: string): void;
  /** Shows what goes on paper, or again what goes on the screen. */
  print(printing: boolean): void;
}

/** Makes a table of the page one that can be sorted, filtered and paged; only the visible rows are in the page. */
export function liveTable(table: TableData, strings: readonly string[]): LiveTable {
  const root = document.getElementById(`${table.id}-table`)!;
  const body = root.querySelector("tbody")!;
  const status = root.querySelector<HTMLElement>(".rows-shown")!;
  let sorting: Sorting | null = table.sorted;
  let pageSize = table.pageSize;
  let page = 0;
  let rows: readonly number[] = [];

  const showSorting = sortableHeads(root, table, (column) => {
    const again = sorting?.column === column;
    // Numbers and times are mostly wanted largest or newest first.
    const first = !isWords(table.columns[column]!.kind);
    sorting = { column, descending: again ? !sorting!.descending : first };
    select();
  });
  const controls = controlsOf(root, table, strings, {
    filtered: select,
    resized(size) {
      pageSize = size;
      page = 0;
      show();
    },
    turned(by) {
      page += by;
      show();
    },
  });

  function select(): void {
    rows = selectRows(table, strings, { ...controls.wanted(), sorting });
    page = 0;
    showSorting(sorting);
    show();
  }

  function show(): void {
    const from = page * pageSize;
    const visible = rows.slice(from, from + pageSize);
    body.innerHTML = rowsHtml(table, strings, visible);
    root.classList.remove("unprinted");
    if (table.count > FEW_ROWS)
      status.textContent =
        rows.length === 0
          ? `No row matches, of ${count(table.count)}.`
          : `Rows ${count(from + 1)} to ${count(from + visible.length)} of ${ofText()}.`;
    controls.at(page, Math.max(1, Math.ceil(rows.length / pageSize)));
  }

  /** What goes on paper, and below it what does not. */
  function print(): void {
    const printed = printedRows(table, rows.length, controls.areAllPrinted());
    body.innerHTML = rowsHtml(table, strings, rows.slice(0, printed));
    root.classList.toggle("unprinted", printed === 0);
    status.textContent = printedText(printed, rows.length, table.count, controls.filterText());
  }

  function ofText(): string {
    return rows.length === table.count
      ? count(table.count)
      : `${count(rows.length)} that match, of ${count(table.count)}`;
  }

  select();
  return {
    search(query) {
      controls.search(query);
      select();
    },
    print: (printing) => (printing ? print() : show()),
  };
}
