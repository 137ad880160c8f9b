import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * The declarations of what programs import, as a step of `npm run build`: from what the compiler wrote for src/pulumi/index.ts and
 * src/plugin/program.ts to dist/types, where compilers since 3.8 read them, as CommonJS modules, which the entries are (bin/index.cjs,
 * bin/plugin.cjs). The others go: nothing else can be imported.
 */
const dist = path.resolve(import.meta.dirname, "../dist");
const types = path.join(dist, "types");

const texts = new Map<string, string>();
collect("pulumi", "index");
collect("plugin", "program");
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" }))
  if (name.endsWith(".d.ts")) rmSync(path.join(dist, name));
mkdirSync(types);
for (const [name, text] of texts) writeFileSync(path.join(types, `${name}.d.ts`), text);
writeFileSync(path.join(types, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);

/** The compiler leaves the names of imported files as they are in src, and before 5.0 it reads none that ends in `.ts`. */
function collect(room: string, name: string): void {
  if (texts.has(name)) return;
  const text = readFileSync(path.join(dist, room, `${name}.d.ts`), "utf8");
  const imports = /from "(\.{1,2}(?:\/\w+)*)\/(\w+)\.ts"/g;
  texts.set(name, text.replaceAll(imports, 'from "./$2.js"'));
  for (const [, folder, imported] of text.matchAll(imports)) collect(path.join(room, folder!), imported!);
}
