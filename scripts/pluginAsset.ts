/**
 * `npm run plugin-asset -- --out FOLDER`: writes the archives of a release from which Pulumi installs the provider plugin, one for each
 * system. In each is the same program, bundled into one file, so that it starts where there is Node and nothing else.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { VERSION } from "../src/run/version.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

/** As Pulumi names them (`PluginDescriptor.Download` in sdk/go/common/workspace/plugins.go, v3.259.0). */
const SYSTEMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64"] as const;

/** How a module loads what is no ES module. In a bundle that is part of it. */
const REQUIRE = /^const require = createRequire\(import\.meta\.url\);$/m;
const REQUIRE_AT_ONCE = "createRequire(import.meta.url)(";

const SHELL = `#!/bin/sh
if ! command -v node >/dev/null; then
  echo "sanctioned needs Node 22.12 or later, and there is no node on PATH. Install a current Node." >&2
  exit 1
fi
exec node "$(dirname -- "$0")/pulumi-resource-sanctioned.cjs" "$@"
`;
const CMD = '@node "%~dp0pulumi-resource-sanctioned.cjs" %*\r\n';

/** Written for every Node since 14.18. */
const START = `"use strict";
const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 12)) import("./plugin.mjs");
else {
  console.error("sanctioned needs Node 22.12 or later; this is " + process.version + ". Put a current Node first on PATH.");
  process.exitCode = 1;
}
`;

/** Writes the archives into a folder. @returns their files */
async function writeArchives(out: string, systems: readonly string[]): Promise<string[]> {
  const { code, packages } = await bundle();
  const scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-asset-"));
  try {
    const shared = {
      "plugin.mjs": code,
      "pulumi-resource-sanctioned.cjs": START,
      LICENSE: readFileSync(path.join(ROOT, "LICENSE"), "utf8"),
      "THIRD-PARTY-LICENSES": packages.map(licenceOf).join("\n"),
    };
    return systems.map((system) => archive(out, scratch, system, shared));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function archive(
  out: string,
  scratch: string,
  system: string,
  shared: Readonly<Record<string, string>>,
): string {
  const folder = path.join(scratch, system);
  mkdirSync(folder);
  const command = "pulumi-resource-sanctioned";
  const starter = system.startsWith("windows") ? { [`${command}.cmd`]: CMD } : { [command]: SHELL };
  for (const [name, text] of Object.entries({ ...shared, ...starter }))
    writeFileSync(path.join(folder, name), text);
  for (const name of Object.keys(starter)) chmodSync(path.join(folder, name), 0o755);
  mkdirSync(out, { recursive: true });
  const file = path.join(path.resolve(out), `${command}-v${VERSION}-${system}.tar.gz`);
  const { status, stderr } = spawnSync("tar", ["-czf", file, "-C", folder, ...readdirSync(folder)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  return file;
}

/** The plugin as one ES module, and the folders of the packages that went into it. */
async function bundle(): Promise<{ code: string; packages: string[] }> {
  const built = await rolldown({
    input: path.join(ROOT, "src/plugin/main.ts"),
    platform: "node",
    plugins: [
      {
        name: "require",
        transform: (text) =>
          text.includes(REQUIRE_AT_ONCE) || REQUIRE.test(text)
            ? { code: text.replace(REQUIRE, "").replaceAll(REQUIRE_AT_ONCE, "require("), map: null }
            : null,
      },
    ],
  });
  const { output } = await built.generate({ format: "esm", codeSplitting: false });
  await built.close();
  const { code, moduleIds } = output[0];
  const folders = moduleIds.flatMap(
    (id) => /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1] ?? [],
  );
  return { code, packages: [...new Set(folders)].sort() };
}

/** What a package says of its licence, and the text that it comes with. */
function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? "" : readFileSync(path.join(folder, file), "utf8");
  return `==== ${name} ${version}: ${JSON.stringify(license)}\n\n${text}`;
}

const { values } = parseArgs({
  options: { out: { type: "string" }, system: { type: "string", multiple: true } },
});
if (values.out === undefined || existsSync(path.join(values.out, "package.json")))
  throw new Error("name the folder for the archives: npm run plugin-asset -- --out FOLDER");
for (const file of await writeArchives(values.out, values.system ?? SYSTEMS)) console.log(file);
