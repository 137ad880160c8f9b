import type { PageData } from "../tableData.ts";
import { liveTable } from "./liveTable.ts";

const { strings, tables }: PageData = JSON.parse(document.getElementById("data")!.textContent!);

const live = new Map(tables.map((table) => [table.id, liveTable(table, strings)]));

// A name in a table leads to where it stands in another.
document.addEventListener("click", ({ target }) => {
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>("[data-query]") : null;
  if (link !== null) live.get(link.hash.slice(1))?.search(`"${link.dataset.query}"`);
});

// On paper there are no pages to turn.
addEventListener("beforeprint", () => {
  for (const table of live.values()) table.print(true);
});
addEventListener("afterprint", () => {
  for (const table of live.values()) table.print(false);
});
