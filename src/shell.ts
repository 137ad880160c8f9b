import { printable } from "./printable.ts";

/** What no shell reads as more than itself. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/**
 * A text as one word of a command for a POSIX shell, whatever it holds: names of apps are written by anybody. What a reader would not
 * see, or a log would obey, stands as an escape, which bash, zsh and ksh read back ($'…'). It is safe to show.
 */
export function shellWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (printable(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${[...text].map(escaped).join("")}'`;
}

/** Within $'…': letters, digits and a few signs as they are, all else by number. */
function escaped(character: string): string {
  if (/^[\w @%+=:,./-]$/.test(character)) return character;
  const number = character.codePointAt(0)!;
  const hex = number.toString(16);
  if (number < 0x80) return `\\x${hex.padStart(2, "0")}`;
  return number > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/** A command with what is set for it alone, each word as a shell reads it back. */
export function shellCommand(words: readonly string[], set: Readonly<Record<string, string>> = {}): string {
  const variables = Object.entries(set).map(([name, value]) => `${name}=${shellWord(value)}`);
  return [...variables, ...words.map(shellWord)].join(" ");
}

/** An option with its value as words of a command. A value that begins as options do is no word of its own: it would be taken for one. */
export function optionWords(option: `--${string}`, value: string): string[] {
  return value.startsWith("-") ? [`${option}=${value}`] : [option, value];
}
