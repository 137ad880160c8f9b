import { type Document, visit } from "yaml";
import { hiddenIn, withEscapes } from "../hidden.ts";

/** A document as YAML in which nothing is hidden: what a reader would not see of an org's names stands as an escape. */
export function yamlText(document: Document, lineWidth: number): string {
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && hiddenIn(node.value.replaceAll("\n", "")) !== null)
        node.type = "QUOTE_DOUBLE";
    },
  });
  return withEscapes(document.toString({ lineWidth }));
}
