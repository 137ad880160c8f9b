/** `npm run schema`: writes the JSON Schemas, and the Pulumi package's, from their sources. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PUBLISHED_SCHEMAS } from "../src/cli/publishedSchemas.ts";
import { schemaText } from "../src/plugin/schema.ts";
import { VERSION } from "../src/run/version.ts";

const folder = path.resolve(import.meta.dirname, "../schema");
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(PUBLISHED_SCHEMAS))
  writeFileSync(path.join(folder, `${name}.schema.json`), text);
writeFileSync(path.join(folder, "pulumi-package.json"), schemaText(VERSION));
