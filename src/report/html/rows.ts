import { count } from "../../text.ts";
import { escapeHtml } from "./escape.ts";
import { isColumn, type TableData } from "./tableData.ts";
import { trendHtml } from "./trend.ts";

/** Colours of words that are good or bad news; the words say it by themselves. */
const TONES: Readonly<Record<string, "good" | "warn" | "bad">> = {
  "to be revoked": "bad",
  "only reported": "warn",
  kept: "good",
  denied: "bad",
  "not listed": "warn",
  sanctioned: "good",
  idle: "warn",
  active: "good",
  high: "warn",
  error: "bad",
  warning: "warn",
  expired: "bad",
  due: "warn",
  overdue: "warn",
  revoked: "good",
  failed: "bad",
  replaced: "bad",
  "new app": "warn",
  "new user": "warn",
  "new grant": "warn",
  clean: "good",
  reports: "warn",
  revokes: "bad",
  refused: "bad",
  inconclusive: "bad",
  unreachable: "bad",
};

/** The body of a table: the rows of these indices. Used for the page as written and by its script, so that both look alike. */
export function rowsHtml(table: TableData, strings: readonly string[], rows: Iterable<number>): string {
  let text = "";
  for (const row of rows) text += `<tr>${rowHtml(table, strings, row)}</tr>\n`;
  return text;
}

function rowHtml(table: TableData, strings: readonly string[], row: number): string {
  const head = table.columns.findIndex(isColumn);
  return table.columns
    .map((column, i) => {
      if (!isColumn(column)) return "";
      const below = table.columns.map(({ under }, j) =>
        under === i ? cellHtml(table, strings, j, row) : "",
      );
      const small = below.map((text) => (text === "" ? "" : `<small>${text}</small>`)).join("");
      const content = cellHtml(table, strings, i, row) + small;
      const isHead = i === head;
      const tag = isHead ? "th" : "td";
      // On a phone a row is a card, in which each value needs its name.
      const title = isHead ? ' scope="row"' : ` data-title="${escapeHtml(column.title)}"`;
      return `<${tag}${title}${column.kind === "text" ? "" : ` class="${column.kind}"`}>${content}</${tag}>`;
    })
    .join("");
}

function cellHtml(
  { columns, values }: TableData,
  strings: readonly string[],
  i: number,
  row: number,
): string {
  const { kind, nothing = "", leadsTo, address } = columns[i]!;
  const value = values[i]![row] ?? null;
  if (value === null) return escapeHtml(nothing);
  if (kind === "count") return count(value);
  if (kind === "day" || kind === "minute") return timeHtml(value, kind);
  const text = strings[value]!;
  if (kind === "badge") return badgeHtml(text);
  if (kind === "trend") return trendHtml(text);
  if (leadsTo !== undefined)
    return `<a href="#${leadsTo}" data-query="${escapeHtml(text)}">${breakable(text)}</a>`;
  const page = address === undefined ? null : (values[address]![row] ?? null);
  return page === null
    ? breakable(text)
    : linkHtml((columns[address!]!.around ?? ["", ""]).join(strings[page]!), text);
}

/** A page of ours, or one of Setup, which opens beside it and is not told where from. */
function linkHtml(address: string, text: string): string {
  const outside = address.startsWith("https:")
    ? ' class="setup" target="_blank" rel="noopener noreferrer"'
    : "";
  return `<a href="${escapeHtml(address)}"${outside}>${breakable(text)}</a>`;
}

/** Text that may go on in the next line where usernames and paths have their joints, and within endless words. */
function breakable(text: string): string {
  // Text that is safe to show has no line breaks, so that they can stand for the places.
  const broken = text.replace(/(?=[@/])/g, "\n").replace(/\S{32}(?=\S)/gu, "$&\n");
  return escapeHtml(broken).replaceAll("\n", "<wbr>");
}

/** A word in the colour of its tone. */
export function badgeHtml(text: string): string {
  const tone = Object.hasOwn(TONES, text) ? ` ${TONES[text]}` : "";
  return `<span class="badge${tone}">${escapeHtml(text)}</span>`;
}

/** A time in UTC, which the day is short for. */
function timeHtml(minutes: number, kind: "day" | "minute"): string {
  const instant = new Date(minutes * 60_000).toISOString();
  const shown = kind === "day" ? instant.slice(0, 10) : `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
  return `<time datetime="${instant.slice(0, 16)}Z">${shown}</time>`;
}
