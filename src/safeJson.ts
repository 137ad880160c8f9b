import { shownJson } from "./printable.ts";

/** A value as JSON for people and machines: the same value, with what is not seen or a log would obey as `\u` escapes. */
export function safeJson(value: unknown): string {
  return `${shownJson(JSON.stringify(value, null, 2))}\n`;
}
