import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compilePrograms } from "../../scripts/consumers/compile.ts";
import { consumersFolder } from "../../scripts/consumers/folder.ts";
import { ROOT } from "../../scripts/consumers/tarballs.ts";

let folder: string;
beforeAll(async () => {
  folder = await consumersFolder();
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm run consumers` compiles with those between them too. */
it.each([
  ["3.8.3", "@pulumi/pulumi/vendor/typescript@3.8.3/typescript.js"],
  ["6.0.3", "typescript/lib/typescript.js"],
])("programs compile against the package with TypeScript %s, and a wrong one does not", (version, file) => {
  const compiled = compilePrograms(folder, path.join(ROOT, "node_modules", file));
  expect(compiled).toEqual({ version, wrong: [] });
});
