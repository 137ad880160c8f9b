import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PUBLISHED_SCHEMAS } from "../../src/cli/publishedSchemas.ts";
import { PAGE_FILES, type Sources } from "./pages.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** What the site is made from, as the checkout has it. */
export function readSources(): Sources {
  const docs = readdirSync(path.join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`);
  const files = [...PAGE_FILES, ...docs];
  return {
    pages: Object.fromEntries(files.map((file) => [file, readFileSync(path.join(ROOT, file), "utf8")])),
    schemas: PUBLISHED_SCHEMAS,
  };
}
