import { Document, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar, visit } from "yaml";

export type Path = readonly (string | number)[];
/** Where a value of a policy stands: in which of its files, under which keys. */
export interface Place {
  readonly file: string;
  readonly path: Path;
}

/** An object as a YAML file, and the line of each of its keys and entries. */
export class Written {
  readonly text: string;
  readonly #lines = new Map<string, number>();

  constructor(value: unknown) {
    this.text = asYaml(value);
    const counter = new LineCounter();
    const document = parseDocument(this.text, { lineCounter: counter });
    const walk = (node: unknown, path: Path): void => {
      if (isMap(node))
        for (const { key, value } of node.items) {
          const below = [...path, isScalar(key) ? String(key.value) : ""];
          if (isScalar(key)) this.#note(below, counter.linePos(key.range![0]).line);
          walk(value, below);
        }
      if (isSeq(node))
        node.items.forEach((item, i) => {
          const { range } = item as { range?: [number, number, number] };
          this.#note([...path, i], counter.linePos(range![0]).line);
          walk(item, [...path, i]);
        });
    };
    walk(document.contents, []);
  }

  line(path: Path): number {
    return this.#lines.get(JSON.stringify(path)) ?? 0;
  }

  #note(path: Path, line: number): void {
    this.#lines.set(JSON.stringify(path), line);
  }
}

/** What nobody sees is written as an escape. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu;

function asYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && node.value.search(UNSEEN) >= 0) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return document.toString({ lineWidth: 0 }).replace(UNSEEN, escaped);
}
