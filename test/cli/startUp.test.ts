import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const MAIN = path.resolve(import.meta.dirname, "../../src/cli/main.ts");

/** Prints at the end which packages were loaded, each once. */
const HOOK = `
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});
process.on("exit", () => process.stderr.write(JSON.stringify([...loaded])));
`;

function packagesOf(...args: string[]): string[] {
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const { stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--import", hook, MAIN, ...args],
    {
      encoding: "utf8",
    },
  );
  return (JSON.parse(stderr) as string[]).sort();
}

it("help loads no client, no schema's library and nothing else that only a run needs", () => {
  expect(packagesOf("--help")).toEqual([
    "ajv",
    "ansi-regex",
    "cli-progress",
    "commander",
    "csv-stringify",
    "emoji-regex",
    "fast-deep-equal",
    "fast-uri",
    "get-east-asian-width",
    "is-fullwidth-code-point",
    "json-schema-traverse",
    "node-sarif-builder",
    "p-limit",
    "picocolors",
    "sax",
    "string-width",
    "strip-ansi",
    "xml2js",
    "xmlbuilder",
    "yaml",
    "yocto-queue",
  ]);
});
