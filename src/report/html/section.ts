import { html, type Markup } from "./markup.ts";

/** A part of the page with a heading, which the contents lead to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** How many things are in it; null where that is no number. */
  readonly count: number | null;
  readonly body: readonly Markup[];
}

export function sectionHtml({ id, title, count, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}${count === null ? null : html` <span class="number">${count.toLocaleString("en")}</span>`}</h2>
${body}
</section>
`;
}

/** A line in place of an empty table. */
export function nothing(text: string): Markup {
  return html`<p class="nothing">${text}</p>`;
}
