/** A number as people read it, wherever they do: `20,000`. What a machine reads has no separators. */
export function count(number: number): string {
  return number.toLocaleString("en");
}

/** `1 grant`, `12 grants`, `20,000 grants`. */
export function amount(number: number, what: string): string {
  return `${count(number)} ${what}${number === 1 ? "" : "s"}`;
}

/** The first few, and how many more there are. @param what one of them is, where "more" alone does not tell */
export function firstFew(names: readonly string[], most = 3, what?: string): string {
  const more = names.length - most;
  if (more <= 0) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${what === undefined ? `${count(more)} more` : amount(more, `more ${what}`)}`;
}

/** A clause as a sentence. */
export function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${clause.endsWith(".") ? "" : "."}`;
}

/** By code unit, so that the order does not depend on the machine's locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
