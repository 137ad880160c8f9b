/** The page without its tags, spaces as one. */
export function textOf(html: string): string {
  return html
    .replace(/<(style|script)\b.*?<\/\1>/gs, " ")
    .replace(/<wbr>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, " ");
}

/** The text of one section. */
export function section(html: string, id: string): string {
  const [found] = html.match(new RegExp(`<section id="${id}".*?</section>`, "s")) ?? [];
  if (found === undefined) throw new Error(`there is no section ${id}`);
  return textOf(found);
}
