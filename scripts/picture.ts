/** `npm run picture`: draws the direction of imports in docs/HANDBOOK.md. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withPicture } from "./imports/picture.ts";

const handbook = path.resolve(import.meta.dirname, "../docs/HANDBOOK.md");
writeFileSync(handbook, withPicture(readFileSync(handbook, "utf8")));
