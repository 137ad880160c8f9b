// The package's main entry: the resource for a Pulumi program. Loaded with require, which is
// synchronous, so that CommonJS programs can load this file too.
import { createRequire } from "node:module";
import { entry } from "./entry.cjs";

export const { ConnectedUserPolicy } = createRequire(import.meta.url)(entry("pulumi/resource"));
