import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify } from "yaml";

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
    this.text = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
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
