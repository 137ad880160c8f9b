// The program of the stacks of this checkout (Pulumi.yaml). Written for every Node since 14.18: it says that a Node is too old.
import { pathToFileURL } from "node:url";
import { entry, nodeRefusal, plainError } from "./entry.cjs";

const refusal = nodeRefusal("index");
if (refusal !== null) throw plainError(refusal);

export default await import(pathToFileURL(entry("index")).href);
