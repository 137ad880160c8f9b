import stringWidth from "string-width";

/** As `printable` writes what is not seen: never in two parts. */
const ESCAPE = /(\\u\{[0-9a-f]+\})/;
/** After these signs a name may go on in the next line. */
const PARTS = /[^-_./@:,;]+[-_./@:,;]*|[-_./@:,;]+/gu;

/**
 * A line in as many as it takes for none to be wider than so many columns: broken at blanks, a word that is longer than a line after a sign, and else
 * anywhere. Nothing of it is lost but blanks where it is broken. @param width at least 2
 */
export function folded(text: string, width: number): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line: string | null = null;
  const take = (piece: string, glue: string): void => {
    const longer: string = line === null ? piece : `${line}${glue}${piece}`;
    if (stringWidth(longer) <= width) line = longer;
    else {
      if (line !== null) lines.push(line.trimEnd());
      line = piece;
    }
  };
  for (const word of text.split(" "))
    if (stringWidth(word) <= width) take(word, " ");
    else for (const [i, part] of partsOf(word, width).entries()) take(part, i === 0 ? " " : "");
  if (line !== null) lines.push(line);
  return lines;
}

/** The same with what goes before the first line and before all others: a hanging indent. @param width null for no limit */
export function hanging(text: string, width: number | null, first: string, rest: string): string[] {
  if (width === null) return [`${first}${text}`];
  const room = Math.max(NARROWEST, width - Math.max(stringWidth(first), stringWidth(rest)));
  return folded(text, room).map((line, i) => `${i === 0 ? first : rest}${line}`);
}

/** A text whose lines are no wider than a terminal: what goes on in a further line stands to the right of where it began. @param width null for no limit */
export function fittedText(text: string, width: number | null): string {
  const fitted = (line: string): string[] => {
    const indent = line.slice(0, line.search(/\S|$/));
    return hanging(line.slice(indent.length), width, indent, `${indent}  `);
  };
  return text.split("\n").flatMap(fitted).join("\n");
}

const NARROWEST = 10;

function partsOf(word: string, width: number): string[] {
  const parts = word
    .split(ESCAPE)
    .flatMap((some) => (ESCAPE.test(some) ? [some] : (some.match(PARTS) ?? [])));
  return parts.flatMap((part) =>
    stringWidth(part) <= width || ESCAPE.test(part)
      ? part
      : [...new Intl.Segmenter().segment(part)].map(({ segment }) => segment),
  );
}
