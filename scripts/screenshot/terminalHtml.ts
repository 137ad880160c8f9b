import { stripVTControlCharacters } from "node:util";

const COLOURS = ["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"];
const STYLES: Readonly<Record<number, string>> = {
  1: "font-weight:bold",
  2: "opacity:.65",
  3: "font-style:italic",
  4: "text-decoration:underline",
};

/** Codes that end what others began. */
const ENDED: Readonly<Record<number, readonly string[]>> = {
  22: ["1", "2"],
  23: ["3"],
  24: ["4"],
  39: ["colour"],
};

/** A page that shows what a terminal showed, in its colours. @param text with the terminal's escapes */
export function terminalHtml(text: string): string {
  let styles = new Map<string, string>();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape begins with one.
  const spans = text.split(/(\u001b\[[\d;]*m)/).map((part) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes === undefined) return span(stripVTControlCharacters(part), styles);
    styles = styledBy(styles, codes.split(";").map(Number));
    return "";
  });
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #0d1117; color: #e6edf3 }
pre { margin: 0; padding: 20px 24px; font: 14px/1.5 "DejaVu Sans Mono", Menlo, Consolas, monospace; width: max-content }
</style><pre>${spans.join("")}</pre>`;
}

function styledBy(before: ReadonlyMap<string, string>, codes: readonly number[]): Map<string, string> {
  const styles = new Map(before);
  const [first = 0, second, third = 7] = codes;
  // One of 256 colours, of which the first 16 are those above, and no others are used.
  const simple = first === 38 && second === 5 ? [30 + (third % 8)] : codes;
  for (const code of simple) {
    for (const key of ENDED[code] ?? []) styles.delete(key);
    if (code === 0) styles.clear();
    if (STYLES[code] !== undefined) styles.set(String(code), STYLES[code]);
    if (/^[39][0-7]$/.test(String(code))) styles.set("colour", `color:${COLOURS[code % 10]}`);
  }
  return styles;
}

function span(text: string, styles: ReadonlyMap<string, string>): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  if (escaped === "" || styles.size === 0) return escaped;
  return `<span style="${[...styles.values()].join(";")}">${escaped}</span>`;
}
