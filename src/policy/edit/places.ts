import { isCollection, isMap, isPair, isScalar, isSeq, Lexer, type Node, type Pair } from "yaml";

/** A part of a text: where it begins, and the first place behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the lexer of yaml hands out to say that the text after it is a scalar's; the text itself has no such character. */
const SCALAR_MARK = "\u001f";
/** Its other marks, which stand for no text. */
const MARKS: ReadonlySet<string> = new Set(["\u0002", "\u0018"]);

/** Every comment of a YAML text, in order, without the line's end. */
export function commentsIn(text: string): (Span & { readonly text: string })[] {
  const found: (Span & { readonly text: string })[] = [];
  let at = 0;
  let isScalarNext = false;
  for (const token of new Lexer().lex(text)) {
    if (token === SCALAR_MARK) {
      isScalarNext = true;
      continue;
    }
    if (MARKS.has(token)) continue;
    if (!isScalarNext && token.startsWith("#"))
      found.push({ start: at, end: at + token.length, text: token.trimEnd() });
    isScalarNext = false;
    at += token.length;
  }
  return found;
}

/** The place behind the last character of what a node says; comments and blanks behind it are none of it. */
export function endOf(text: string, node: Node | Pair<Node, Node | null>): number {
  if (isPair(node)) {
    const { key, value } = node as Pair<Node, Node | null>;
    const isLeftOut = value === null || (isScalar(value) && value.source === "");
    return isLeftOut ? text.indexOf(":", endOf(text, key)) + 1 : endOf(text, value);
  }
  const [start, end] = node.range!;
  const last = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined;
  if (last !== undefined) return endOf(text, last as Node);
  if (!isBlockScalar(node)) return end;
  // With a plus, the blank lines below it are part of what it says.
  const keepsLines = /^[|>]\d?\+/.test(text.slice(start, end));
  return keepsLines ? end - 1 : start + text.slice(start, end).trimEnd().length;
}

export function isBlockScalar(node: unknown): boolean {
  return isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");
}

/** Whether it is a map or a list in braces or brackets. */
export function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

/** The first place of the line that a place is in. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** The place behind the end of the line that a place is in. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

/** In which column of its line a place is, from 0. */
export function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

/**
 * The place behind the lines of something that ends at a place, with the comments below it that are its own: those further
 * to the right than what stands beside it.
 */
export function behind(text: string, end: number, column: number): number {
  let place = lineEnd(text, end);
  for (let next = place; next < text.length; ) {
    const line = text.slice(next, lineEnd(text, next));
    if (/\S/.test(line) && !(/^ *#/.test(line) && line.search(/\S/) > column)) break;
    next += line.length;
    if (/\S/.test(line)) place = next;
  }
  return place;
}

/** `\r\n` where the text has it, else `\n`. */
export function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
