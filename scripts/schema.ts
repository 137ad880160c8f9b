/** `npm run schema`: writes the JSON Schemas from their sources. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PUBLISHED_SCHEMAS } from "../src/cli/publishedSchemas.ts";

const folder = path.resolve(import.meta.dirname, "../schema");
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(PUBLISHED_SCHEMAS))
  writeFileSync(path.join(folder, `${name}.schema.json`), text);
