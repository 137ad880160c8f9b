/** What could move the cursor, reorder text or hide it when JSON is shown as it is. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as JSON for people and machines: the same value, with what a terminal would obey as `\u` escapes. */
export function safeJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(UNSAFE, (character) =>
    character === "\n"
      ? character // between the lines: within a text it is escaped already
      : character
          .split("") // a character beyond 16 bits is two units
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
          .join(""),
  );
  return `${text}\n`;
}
