import { isColumn, type Sorting, type TableData } from "../tableData.ts";

/** Puts a button into every head of a table by which it can be sorted; the answer shows how the table is sorted. */
export function sortableHeads(
  root: HTMLElement,
  { columns }: TableData,
  sortBy: (column: number) => void,
): (sorting: Sorting | null) => void {
  const heads = [...root.querySelectorAll<HTMLElement>("thead th")];
  const visible = [...columns.keys()].filter((i) => isColumn(columns[i]!));
  heads.forEach((head, i) => {
    if (columns[visible[i]!]!.kind === "trend") return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sortBy(visible[i]!));
    head.replaceChildren(button);
  });
  return (sorting) => {
    heads.forEach((head, i) => {
      if (sorting?.column === visible[i]) head.ariaSort = sorting!.descending ? "descending" : "ascending";
      else head.removeAttribute("aria-sort");
    });
  };
}
