/**
 * Characters that a reviewer does not see, or that change how others are shown: control characters but for the tab
 * and the line's end, marks that order or join text, separators of lines, fillers, selectors of variants (but for the one that
 * makes a picture of a sign). In YAML they are written as escapes.
 */
const EVERY_HIDDEN =
  /(?!(?<=\p{Extended_Pictographic})\ufe0f)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\u2800]/gu;

/** The first such character of a line, and where it stands; null where there is none. */
export function hiddenIn(line: string): { readonly index: number; readonly character: string } | null {
  const [found] = line.matchAll(EVERY_HIDDEN).filter(([character]) => character !== "\t");
  return found === undefined ? null : { index: found.index, character: found[0] };
}

/** `\u202e`. */
export function escaped(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/** Whether nothing of a text can be read. */
export function isBlank(text: string): boolean {
  return text.replace(EVERY_HIDDEN, "").replaceAll("\ufe0f", "").trim() === "";
}
