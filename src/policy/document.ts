import {
  Composer,
  CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  visit,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import type { ErrorText } from "../errors.ts";
import { policyProblems } from "./errors.ts";
import { escaped, hiddenIn } from "./hidden.ts";
import type { Position } from "./policy.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";
import type { Path, Source } from "./source.ts";

/** More than people review; also bounds the time that a hostile file can take. */
export const LARGEST_BYTES = 1024 * 1024;
const DEEPEST = 32;

/** Adds a problem, as long as there are not too many. */
interface Refuse {
  (offset: number, said: ErrorText): void;
  readonly hadEnough: () => boolean;
}

/**
 * Reads YAML 1.2 (core schema) and refuses what a reviewer could misread: anchors, aliases, merge keys,
 * tags, directives, duplicate keys, several documents. Never throws for bad text. Pure.
 */
export function parseSource(raw: string, file: string): { source: Source } | { problems: Problem[] } {
  const text = raw.replace(/^\uFEFF/, "");
  const lines = text.split(/\r?\n/);
  const problemAt: Source["problemAt"] = ({ line, column }, said) => ({
    ...said,
    file,
    line,
    column,
    sourceLine: lines[line - 1] ?? "",
  });
  const counter = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: Problem[] = [];
  const hadEnough = () => problems.length >= MOST_PROBLEMS;
  const refuse: Refuse = Object.assign(
    (offset: number, said: ErrorText) => {
      if (!hadEnough()) problems.push(problemAt(at(offset), said));
    },
    { hadEnough },
  );

  if (Buffer.byteLength(text) > LARGEST_BYTES) {
    refuse(0, policyProblems["policy-too-large"]());
    return { problems };
  }
  problems.push(...hiddenProblems(lines, file, problemAt));
  if (problems.length > 0) return { problems };
  const document = compose(text, counter, refuse);
  if (problems.length === 0 && document) refuseKeys(document, refuse, at);
  if (problems.length > 0) return { problems };
  const contents = document?.contents;
  if (!contents || (isScalar(contents) && contents.value === null)) {
    refuse(0, policyProblems["policy-empty"]());
    return { problems };
  }

  const find = finder(contents);
  return {
    source: {
      data: document.toJS({ maxAliasCount: 0 }),
      position: (path) => at(find(path).value),
      keyPosition: (path) => at(find(path).key),
      written: (path) => find(path).source,
      problemAt,
    },
  };
}

/** What nobody sees in a text: the first in each line, of a bounded number of lines. */
function hiddenProblems(lines: readonly string[], file: string, problemAt: Source["problemAt"]): Problem[] {
  const problems: Problem[] = [];
  for (const [i, text] of lines.entries()) {
    const hidden = hiddenIn(text);
    if (hidden === null) continue;
    const character = `U+${hidden.character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    const said = policyProblems["character-not-seen"]({ character, escape: escaped(hidden.character) });
    problems.push(problemAt({ file, line: i + 1, column: hidden.index + 1 }, said));
    if (problems.length === MOST_PROBLEMS) break;
  }
  return problems;
}

/**
 * The text's one document. The nesting is counted while tokens are read, since the composer recurses
 * into whatever it is given.
 */
function compose(text: string, counter: LineCounter, refuse: Refuse): Document.Parsed | undefined {
  const parser = new Parser(counter.addNewLine);
  counter.addNewLine(0);
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: false, // its own check compares each key with every other
    stringKeys: true,
  });
  const documents: Document.Parsed[] = [];
  let afterScalarMark = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (!afterScalarMark) refuseToken(lexeme, parser.offset, refuse);
    afterScalarMark = lexeme === CST.SCALAR;
    for (const token of parser.next(lexeme)) {
      if (token.type === "directive") {
        refuse(token.offset, policyProblems["directive-not-allowed"]());
        return undefined;
      }
      documents.push(...composer.next(token));
    }
    if (isOver(parser, documents, refuse)) return undefined;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(false, text.length));
  const [document, second] = documents;
  if (second) refuse(document!.range[1], policyProblems["several-documents"]());
  refuseErrors(document?.errors ?? composer.streamInfo().errors, refuse);
  return document;
}

/** Whether the text is not worth reading on: nested too deep, a second document, or too much that is wrong. */
function isOver(parser: Parser, [document]: readonly Document.Parsed[], refuse: Refuse): boolean {
  if (isTooDeep(parser)) refuse(parser.offset, policyProblems["nested-too-deep"]({ levels: DEEPEST }));
  else if (document !== undefined) refuse(document.range[1], policyProblems["several-documents"]());
  else return refuse.hadEnough();
  return true;
}

function refuseErrors(errors: readonly YAMLParseError[], refuse: Refuse): void {
  for (const { pos, message, code } of errors)
    refuse(
      pos[0],
      policyProblems["yaml-not-valid"]({
        why: message.split("\n")[0]!.replace(/\.$/, ""),
        remedy: YAML_REMEDIES[code] ?? "fix it here",
      }),
    );
}

function isTooDeep({ stack }: Parser): boolean {
  if (stack.length <= DEEPEST) return false; // quickly, since it is asked at each token
  const nested = stack.filter(({ type }) => ["block-map", "block-seq", "flow-collection"].includes(type));
  return nested.length > DEEPEST;
}

const YAML_REMEDIES: Record<string, string> = {
  TAB_AS_INDENT: "indent with spaces",
  NON_STRING_KEY: "write the key as plain text",
};

/** What a token says that a reviewer could misread: an anchor, an alias or a tag. */
function refuseToken(lexeme: string, offset: number, refuse: Refuse): void {
  const type = CST.tokenType(lexeme);
  if (type === "anchor" || type === "alias") refuse(offset, policyProblems["anchor-not-allowed"]());
  else if (type === "tag") refuse(offset, policyProblems["tag-not-allowed"]({ tag: lexeme.slice(0, 40) }));
}

/** Keys that stand twice in one map, and merge keys. */
function refuseKeys(document: Document.Parsed, refuse: Refuse, at: (offset: number) => Position): void {
  visit(document, {
    Map(_key, map: YAMLMap) {
      const first = new Map<string, number>();
      for (const { key } of map.items as Pair<Node>[]) {
        const offset = key.range?.[0] ?? 0;
        const name = isScalar(key) ? String(key.value) : "";
        const earlier = first.get(name);
        if (name === "<<") refuse(offset, policyProblems["merge-key-not-allowed"]());
        else if (earlier !== undefined)
          refuse(offset, policyProblems["key-twice"]({ key: name, line: at(earlier).line }));
        else first.set(name, offset);
      }
    },
  });
}

/** Offsets of a key and of its value; where there is none, those of the nearest thing around it. */
interface Found {
  readonly key: number;
  readonly value: number;
  /** How a plain scalar is written, before YAML makes a number or a boolean of it. */
  readonly source: string | undefined;
}

function finder(contents: Node): (path: Path) => Found {
  const childOf = childFinder();
  return (path) => {
    let node: Node | null = contents;
    let key = contents.range?.[0] ?? 0;
    let value = key;
    for (const step of path) {
      const child = childOf(node, step);
      if (child === null) return { key: value, value, source: undefined };
      key = child.key ?? value;
      value = child.value ?? key;
      node = child.node;
    }
    return { key, value, source: isScalar(node) ? node.source : undefined };
  };
}

/** What a map or a list has under a key or an index; its offsets where it is written. */
interface Child {
  readonly node: Node | null;
  readonly key: number | undefined;
  readonly value: number | undefined;
}

/** Finds by an index of each map's keys, which is made once. */
function childFinder(): (node: Node | null, step: string | number) => Child | null {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair<Node, Node | null>>>();
  const pairOf = (map: YAMLMap, step: string) => {
    let index = indexes.get(map);
    if (index === undefined) {
      const pairs = map.items as Pair<Node, Node | null>[];
      index = new Map(pairs.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : "", pair]));
      indexes.set(map, index);
    }
    return index.get(step);
  };
  return (node, step) => {
    if (isMap(node)) {
      const pair = pairOf(node, String(step));
      return pair === undefined ? null : childAt(pair.key, pair.value);
    }
    const item = isSeq(node) ? (node.items[Number(step)] as Node | undefined) : undefined;
    return item === undefined ? null : childAt(item, item);
  };
}

function childAt(key: Node, node: Node | null): Child {
  // A value that is left out has its place after the colon, where there is nothing to point at.
  const isLeftOut = isScalar(node) && node.source === "";
  return { node, key: key.range?.[0], value: isLeftOut ? undefined : node?.range?.[0] };
}
