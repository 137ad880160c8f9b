import { type Document, type ToStringOptions, visit } from "yaml";
import { escapeUnseen } from "../../printable.ts";
import { escaped } from "../hidden.ts";

/** A document as YAML in which nothing is hidden: what a reader would not see of an org's names stands as an escape. */
export function yamlText(document: Document, lineWidth: number, more: ToStringOptions = {}): string {
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && /\n/.test(escapeUnseen(node.value, () => "\n")))
        node.type = "QUOTE_DOUBLE";
    },
  });
  return escapeUnseen(
    document.toString({ lineWidth, doubleQuotedMinMultiLineLength: Infinity, ...more }),
    escaped,
  );
}
