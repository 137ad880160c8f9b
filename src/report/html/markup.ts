import { printable } from "../../printable.ts";
import { escapeHtml } from "./escape.ts";

/** HTML that may stand in a page as it is. */
export interface Markup {
  readonly markup: string;
}

type Content = Markup | string | number | null | readonly Content[];

/**
 * A tagged template: whatever is put in is escaped, and shown as a terminal would show it, unless it is
 * markup itself. Of a template library this is all that a page without state needs, and text cannot get in
 * unescaped by forgetting to call something. Values belong into content or into quoted attributes.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return {
    markup: parts.map((part, i) => (i < contents.length ? part + textOf(contents[i]!) : part)).join(""),
  };
}

/** Markup that our own code wrote. */
export function trusted(markup: string): Markup {
  return { markup };
}

function textOf(content: Content): string {
  if (content === null) return "";
  if (typeof content === "number") return String(content);
  if (typeof content === "string") return escapeHtml(printable(content));
  if ("markup" in content) return content.markup;
  return content.map(textOf).join("");
}
