#!/usr/bin/env node
// `npm create sanctioned FOLDER` is `sanctioned new FOLDER`, of the version that this package depends on.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

process.argv.splice(2, 0, "new");
const folder = dirname(createRequire(import.meta.url).resolve("sanctioned/package.json"));
await import(pathToFileURL(join(folder, "bin", "sanctioned.js")).href);
