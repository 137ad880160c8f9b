import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { lock } from "proper-lockfile";

export const ROOT = path.resolve(import.meta.dirname, "../..");
export const LOCAL_ORG = "salesforce-local-org";
export const CREATE = "create-sanctioned";

const run = promisify(execFile);
const INPUTS = [
  "src",
  "bin",
  "man",
  "plugin",
  "schema",
  "policy",
  "templates",
  "docs/*.md",
  "packages",
  "action.yml",
  "scripts/declarations.ts",
];
const CACHE = path.join(ROOT, "node_modules/.cache/packed");

/** A package as `npm pack` packs it. */
export interface Packed {
  readonly tarball: string;
  /** What the tarball holds, sorted. */
  readonly files: readonly string[];
  /** The folder in which it is unpacked. */
  readonly folder: string;
}

export type Tarballs = Readonly<Record<"sanctioned" | typeof LOCAL_ORG | typeof CREATE, Packed>>;

/** All packages of the checkout as it is now, packed by the product's own build: once for the same files, whoever asks. */
export async function packTarballs(): Promise<Tarballs> {
  const files = await tracked(...INPUTS, "*.json", "*.md", "LICENSE");
  const target = path.join(CACHE, digest(files));
  mkdirSync(CACHE, { recursive: true });
  const release = await lock(CACHE, { retries: { retries: 600, factor: 1, minTimeout: 500 } });
  try {
    if (!existsSync(target)) await packInto(target, files);
  } finally {
    await release();
  }
  return JSON.parse(readFileSync(path.join(target, "tarballs.json"), "utf8"));
}

/** The files below some paths of the checkout that git knows or would take. */
export async function tracked(...patterns: string[]): Promise<string[]> {
  const { stdout } = await run(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...patterns],
    { cwd: ROOT },
  );
  return stdout.split("\0").filter((name) => name !== "" && existsSync(path.join(ROOT, name)));
}

/** Gives a folder the checkout's installed packages, but for those of the checkout itself and those that are `left` out. */
export function installInto(folder: string, left: readonly string[] = []): void {
  const from = path.join(ROOT, "node_modules");
  const to = path.join(folder, "node_modules");
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    if (![LOCAL_ORG, ".cache", ...left].includes(name))
      symlinkSync(path.join(from, name), path.join(to, name));
}

function digest(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(ROOT, file)));
  return hash.digest("hex").slice(0, 16);
}

/** Packs all in a copy of the checkout; what was packed of it as it was before goes. */
async function packInto(target: string, files: readonly string[]): Promise<void> {
  for (const old of readdirSync(CACHE)) rmSync(path.join(CACHE, old), { recursive: true, force: true });
  const scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-packed-"));
  try {
    const checkout = path.join(scratch, "checkout");
    const made = path.join(scratch, "made");
    mkdirSync(made);
    for (const file of files) cpSync(path.join(ROOT, file), path.join(checkout, file));
    installInto(checkout);
    symlinkSync(path.join(checkout, "packages/local-org"), path.join(checkout, "node_modules", LOCAL_ORG));
    // What an earlier build left behind is in no tarball.
    for (const folder of [checkout, path.join(checkout, "packages/local-org")]) {
      mkdirSync(path.join(folder, "dist"));
      writeFileSync(path.join(folder, "dist/gone.js"), "");
    }
    const tarballs: Tarballs = {
      sanctioned: await pack("sanctioned", checkout, made, target),
      [LOCAL_ORG]: await pack(
        LOCAL_ORG,
        path.join(checkout, "packages/local-org"),
        made,
        target,
        "--ignore-scripts",
      ),
      [CREATE]: await pack(CREATE, path.join(checkout, "packages/create-sanctioned"), made, target),
    };
    writeFileSync(path.join(made, "tarballs.json"), JSON.stringify(tarballs));
    cpSync(made, `${target}.new`, { recursive: true });
    renameSync(`${target}.new`, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param made where it is packed and unpacked now @param target where both will lie */
async function pack(
  name: string,
  from: string,
  made: string,
  target: string,
  ...options: string[]
): Promise<Packed> {
  const { stdout } = await run(
    "npm",
    ["pack", "--json", "--foreground-scripts=false", "--pack-destination", made, ...options],
    { cwd: from },
  );
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n")));
  mkdirSync(path.join(made, name));
  await run("tar", ["-xzf", path.join(made, packed.filename), "-C", path.join(made, name)]);
  return {
    tarball: path.join(target, packed.filename),
    files: packed.files.map((file: { path: string }) => file.path).sort(),
    folder: path.join(target, name, "package"),
  };
}
