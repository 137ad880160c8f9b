/** `npm run schema`: writes the JSON Schemas of the policy and of plan files from their sources. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SCHEMAS } from "../src/cli/schema.ts";

const folder = path.resolve(import.meta.dirname, "../schema");
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(SCHEMAS))
  writeFileSync(path.join(folder, `${name}.schema.json`), text);
