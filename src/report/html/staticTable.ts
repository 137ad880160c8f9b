import type { Section } from "../org/sections.ts";
import { cutNote } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { prose } from "./section.ts";
import { tableBook } from "./tables.ts";

/** A section without anything to click: what a page is for paper. @param most rows; the others are counted, with where they are */
export function staticSection(section: Section, most: number, where: string): Markup {
  const { id, title, note, nothing, table } = section;
  const left = cutNote(table.size - most, where);
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${note === undefined ? null : html`<p>${prose(note)}</p>\n`}${
  table.size === 0 ? html`<p class="nothing">${prose(nothing)}</p>` : tableBook().still(section, most)
}${left === null ? null : html`<p>${left}</p>`}
</section>
`;
}
