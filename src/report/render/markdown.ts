import { printable } from "../../printable.ts";
import { amount } from "../../text.ts";
import { cutNote } from "../words.ts";
import { type Table, valueText } from "./table.ts";

/** Text that means only itself in Markdown, wherever it stands: no link, mention, reference, mark-up or HTML. */
const PLAIN = /^(?!\d+[.)]|[-+])[\p{L}\p{N} ,.;:()%/+'"-]*$/u;

/**
 * Untrusted text in one line of Markdown: as it is where nothing in it has a meaning, else as a code span,
 * in which GitHub and GitLab see no mentions, references, links or HTML either.
 */
export function markdownText(text: string): string {
  const safe = printable(text);
  if (PLAIN.test(safe) && !safe.includes("://") && !/\bwww\./i.test(safe)) return safe;
  const longest = Math.max(0, ...(safe.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  // A space inside the marks is taken off again where both ends have one.
  const pad = longest > 0 || /^ .* $/.test(safe) ? " " : "";
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** Rows beyond which a table is folded. */
const FOLDED_ROWS = 15;

/** A table, folded where it is long. @param where all rows are, if more than the most are left out */
export function tableMarkdown(table: Table, most: number, where: string): string {
  const { columns, rows } = table.in("markdown", most);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => markdownText(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  const lines = [
    line(columns.map(({ title }) => title)),
    `|${" --- |".repeat(columns.length)}`,
    ...rows.map((row) => line(row.map((value, i) => valueText(value, columns[i]!)))),
  ];
  const parts = [most === 0 ? null : lines.join("\n"), cutNote(table.size - most, where)].filter(
    (part) => part !== null,
  );
  return table.size > FOLDED_ROWS ? details(amount(table.size, "row"), parts) : parts.join("\n\n");
}

/** A part that is folded until it is asked for. */
export function details(summary: string, parts: readonly string[]): string {
  return [`<details><summary>${summary}</summary>`, ...parts, "</details>"].join("\n\n");
}

/** GitHub takes 65,536 characters in an issue or a comment; what counts as one is left room for. */
const MOST_CHARACTERS = 60_000;
/** Rows of a table, fewer each time until the whole is short enough. */
const FEWER_ROWS = [50, 20, 5, 0];

/** A text with as many rows of each table as fit into an issue or a comment, but no more than `most`. */
export function fitted(withRows: (most: number) => string, most: number): string {
  let text = "";
  for (const rows of [most, ...FEWER_ROWS.filter((fewer) => fewer < most)]) {
    text = withRows(rows);
    if (text.length <= MOST_CHARACTERS) break;
  }
  return text;
}

/** Text of several lines as it is, in a fence that nothing in it can close. */
export function markdownFence(text: string): string {
  const safe = text.split(/\r?\n/).map(printable).join("\n");
  const longest = Math.max(2, ...(safe.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${safe}\n${fence}`;
}
