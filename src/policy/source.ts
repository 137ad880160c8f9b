import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
} from "yaml";
import { printable } from "../printable.ts";
import type { Position } from "./policy.ts";
import type { Problem } from "./problem.ts";

const LARGEST_BYTES = 1024 * 1024;
const DEEPEST = 32;

/** Keys and indexes from the top of the policy to a value. */
export type Path = readonly (string | number)[];

/** A policy as plain data, with the place of each value. */
export interface Source {
  readonly data: unknown;
  /** The place of the value at a path, or of the nearest thing around it that exists. */
  position(path: Path): Position;
  /** The place of a key itself. */
  keyPosition(path: Path): Position;
  problemAt(position: Position, message: string, remedy: string): Problem;
}

/** Reads YAML and refuses what a reviewer could misread: anchors, tags, duplicate keys, several documents. Pure. */
export function parseSource(text: string, file: string): { source: Source } | { problems: Problem[] } {
  const lines = text.split(/\r\n|\n|\r/);
  const problemAt = ({ line, column }: Position, message: string, remedy: string): Problem => ({
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
  const start: Position = { file, line: 1, column: 1 };
  const refuse = (position: Position, message: string, remedy: string) => ({
    problems: [problemAt(position, message, remedy)],
  });

  if (Buffer.byteLength(text) > LARGEST_BYTES)
    return refuse(start, "the policy is larger than 1 MiB", "keep it to what people can review");
  const depth = flowDepth(text);
  if (depth > DEEPEST * 4)
    return refuse(start, "the policy is nested too deeply", "a policy needs no more than a few levels");

  const documents = parseAllDocuments(text, {
    lineCounter: counter,
    version: "1.2",
    schema: "core",
    uniqueKeys: true,
    prettyErrors: false,
    stringKeys: true,
  });
  if (!Array.isArray(documents) || documents.length === 0)
    return refuse(start, "the policy is empty", "begin with `version: 1`");
  const [document, second] = documents as Document.Parsed[];
  const broken = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (broken.length > 0)
    return {
      problems: broken.map(({ pos, message, code }) =>
        problemAt(at(pos[0]), printable(message.split("\n")[0]!.replace(/\.$/, "")), remedyFor(code)),
      ),
    };
  if (second !== undefined)
    return refuse(
      at(second.range[0]),
      "there is more than one YAML document",
      "keep one policy a file, without `---` between parts",
    );

  const problems: Problem[] = [];
  visit(document!, {
    Node(_key, node: Node, path) {
      const position = at(node.range?.[0] ?? 0);
      if (path.length > DEEPEST * 2) {
        problems.push(
          problemAt(position, "the policy is nested too deeply", "a policy needs no more than a few levels"),
        );
        return visit.BREAK;
      }
      if (isAlias(node) || ("anchor" in node && node.anchor))
        problems.push(
          problemAt(
            position,
            "anchors and aliases are not part of the policy language",
            "write the value out",
          ),
        );
      else if (node.tag && !node.tag.startsWith("tag:yaml.org,2002:"))
        problems.push(
          problemAt(
            position,
            `the tag ${printable(node.tag)} is not part of the policy language`,
            "leave it out",
          ),
        );
      return undefined;
    },
  });
  if (problems.length > 0) return { problems };
  if (document!.contents === null) return refuse(start, "the policy is empty", "begin with `version: 1`");

  const find = (path: Path, wantKey: boolean): Position => {
    let node: unknown = document!.contents;
    let place: number = document!.contents?.range?.[0] ?? 0;
    path.forEach((step, i) => {
      const last = i === path.length - 1;
      if (isMap(node)) {
        const pair: Pair<Node, Node | null> | undefined = (node.items as Pair<Node, Node | null>[]).find(
          ({ key }) => isScalar(key) && String(key.value) === String(step),
        );
        if (pair === undefined) {
          node = undefined;
          return;
        }
        place = (wantKey && last ? pair.key : (pair.value ?? pair.key)).range?.[0] ?? place;
        node = pair.value;
      } else if (isSeq(node)) {
        const item = node.items[Number(step)] as Node | undefined;
        place = item?.range?.[0] ?? place;
        node = item;
      }
    });
    return at(place);
  };
  return {
    source: {
      data: document!.toJS({ maxAliasCount: 0 }),
      position: (path) => find(path, false),
      keyPosition: (path) => find(path, true),
      problemAt,
    },
  };
}

/** A policy given as an object: its places are paths, such as `inline policy at apps[1].users`. */
export function objectSource(data: unknown, origin: string): Source {
  const position = (path: Path): Position => ({
    file: path.length === 0 ? origin : `${origin} at ${pathText(path)}`,
    line: 0,
    column: 0,
  });
  return {
    data,
    position,
    keyPosition: position,
    problemAt: ({ file }, message, remedy) => ({ message, remedy, file, line: 0, column: 0, sourceLine: "" }),
  };
}

/** `apps[1].users`. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${printable(step)}`))
    .join("");
}

/** How deep brackets nest, before a parser recurses into them. */
function flowDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth--;
  }
  return deepest;
}

function remedyFor(code: string): string {
  const remedies: Record<string, string> = {
    DUPLICATE_KEY: "keep one of the two",
    TAB_AS_INDENT: "indent with spaces",
    BAD_ALIAS: "write the value out",
  };
  return remedies[code] ?? "mend the YAML";
}
