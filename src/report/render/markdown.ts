import { escapeUnseen, printable } from "../../printable.ts";
import { amount } from "../../text.ts";
import { cutNote } from "../words.ts";
import { type Table, valueText } from "./table.ts";

/** Text of characters that mean only themselves in Markdown, wherever they stand: no mark-up, mention or HTML, and no quick action of GitLab. */
const PLAIN = /^(?!\d+[.)]|[-+/])[\p{L}\p{N} ,.;:()%/+'"-]*$/u;

/**
 * What GitHub or GitLab make a link or a picture of all the same: addresses, `GH-1` and `JIRA-1`, hashes of commits, `%milestone`,
 * `:emoji:` (docs.github.com, "Autolinked references and URLs"; docs.gitlab.com, "GitLab Flavored Markdown").
 */
const LINKED =
  /:\/\/|www\.|\b(data|file|ftp|javascript|mailto|tel|vbscript|xmpp):|\p{L}[\p{L}\p{N}]*-\p{N}|(?<![\p{L}\p{N}])[0-9a-f]{7,64}(?![\p{L}\p{N}])|%[\p{L}\p{N}"]|:[\p{L}\p{N}+-]+:/iu;

/**
 * Untrusted text in one line of Markdown: as it is where nothing in it has a meaning, else as a code span,
 * in which GitHub and GitLab see no mentions, references, links or HTML either.
 */
export function markdownText(text: string): string {
  const safe = printable(text);
  if (PLAIN.test(safe) && !LINKED.test(safe)) return safe;
  const longest = Math.max(0, ...(safe.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  // A space inside the marks is taken off again where both ends have one.
  const pad = longest > 0 || /^ .* $/.test(safe) ? " " : "";
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** Rows beyond which a table is folded. */
export const FOLDED_ROWS = 15;

/** A table, folded where it is long. @param where all rows are, if more than the most are left out */
export function tableMarkdown(table: Table, most: number, where: string): string {
  const text = openTable(table, most, where);
  return table.size > FOLDED_ROWS ? details(amount(table.size, "row"), [text]) : text;
}

/** A table that is not folded, however long. @param where all rows are, if more than the most are left out */
export function openTable(table: Table, most: number, where: string): string {
  const { columns, rows } = table.in("markdown", most);
  const lines = [
    ...headLines(columns.map(({ title }) => title)),
    ...rows.map((row) => rowLine(row.map((value, i) => markdownText(valueText(value, columns[i]!))))),
  ];
  const parts = [most === 0 ? null : lines.join("\n"), cutNote(table.size - most, where)];
  return parts.filter((part) => part !== null).join("\n\n");
}

/** The first two lines of a table. */
export function headLines(titles: readonly string[]): string[] {
  return [rowLine(titles), `|${" --- |".repeat(titles.length)}`];
}

/** A row of a table. @param cells each in Markdown of one line */
export function rowLine(cells: readonly string[]): string {
  return `| ${cells.map(inCell).join(" | ")} |`;
}

/** Markdown of one line in a cell: a bar ends a cell, also in a code span, and but for a backslash before it that is no other's. */
export function inCell(markdown: string): string {
  return markdown.replace(/(\\*)\|/g, (_, before: string) => (before === "" ? "\\|" : `${before}\\u{7c}`));
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
  return firstThatFits([most, ...FEWER_ROWS.filter((fewer) => fewer < most)], withRows);
}

/** The first text that fits into an issue or a comment. @param levels from the one that takes the most room to the one that always fits */
export function firstThatFits<Level>(levels: readonly Level[], textOf: (level: Level) => string): string {
  let text = "";
  for (const level of levels) {
    text = textOf(level);
    if (roomAfter(text) >= 0) break;
  }
  return text;
}

/** How many characters a text may still grow by to fit into an issue or a comment. */
export function roomAfter(text: string): number {
  return MOST_CHARACTERS - text.length;
}

/** Text of several lines that a program printed, with its own escapes as they are, in a fence that nothing in it can close. */
export function markdownFence(text: string): string {
  const safe = escapeUnseen(text.replaceAll("\r\n", "\n"), printable);
  const longest = Math.max(2, ...(safe.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${safe}\n${fence}`;
}
