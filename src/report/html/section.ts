import { count as written } from "../../text.ts";
import type { Section } from "../org/sections.ts";
import { html, type Markup, trusted } from "./markup.ts";
import type { TableBook } from "./tables.ts";

/** A part of the page with a heading, which the contents lead to. */
export interface Part {
  readonly id: string;
  readonly title: string;
  /** How many things are in it; null where that is no number. */
  readonly count: number | null;
  readonly body: Markup;
  /** There is nothing to tell but that. */
  readonly isEmpty?: boolean;
}

/** A section of the report as a part of the page, with its table in the book. */
export function partOf(section: Section, book: TableBook): Part {
  const { id, title, note, alarm, nothing, table, count = table.size } = section;
  return {
    id,
    title,
    count,
    isEmpty: table.size === 0 && alarm !== true,
    body: html`${
      note === undefined ? null : html`<p${alarm ? html` class="alarm"` : null}>${prose(note)}</p>\n`
    }${table.size === 0 ? html`<p class="nothing">${prose(nothing)}</p>` : book.add(section)}`,
  };
}

/** Links to the parts. */
export function contents(parts: readonly Part[]): Markup {
  return html`<nav aria-label="Contents"><ul>${parts.map(
    ({ id, title, count }) =>
      html`<li><a href="#${id}">${title}${count === null ? null : html` <span class="number">${written(count)}</span>`}</a></li>`,
  )}</ul></nav>
`;
}

export function partHtml({ id, title, count, body, isEmpty = false }: Part): Markup {
  return html`<section id="${id}"${isEmpty ? trusted(' class="empty"') : null} aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}${count === null ? null : html` <span class="number">${written(count)}</span>`}</h2>
${body}
</section>
`;
}

/** A text in which code stands between backticks. */
export function prose(text: string): Markup {
  return html`${text.split("`").map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}
