import { printable } from "../../printable.ts";

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

/** A table of untrusted texts. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => markdownText(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), `|${" --- |".repeat(columns.length)}`, ...rows.map(line)].join("\n");
}

/** Text of several lines as it is, in a fence that nothing in it can close. */
export function markdownFence(text: string): string {
  const safe = text.split(/\r?\n/).map(printable).join("\n");
  const longest = Math.max(2, ...(safe.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${safe}\n${fence}`;
}
