import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
const LOCAL_ORG = "salesforce-local-org";
const run = promisify(execFile);

/** A copy of the checkout in which to build, and a folder in which both packages are unpacked. */
let scratch: string;
let checkout: string;
const files: Record<string, string[]> = {};
beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-packed-"));
  checkout = path.join(scratch, "checkout");
  for (const file of await tracked(
    "src",
    "bin",
    "man",
    "schema",
    "policy",
    "packages",
    "*.json",
    "*.md",
    "LICENSE",
  ))
    cpSync(path.join(ROOT, file), path.join(checkout, file));
  installInto(checkout);
  symlinkSync(path.join(checkout, "packages/local-org"), path.join(checkout, "node_modules", LOCAL_ORG));
  // What an earlier build left behind is in no tarball.
  for (const folder of [checkout, path.join(checkout, "packages/local-org")]) {
    mkdirSync(path.join(folder, "dist"));
    writeFileSync(path.join(folder, "dist/gone.js"), "");
  }
  // The product's own build makes both packages.
  await pack("sanctioned", ".");
  await pack(LOCAL_ORG, "packages/local-org", "--ignore-scripts");
}, 180_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function tracked(...patterns: string[]): Promise<string[]> {
  const { stdout } = await run("git", ["ls-files", "-z", ...patterns], { cwd: ROOT });
  return stdout.split("\0").filter((name) => name !== "");
}

/** Gives a folder the checkout's installed packages, but for those of the checkout itself. */
function installInto(folder: string): void {
  const from = path.join(ROOT, "node_modules");
  const to = path.join(folder, "node_modules");
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    if (name !== LOCAL_ORG && name !== ".cache") symlinkSync(path.join(from, name), path.join(to, name));
}

/** Packs a package of the copy, notes what its tarball holds, and unpacks it. */
async function pack(name: string, folder: string, ...options: string[]): Promise<void> {
  const { stdout } = await run(
    "npm",
    ["pack", "--json", "--foreground-scripts=false", "--pack-destination", scratch, ...options],
    { cwd: path.join(checkout, folder) },
  );
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n")));
  files[name] = packed.files.map((file: { path: string }) => file.path).sort();
  mkdirSync(path.join(scratch, name));
  await run("tar", ["-xzf", path.join(scratch, packed.filename), "-C", path.join(scratch, name)]);
}

/** What a build makes of the sources below a folder. */
async function built(source: string): Promise<string[]> {
  const sources = await tracked(`${source}/*.ts`, `:!${source}/*.d.ts`, `:!${source}/report/html/page/*`);
  return sources
    .map((file) => file.slice(source.length + 1).replace(/\.ts$/, ""))
    .flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]);
}

/** A project that has installed packages, from their tarballs. */
function projectWith(...names: string[]): string {
  const home = mkdtempSync(path.join(scratch, "project-"));
  installInto(home);
  for (const name of names)
    cpSync(path.join(scratch, name, "package"), path.join(home, "node_modules", name), { recursive: true });
  return home;
}

describe("the tarball", () => {
  it("of the product holds what is built from src, and nothing of the local org", async () => {
    const own = (await tracked("bin", "man", "schema", "policy")).concat("README.md", "package.json");
    const licence = await tracked("LICENSE");
    expect(files.sanctioned).toEqual([...own, ...licence, ...(await built("src"))].sort());
  });

  it("of the local org is complete, with its licence", async () => {
    const own = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
    const bin = ["entry.cjs", "index.js", "local-org.js", "orgs.js"].map((name) => `bin/${name}`);
    expect(files[LOCAL_ORG]).toEqual([...own, ...bin, ...(await built("packages/local-org/src"))].sort());
  });
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
