/** Control characters, line separators, and marks that reorder or hide text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Untrusted text (an app's or a user's name, a line of a policy) made safe to show on a terminal or in a
 * log: whatever could move the cursor, start a new line or reorder the text is shown as `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
