import type { PageData } from "../tableData.ts";
import { liveTable } from "./liveTable.ts";

const { strings, tables }: PageData = JSON.parse(document.getElementById("data")!.textContent!);

const live = new Map(tables.map((table) => [table.id, liveTable(table, strings)]));

// An app's name in a table leads to its grants.
document.addEventListener("click", ({ target }) => {
  const link = target instanceof Element ? target.closest<HTMLElement>("[data-query]") : null;
  if (link !== null) live.get("grants")?.search(`"${link.dataset.query}"`);
});

// On paper there are no pages to turn.
addEventListener("beforeprint", () => {
  for (const table of live.values()) table.print(true);
});
addEventListener("afterprint", () => {
  for (const table of live.values()) table.print(false);
});
