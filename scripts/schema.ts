/** `npm run schema`: writes the policy's JSON Schema from its source. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PolicySchema } from "../src/policy/schema.ts";

const folder = path.resolve(import.meta.dirname, "../schema");
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, "policy.schema.json"), `${JSON.stringify(PolicySchema, null, 2)}\n`);
