import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  CREATE,
  installInto,
  LOCAL_ORG,
  packTarballs,
  type Tarballs,
  tracked,
} from "../../scripts/consumers/tarballs.ts";
import { declaredErrors } from "../../scripts/errorsPage.ts";

const run = promisify(execFile);

let scratch: string;
let packed: Tarballs;
beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-installed-"));
  packed = await packTarballs();
}, 180_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What a build makes of the sources below a folder. */
async function built(source: string): Promise<string[]> {
  const isLocalOrg = source !== "src";
  const sources = await tracked(`${source}/*.ts`, `:!${source}/*.d.ts`, `:!${source}/report/html/page/*`);
  return sources
    .map((file) => file.slice(source.length + 1).replace(/\.ts$/, ""))
    .flatMap((name) => (isLocalOrg ? [`dist/${name}.d.ts`, `dist/${name}.js`] : [`dist/${name}.js`]));
}

/** A project that has installed packages, from their tarballs. */
function projectWith(...names: (keyof Tarballs)[]): string {
  const home = mkdtempSync(path.join(scratch, "project-"));
  installInto(home);
  for (const name of names)
    cpSync(packed[name].folder, path.join(home, "node_modules", name), { recursive: true });
  return home;
}

describe("the tarball", () => {
  it("of the product holds what is built from src, and nothing of the local org", async () => {
    const own = (await tracked("bin", "man", "plugin", "schema", "policy", "templates", "docs/*.md")).concat(
      "README.md",
      "action.yml",
      "package.json",
    );
    const licence = await tracked("LICENSE");
    const types = [
      "index.d.ts",
      "package.json",
      "policyOutputs.d.ts",
      "program.d.ts",
      "resource.d.ts",
      "salesforceOrg.d.ts",
    ].map((name) => `dist/types/${name}`);
    expect(packed.sanctioned.files).toEqual([...own, ...licence, ...types, ...(await built("src"))].sort());
  });

  it("of the local org is complete, with its licence", async () => {
    const own = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
    const bin = ["entry.cjs", "index.js", "local-org.js", "orgs.js"].map((name) => `bin/${name}`);
    expect(packed[LOCAL_ORG].files).toEqual(
      [...own, ...bin, ...(await built("packages/local-org/src"))].sort(),
    );
  });
});

it("npm create sanctioned is the `new` of the very version that it depends on", () => {
  const manifest = (folder: string) => JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const [create, own] = [manifest(packed[CREATE].folder), manifest(packed.sanctioned.folder)];
  expect([create.version, create.dependencies, create.engines]).toEqual([
    own.version,
    { sanctioned: own.version },
    own.engines,
  ]);
  expect(packed[CREATE].files).toEqual(["LICENSE", "README.md", "create.js", "package.json"]);
});

describe("sanctioned simulator, as installed", () => {
  const simulator = (home: string) => [
    path.join(home, "node_modules/sanctioned/bin/sanctioned.js"),
    "simulator",
  ];

  it("says what to install where the local org is not", async () => {
    const failed = await run(process.execPath, simulator(projectWith("sanctioned"))).catch((error) => error);
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toMatch(
      /^The local org .* is not installed.*npm install --save-dev salesforce-local-org/,
    );
    expect(failed.stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("starts the local org beside it", async () => {
    const child = spawn(process.execPath, simulator(projectWith("sanctioned", LOCAL_ORG)));
    onTestFinished(() => void child.kill("SIGKILL"));
    const [text] = await once(child.stdout.setEncoding("utf8"), "data");
    expect(text).toMatch(
      /^Dieppe Trading, a local org that answers like Salesforce, is at http:\/\/127\.0\.0\.1:\d+ /,
    );
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

describe("what a newcomer meets who has installed the package, in a folder of their own", () => {
  const verb = (home: string, ...args: string[]) =>
    run(process.execPath, [path.join(home, "node_modules/sanctioned/bin/sanctioned.js"), ...args], {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, NO_COLOR: "1" },
    }).catch((error) => error);

  it("names no page that is not there, and nothing that only a checkout has", async () => {
    const texts = (await declaredErrors()).map(({ shown }) => shown);
    const home = projectWith("sanctioned");
    const { stdout: help } = await verb(home, "--help");
    const said = [...texts, help].join("\n");
    const pages = new Set(said.match(/docs\/[\w-]+\.md/g));
    expect(pages.size).toBeGreaterThan(5);
    expect([...pages].filter((page) => !packed.sanctioned.files.includes(page))).toEqual([]);
    expect(said).not.toMatch(/npm (ci|run)\b|\bscripts\/|packages\/local-org|the checkout/);
  });

  it("is told where the pages are, and which command comes next", async () => {
    const home = projectWith("sanctioned");
    const failed = await verb(home, "list");
    expect([failed.code, failed.stdout]).toEqual([1, ""]);
    expect(failed.stderr).toContain("see node_modules/sanctioned/docs/connecting.md.");
    expect(failed.stderr).toContain("`npx sanctioned simulator`");
    const unnamed = await verb(home, "validate");
    expect(unnamed.stderr).toMatch(/^There is no policy in the folder policy\. .*`npx sanctioned init`/);
    expect((await verb(home, "schema", "policy")).stdout).toMatch(/^\{\n/);
  });
});

it("the CLI, as installed, needs no SDK of Pulumi", async () => {
  const home = mkdtempSync(path.join(scratch, "project-"));
  installInto(home, ["@pulumi"]);
  const own = path.join(home, "node_modules/sanctioned");
  cpSync(packed.sanctioned.folder, own, { recursive: true });
  const args = [
    path.join(own, "bin/sanctioned.js"),
    "validate",
    path.join(own, "policy/dieppe-trading.yaml"),
  ];
  const { stdout } = await run(process.execPath, args, { cwd: home });
  expect(stdout).toMatch(/dieppe-trading\.yaml is valid\.$/m);
});

it("the local org, as installed, needs nothing of the product", async () => {
  const home = projectWith(LOCAL_ORG);
  const program = `
    import { startLocalOrg } from "${LOCAL_ORG}";
    import { smallOrg } from "${LOCAL_ORG}/orgs";
    const org = await startLocalOrg({ org: smallOrg() });
    console.log((await fetch(org.url + "/services/data")).status);
    await org.close();`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { cwd: home });
  expect(stdout).toBe("200\n");
});
