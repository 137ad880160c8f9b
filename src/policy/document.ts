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
} from "yaml";
import { printable } from "../printable.ts";
import type { Position } from "./policy.ts";
import type { Problem } from "./problem.ts";
import type { Path, Source } from "./source.ts";

/** More than people review; also bounds the time that a hostile file can take. */
const LARGEST_BYTES = 1024 * 1024;
const DEEPEST = 32;

type Refuse = (offset: number, message: string, remedy: string) => void;

/**
 * Reads YAML 1.2 (core schema) and refuses what a reviewer could misread: anchors, aliases, merge keys,
 * tags, directives, duplicate keys, several documents. Never throws for bad text. Pure.
 */
export function parseSource(raw: string, file: string): { source: Source } | { problems: Problem[] } {
  const text = raw.replace(/^\uFEFF/, "");
  const lines = text.split(/\r?\n/);
  const problemAt: Source["problemAt"] = ({ line, column }, message, remedy) => ({
    message,
    remedy,
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
  const refuse: Refuse = (offset, message, remedy) => {
    problems.push(problemAt(at(offset), message, remedy));
  };

  if (Buffer.byteLength(text) > LARGEST_BYTES) {
    refuse(0, "the policy is larger than 1 MiB", "keep it to what people can review");
    return { problems };
  }
  const document = compose(text, counter, refuse);
  if (problems.length === 0 && document) refuseKeys(document, refuse, at);
  if (problems.length > 0) return { problems };
  const contents = document?.contents;
  if (!contents || (isScalar(contents) && contents.value === null)) {
    refuse(0, "the policy is empty", "begin with `version: 1`");
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
  let refused = false;
  const stop = (offset: number, message: string, remedy: string) => {
    refuse(offset, message, remedy);
    refused = true;
  };
  let afterScalarMark = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (!afterScalarMark) refuseToken(lexeme, parser.offset, refuse);
    afterScalarMark = lexeme === CST.SCALAR;
    for (const token of parser.next(lexeme)) {
      if (token.type === "directive")
        stop(token.offset, "directives are not part of the policy language", "take the line out");
      else documents.push(...composer.next(token));
    }
    if (parser.stack.length > DEEPEST && nesting(parser) > DEEPEST)
      stop(
        parser.offset,
        `the policy is nested deeper than ${DEEPEST} levels`,
        "a policy needs no more than a few",
      );
    if (documents.length > 0)
      stop(
        documents[0]!.range[1],
        "there is more than one YAML document",
        "keep one policy a file, without `---` between parts",
      );
    if (refused) return undefined;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(false, text.length));
  const [document, second] = documents;
  if (second)
    refuse(
      document!.range[1],
      "there is more than one YAML document",
      "keep one policy a file, without `---` between parts",
    );
  for (const { pos, message, code } of document?.errors ?? composer.streamInfo().errors)
    refuse(
      pos[0],
      printable(message.split("\n")[0]!.replace(/\.$/, "")),
      YAML_REMEDIES[code] ?? "mend the YAML",
    );
  return document;
}

function nesting({ stack }: Parser): number {
  return stack.filter(({ type }) => ["block-map", "block-seq", "flow-collection"].includes(type)).length;
}

const YAML_REMEDIES: Record<string, string> = {
  TAB_AS_INDENT: "indent with spaces",
  NON_STRING_KEY: "a key is plain text",
};

/** What a token says that a reviewer could misread: an anchor, an alias or a tag. */
function refuseToken(lexeme: string, offset: number, refuse: Refuse): void {
  const type = CST.tokenType(lexeme);
  if (type === "anchor" || type === "alias")
    refuse(offset, "anchors and aliases are not part of the policy language", "write the value out");
  else if (type === "tag")
    refuse(
      offset,
      `YAML tags (here ${printable(lexeme.slice(0, 40))}) are not part of the policy language`,
      "leave the tag out; quote what is meant as text",
    );
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
        if (name === "<<")
          refuse(offset, "merge keys are not part of the policy language", "write the values out");
        else if (earlier !== undefined)
          refuse(
            offset,
            `the key "${printable(name)}" stands here twice, first in line ${at(earlier).line}`,
            "keep one of the two",
          );
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
  return (path) => {
    let node: Node | null = contents;
    let key = contents.range?.[0] ?? 0;
    let value = key;
    for (const step of path) {
      let pair: Pair<Node, Node | null> | undefined;
      let next: Node | null | undefined;
      if (isMap(node)) {
        pair = pairOf(node, String(step));
        next = pair?.value;
      } else if (isSeq(node)) next = node.items[Number(step)] as Node | undefined;
      if (pair === undefined && next === undefined) return { key: value, value, source: undefined };
      // A value that is left out has its place after the colon, where there is nothing to point at.
      const empty = isScalar(next) && next.source === "";
      key = (pair?.key ?? next)?.range?.[0] ?? value;
      value = (empty ? undefined : next?.range?.[0]) ?? key;
      node = next ?? null;
    }
    return { key, value, source: isScalar(node) ? node.source : undefined };
  };
}
