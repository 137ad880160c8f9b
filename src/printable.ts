/**
 * What a reader does not see as what it is: control characters, marks that order, join or hide text, every blank but
 * the space, signs that Unicode does not know or lets be left out, and the few that it calls letters and that are drawn as nothing.
 */
const UNSEEN =
  /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800\u{13441}\u{13442}\u{16fe4}\u{1d159}]|(?! )\p{Zs}/gu;

const UNSEEN_IN_FILE = new RegExp(`${UNSEEN.source}|#(?=#)`, "gu");

/**
 * What a program that shows text may obey: two colons at the start (GitHub's `::error::`), two number signs anywhere
 * (GitHub's `##[…]`, Azure's `##vso[…]`, TeamCity's `##teamcity[…]`) and what Pulumi takes for the start of a colour; and the start of
 * an escape, so that no text spells another's.
 */
const OBEYED = /(?<=^ *):(?=:)|#(?=#)|<(?=\{%)|\\(?=u\{)/g;

/** A sign with what follows it and can become one with it: marks, and parts of a syllable of Hangul or a vowel of Kirat Rai. */
const CLUSTER = /\P{M}[\p{M}\u1161-\u1175\u11a8-\u11c2\u{16d67}]*|\p{M}+/gu;

/**
 * Untrusted text (an app's or a user's name, a line of a policy) made safe to show on a terminal, in a log or as a
 * reason: whatever could move the cursor, start a line, reorder or hide text or be obeyed, and whatever looks like other text,
 * is shown as `\u{1b}`. Different texts stay different, and so it is done once, where the text is shown: a second time
 * would escape the escapes.
 */
export function printable(text: string): string {
  return composed(text.replace(OBEYED, escaped).replace(UNSEEN, escaped));
}

/**
 * JSON in which nothing is hidden and that no log obeys: the same value, with `\u` escapes for what a reader does not see and
 * for the first of two number signs. (No line of JSON starts with colons.)
 */
export function shownJson(json: string): string {
  return escapeUnseen(json, unitsEscaped);
}

/** Text of a file, whose lines stay, with each character as `written` that a reader does not see or that a log obeys wherever it stands. */
export function escapeUnseen(text: string, written: (character: string) => string): string {
  return text.replace(UNSEEN_IN_FILE, (character) => (character === "\n" ? character : written(character)));
}

/** Shows what Unicode calls the same as other text ("é" of two characters, the sign of Kelvin): to a reader it is that other. */
function composed(text: string): string {
  if (text.normalize("NFC") === text) return text;
  return text.replace(CLUSTER, (cluster) => {
    if (cluster.normalize("NFC") === cluster) return cluster;
    const [first = "", ...marks] = cluster;
    return (first.normalize("NFC") === first ? first : escaped(first)) + marks.map(escaped).join("");
  });
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function unitsEscaped(character: string): string {
  return character
    .split("") // a character beyond 16 bits is two units
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
