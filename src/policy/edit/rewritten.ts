import {
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import {
  behind,
  columnOf,
  commentsIn,
  endOf,
  isBlockScalar,
  isFlow,
  lineEnd,
  lineEndOf,
  lineStart,
} from "./places.ts";
import { blockLines, flowText, type Notes, type Style } from "./rendered.ts";

/** A policy is changed in a few places at once. */
const MOST_STEPS = 500;

/** A change of a text: what stands from `start` to `end` becomes `text`. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Entry = Pair<Node, Node | null>;
type BlockOrFlowMap = YAMLMap<Node, Node | null>;

/**
 * A YAML text that says something else, with every line as it was that says the same: the comments and the order are kept. Comments of
 * what is taken out stay in its place. Lists are only added to. Without a byte order mark.
 * @param order of keys, by the key of the map that they are in; what is new stands where it says
 * @returns null where the text cannot be changed so
 */
export function rewritten(
  text: string,
  wanted: unknown,
  order: (path: readonly string[]) => readonly string[],
  notes: Notes = new Map(),
): string | null {
  let now = text;
  for (let step = 0; step < MOST_STEPS; step++) {
    const document = parseDocument<Node>(now, { version: "1.2", schema: "core", uniqueKeys: false });
    if (document.errors.length > 0 || document.contents === null) return null;
    const writer = new Writer(now, document.contents, order, notes);
    const change = writer.firstChange(document.contents, wanted, []);
    if (change === null) return now;
    if (change === "impossible") return null;
    now = now.slice(0, change.start) + change.text + now.slice(change.end);
  }
  return null;
}

class Writer {
  readonly #text: string;
  readonly #eol: string;
  readonly #style: Style;
  readonly #order: (path: readonly string[]) => readonly string[];

  constructor(
    text: string,
    contents: Node,
    order: (path: readonly string[]) => readonly string[],
    notes: Notes,
  ) {
    this.#text = text;
    this.#eol = lineEndOf(text);
    this.#style = { isTerse: !isFlow(contents) && hasFlow(contents), isJson: isJson(text), notes };
    this.#order = order;
  }

  /** The first change on the way to what is wanted; null where nothing is to change. */
  firstChange(node: Node | null, wanted: unknown, path: readonly string[]): Splice | "impossible" | null {
    if (isMap(node) && isObject(wanted)) return this.#ofMap(node as BlockOrFlowMap, wanted, path);
    if (isSeq(node) && Array.isArray(wanted)) return this.#ofList(node as YAMLSeq<Node>, wanted, path);
    return isScalar(node) && node.value === wanted ? null : "impossible";
  }

  #ofMap(
    map: BlockOrFlowMap,
    wanted: Readonly<Record<string, unknown>>,
    path: readonly string[],
  ): Splice | "impossible" | null {
    for (const pair of map.items) {
      const key = keyOf(pair);
      const value = wanted[key];
      if (value === undefined) return this.#removed(map, pair);
      const change = this.firstChange(pair.value, value, [...path, key]);
      if (change === "impossible")
        return hasEntries(pair.value) ? "impossible" : this.#replaced(map, pair, value);
      if (change !== null) return change;
    }
    const missing = Object.keys(wanted).find(
      (key) => wanted[key] !== undefined && !map.items.some((pair) => keyOf(pair) === key),
    );
    return missing === undefined ? null : this.#added(map, missing, wanted[missing], path);
  }

  #ofList(
    list: YAMLSeq<Node>,
    wanted: readonly unknown[],
    path: readonly string[],
  ): Splice | "impossible" | null {
    if (list.items.length > wanted.length) return "impossible";
    for (const [i, item] of list.items.entries()) {
      const change = this.firstChange(item, wanted[i], path);
      if (change !== null) return change;
    }
    if (list.items.length === wanted.length) return null;
    const next = wanted[list.items.length];
    // An empty one is written anew, as a block where the map around it is one.
    if (list.items.length === 0) return "impossible";
    return isFlow(list)
      ? this.#behindInFlow(list.items.at(-1)!, this.#flow(next))
      : this.#appended(list, next, path);
  }

  #appended(list: YAMLSeq<Node>, item: unknown, path: readonly string[]): Splice {
    const text = this.#text;
    const starts = list.items.map(({ range }) => range![0]);
    // The dash stands before the item, in its line or in one above.
    const column = columnOf(text, text.lastIndexOf("-", starts.at(-1)! - 1));
    const place = behind(text, endOf(text, list), column);
    const lines = dashed(blockLines(item, this.#style)).map((line) => " ".repeat(column) + line);
    const isApart =
      starts.length > 1
        ? hasBlankLine(text.slice(endOf(text, list.items.at(-2)!), starts.at(-1)!))
        : path.length === 1 && isObject(item);
    return this.#lines(place, isApart && !endsBlank(text, place) ? ["", ...lines] : lines);
  }

  #added(map: BlockOrFlowMap, key: string, value: unknown, path: readonly string[]): Splice {
    const text = this.#text;
    const order = this.#order(path);
    const earlier = new Set(order.slice(0, Math.max(0, order.indexOf(key))));
    const before = map.items.findLast((pair) => earlier.has(keyOf(pair))) ?? map.items.at(-1);
    const flow = `${this.#flow(key)}: ${this.#flow(value)}`;
    if (before === undefined) return { start: map.range![0], end: map.range![1], text: `{ ${flow} }` };
    if (isFlow(map)) return this.#behindInFlow(before, flow);
    const column = columnOf(text, before.key.range![0]);
    const place = behind(text, endOf(text, before), column);
    const lines = this.#pairLines(key, value).map((line) => " ".repeat(column) + line);
    if (path.length > 0 || !isObject(value)) return this.#lines(place, lines);
    // Parts of the whole stand apart.
    const isLast = place === text.length;
    const isBlankBehind = isLast || /^[ \t]*\r?\n/.test(text.slice(place));
    const blankBefore = endsBlank(text, place) ? [] : [""];
    return this.#lines(place, [...blankBefore, ...lines, ...(isBlankBehind ? [] : [""])]);
  }

  /** Behind something in braces or brackets; in a line of its own where that has one. */
  #behindInFlow(node: Node | Entry, added: string): Splice {
    const text = this.#text;
    const start = "key" in node ? (node as Entry).key.range![0] : (node as Node).range![0];
    const end = endOf(text, node);
    const before = text.slice(lineStart(text, start), start);
    const comma = /^\s*(#[^\n]*\n\s*)*,/.exec(text.slice(end))?.[0] ?? null;
    if (/\S/.test(before) || "key" in node) return { start: end, end, text: `, ${added}` };
    const place = lineEnd(text, end + (comma?.length ?? 0));
    const rest = text.slice(end, place);
    return comma === null
      ? { start: end, end: place, text: `,${ended(rest, this.#eol)}${before}${added}${this.#eol}` }
      : { start: end, end: place, text: `${ended(rest, this.#eol)}${before}${added},${this.#eol}` };
  }

  #replaced(map: BlockOrFlowMap, pair: Entry, value: unknown): Splice {
    const text = this.#text;
    const { key, value: old } = pair;
    const isInLine = isScalar(old) && !isBlockScalar(old) && old.source !== "" && !isObject(value);
    if (isInLine) {
      const shown = isFlow(map) ? this.#flow(value) : blockLines(value, this.#style).join(" ");
      return { start: old.range![0], end: old.range![1], text: shown };
    }
    const start = key.range![0];
    const end = endOf(text, pair);
    const column = columnOf(text, start);
    const indent = " ".repeat(column);
    const isLeftOut = old === null || (isScalar(old) && old.source === "");
    if (isLeftOut && Array.isArray(value) && value.length > 0 && !isFlow(map)) {
      const lines = value.flatMap((item) => dashed(blockLines(item, this.#style)));
      return this.#lines(
        behind(text, end, column),
        lines.map((line) => `${indent}  ${line}`),
      );
    }
    if (isFlow(map)) {
      const comments = this.#commentsWithin(start, end);
      const kept = comments.map((comment) => `${comment}${this.#eol}${indent}`).join("");
      return { start, end, text: `${kept}${this.#flow(keyOf(pair))}: ${this.#flow(value)}` };
    }
    const pairLines = this.#pairLines(keyOf(pair), value);
    // What stands behind it in its line would stand behind the last of several.
    const to = pairLines.length > 1 ? start + text.slice(start, lineEnd(text, end)).trimEnd().length : end;
    const lines = [...this.#commentsWithin(start, to), ...pairLines];
    return { start, end: to, text: lines.join(this.#eol + indent) };
  }

  #removed(map: BlockOrFlowMap, pair: Entry): Splice | "impossible" {
    const text = this.#text;
    const at = map.items.indexOf(pair);
    const [before, next] = [map.items[at - 1], map.items[at + 1]];
    if (before === undefined && next === undefined) return "impossible";
    const start = pair.key.range![0];
    const column = columnOf(text, start);
    const indent = " ".repeat(column);
    if (isFlow(map)) {
      const [from, to] =
        before === undefined
          ? [start, next!.key.range![0]]
          : [endOf(text, before), this.#commaOr(endOf(text, pair), next)];
      const kept = this.#commentsWithin(from, to).map((comment) => ` ${comment}${this.#eol}${indent}`);
      return {
        start: from,
        end: to,
        text: `${next !== undefined && before !== undefined ? "," : ""}${kept.join("")}`,
      };
    }
    const isFirstOfItem = /\S/.test(text.slice(lineStart(text, start), start));
    if (isFirstOfItem && next === undefined) return "impossible";
    const from = isFirstOfItem ? start : lineStart(text, start);
    const to = isFirstOfItem ? next!.key.range![0] : lineEnd(text, endOf(text, pair));
    const kept = this.#commentsWithin(from, to);
    const lines = isFirstOfItem
      ? kept.map((comment) => `${comment}${this.#eol}${indent}`)
      : kept.map((comment) => `${indent}${comment}${this.#eol}`);
    return { start: from, end: to, text: lines.join("") };
  }

  /** Behind the comma that follows, where something else does. */
  #commaOr(end: number, next: Entry | undefined): number {
    if (next === undefined) return end;
    const rest = this.#text.slice(end, next.key.range![0]);
    const comma = /^\s*(#[^\n]*\n\s*)*,/.exec(rest);
    return end + (comma?.[0].length ?? 0);
  }

  #commentsWithin(start: number, end: number): string[] {
    return commentsIn(this.#text).flatMap((comment) =>
      comment.start >= start && comment.end <= end ? comment.text : [],
    );
  }

  #flow(value: unknown): string {
    return flowText(value, this.#style.isJson);
  }

  #pairLines(key: string, value: unknown): string[] {
    return blockLines({ [key]: value }, this.#style);
  }

  /** Lines at the start of a line, or behind the text's last one. */
  #lines(place: number, lines: readonly string[]): Splice {
    const text = this.#text;
    const isOpen = place > 0 && text[place - 1] !== "\n";
    const joined = lines.join(this.#eol);
    return {
      start: place,
      end: place,
      text: isOpen ? `${this.#eol}${joined}` : `${joined}${this.#eol}`,
    };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return false;
  }
}

function dashed(lines: readonly string[]): string[] {
  return lines.map((line, i) => (i === 0 ? `- ${line}` : line === "" ? "" : `  ${line}`));
}

/** The rest of a line, with its end. */
function ended(rest: string, eol: string): string {
  return rest.endsWith("\n") ? rest : `${rest}${eol}`;
}

/** Whether the line above a place is blank. */
function endsBlank(text: string, place: number): boolean {
  return /\n[ \t]*\r?\n$/.test(text.slice(0, place));
}

function hasBlankLine(text: string): boolean {
  return /\n[ \t]*\r?\n/.test(text);
}

/** Whether anything below the top stands in braces or brackets. */
function hasFlow(node: unknown): boolean {
  if (isFlow(node)) return (node as YAMLSeq).items.length > 0;
  if (isMap(node)) return node.items.some(({ value }) => hasFlow(value));
  return isSeq(node) && node.items.some(hasFlow);
}

/** Whether it is a list of entries: to write all of them anew for one would be no change of that one. */
function hasEntries(node: Node | null): boolean {
  return isSeq(node) && node.items.some(isMap);
}

function keyOf({ key }: Entry): string {
  return isScalar(key) ? String(key.value) : "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
