import { Document, isMap, isSeq, visit } from "yaml";
import { printable, shownJson } from "../../printable.ts";
import { yamlText } from "../write/yamlText.ts";

/** A longer line is hard to review. */
const WIDEST = 100;

/** What is said beside values: which app an id is of. */
export type Notes = ReadonlyMap<string, string>;

/** How new values are written: as the file writes its own. */
export interface Style {
  /** Whether short maps and lists stand in one line. */
  readonly isTerse: boolean;
  /** Whether the file is JSON. */
  readonly isJson: boolean;
  readonly notes: Notes;
}

/** A value as the lines of a block, from column 0. */
export function blockLines(value: unknown, style: Style): string[] {
  if (!style.isTerse || typeof value !== "object" || value === null || Array.isArray(value))
    return plainLines(value, style.notes);
  return Object.entries(value).flatMap(([key, inner]) => {
    const line = `${flowText(key)}: ${flowText(inner)}`;
    const isShort = typeof inner === "object" && isScalars(inner) && line.length <= WIDEST;
    return isShort ? line : plainLines({ [key]: inner }, style.notes, value);
  });
}

/** Whether nothing in it is a list of entries, which stand in lines of their own. */
function isScalars(value: object): boolean {
  return !Array.isArray(value) || value.every((one) => typeof one !== "object");
}

function plainLines(value: unknown, notes: Notes, within: object = {}): string[] {
  const document = new Document(value);
  if (!("name" in within)) annotate(document, notes);
  return yamlText(document, 0).trimEnd().split("\n");
}

/** A value in one line, as it may stand within braces and brackets. */
export function flowText(value: unknown, isJson = false): string {
  if (isJson) return shownJson(JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map((one) => flowText(one)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, inner]) => `${flowText(key)}: ${flowText(inner)}`);
    return `{ ${pairs.join(", ")} }`;
  }
  // In a list of its own, since a text within brackets is quoted where one in a block is not.
  const document = new Document([value]);
  if (isSeq(document.contents)) document.contents.flow = true;
  return yamlText(document, 0, { flowCollectionPadding: false }).trimEnd().slice(1, -1);
}

/** Says behind the id of an app what that is called, where no name stands beside it and the line is a block's. */
function annotate(document: Document, notes: Notes): void {
  visit(document, {
    Scalar(key, node, above) {
      const note = key === "key" ? undefined : notes.get(String(node.value));
      const isNamed = above.some((one) => isMap(one) && one.has("name"));
      if (note !== undefined && !isNamed) node.comment = ` ${printable(note)}`;
    },
  });
}
