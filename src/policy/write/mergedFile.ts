import { Document, isNode, isSeq } from "yaml";
import { printable } from "../../printable.ts";
import { type Policy, placeText } from "../policy.ts";
import { saidValues } from "../saidValues.ts";

/**
 * A policy and the one that it extends as one, as YAML to read: behind each value stands where it comes from. What
 * could be mistaken for other text is shown as `printable` shows it.
 */
export function mergedFile(policy: Pick<Policy, "asWritten">): string {
  const document = new Document(policy.asWritten.data);
  for (const { path, at } of saidValues(policy)) {
    const node = document.getIn(path, true);
    if (isSeq(node)) node.flow = true; // an empty list, in the line of its key
    if (isNode(node)) node.comment = ` ${placeText(at)}`;
  }
  return document.toString({ lineWidth: 0 }).split("\n").map(printable).join("\n");
}
