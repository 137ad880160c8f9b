import { count } from "../../../text.ts";
import { escapeHtml } from "../escape.ts";
import { FEW_ROWS, type TableData } from "../tableData.ts";
import type { Wanted } from "./select.ts";

const SIZES = [25, 100, 500];

export interface Controls {
  wanted(): Omit<Wanted, "sorting">;
  /** Puts text into the filter and clears the others. */
  search(query: string): void;
  /** What is filtered by, in words; empty where nothing is. */
  filterText(): string;
  /** Whether all rows are wanted on paper. */
  areAllPrinted(): boolean;
  /** Shows the page, from 0, and how many there are. */
  at(page: number, pages: number): void;
}

interface Handlers {
  filtered(): void;
  resized(size: number): void;
  turned(by: number): void;
}

/** Adds the controls to a table: filters above, pages below. */
export function controlsOf(
  root: HTMLElement,
  table: TableData,
  strings: readonly string[],
  { filtered, resized, turned }: Handlers,
): Controls {
  const worth = table.count > FEW_ROWS;
  const choices = worth ? choicesOf(table, strings) : [];
  const filters = root.querySelector<HTMLElement>(".filters")!;
  const pager = root.querySelector<HTMLElement>(".pager")!;
  if (worth) filters.innerHTML = filtersHtml(table, choices);
  if (table.count > table.pageSize) pager.innerHTML = pagerHtml(table);

  const input = filters.querySelector<HTMLInputElement>("[type=search]");
  const onPaper = filters.querySelector<HTMLInputElement>("[type=checkbox]");
  const selects = [...filters.querySelectorAll("select")];
  filters.addEventListener("input", filtered);
  filters.querySelector("button")?.addEventListener("click", () => {
    search("");
    filtered();
  });
  const [previous, next] = [...pager.querySelectorAll("button")];
  const turn = (button: HTMLElement | undefined, by: number) =>
    button?.addEventListener("click", () => {
      if (button.ariaDisabled !== "true") turned(by);
    });
  turn(previous, -1);
  turn(next, 1);
  pager.querySelector("select")?.addEventListener("change", ({ target }) => {
    resized(Number((target as HTMLSelectElement).value));
  });

  function search(query: string): void {
    if (input !== null) input.value = query;
    for (const select of selects) select.value = "";
  }
  return {
    search,
    wanted: () => ({
      query: input?.value ?? "",
      choices: new Map(
        selects.flatMap(({ value }, i) =>
          value === "" ? [] : [[choices[i]!.column, value === "none" ? null : Number(value)] as const],
        ),
      ),
    }),
    filterText: () =>
      [
        ...(input === null || input.value.trim() === "" ? [] : [`“${input.value.trim()}”`]),
        ...selects.flatMap(({ value }, i) => {
          const { title, values } = choices[i]!;
          return value === "" ? [] : `${title} ${values.find(([one]) => one === value)![1]}`;
        }),
      ].join(", "),
    areAllPrinted: () => onPaper?.checked ?? false,
    at(page, pages) {
      const place = pager.querySelector("span");
      if (place === null) return;
      place.textContent = `Page ${count(page + 1)} of ${count(pages)}`;
      // Not `disabled`, which would take the focus away from under the reader's finger.
      previous!.ariaDisabled = String(page === 0);
      next!.ariaDisabled = String(page + 1 >= pages);
    },
  };
}

interface Choice {
  readonly column: number;
  readonly title: string;
  readonly values: readonly (readonly [value: string, text: string])[];
}

function choicesOf({ columns, values }: TableData, strings: readonly string[]): Choice[] {
  return columns.flatMap(({ title, choice }, column) => {
    if (choice !== true) return [];
    const present = new Map<number | null, number>();
    for (const value of values[column]!) present.set(value, (present.get(value) ?? 0) + 1);
    if (present.size < 2) return [];
    const texts = [...present].map(
      ([value, rows]) =>
        [
          value === null ? "none" : String(value),
          `${value === null ? "none" : strings[value]!} (${count(rows)})`,
        ] as const,
    );
    return [{ column, title, values: texts.sort(([, a], [, b]) => (a < b ? -1 : 1)) }];
  });
}

function filtersHtml({ id, count: all, printed }: TableData, choices: readonly Choice[]): string {
  const selects = choices.map(
    ({ column, title, values }) =>
      `<label for="${id}-${column}">${escapeHtml(title)}</label><select id="${id}-${column}"><option value="">all</option>${values
        .map(([value, text]) => `<option value="${value}">${escapeHtml(text)}</option>`)
        .join("")}</select>`,
  );
  const search = `<label for="${id}-query">Filter</label><input id="${id}-query" type="search" autocomplete="off" spellcheck="false">`;
  const paper =
    all > printed
      ? `<label class="paper"><input id="${id}-paper" type="checkbox"> All rows on paper</label>`
      : "";
  return `${[search, ...selects].map((part) => `<span>${part}</span>`).join("")}<button type="button">Reset</button>${paper}`;
}

function pagerHtml({ id, pageSize }: TableData): string {
  const options = SIZES.map((size) => `<option${size === pageSize ? " selected" : ""}>${size}</option>`).join(
    "",
  );
  return `<button type="button">Previous</button><span></span><button type="button">Next</button><label for="${id}-size">Rows a page</label><select id="${id}-size">${options}</select>`;
}
