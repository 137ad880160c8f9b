import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { lock } from "proper-lockfile";
import { ROOT } from "./tarballs.ts";

const HERE = path.join(import.meta.dirname, "oldest");
const CACHE = path.join(ROOT, "node_modules/.cache/oldest-node");
const { optionalDependencies } = JSON.parse(readFileSync(path.join(HERE, "package.json"), "utf8"));
const isWindows = process.platform === "win32";
const RUNTIME = `node-${isWindows ? "win" : process.platform}-${process.arch}`;

/** The version of the oldest Node that runs the published packages, as in "22.12.0"; undefined where npm has none for this platform. */
export const OLDEST: string | undefined = optionalDependencies[RUNTIME];

/**
 * The folder of that Node's program, which npm installs by a lock file of its own (oldest/): whoever checks the project out does not need it.
 * @throws where npm cannot fetch it
 */
export async function oldestNode(): Promise<string> {
  if (OLDEST === undefined) throw new Error(`npm has no Node of that age for ${RUNTIME}`);
  const home = path.join(CACHE, OLDEST);
  const bin = path.join(home, "node_modules", RUNTIME, "bin");
  mkdirSync(CACHE, { recursive: true });
  const release = await lock(CACHE, { retries: { retries: 600, factor: 1, minTimeout: 500 } });
  try {
    if (!existsSync(bin)) {
      const made = path.join(CACHE, "new");
      rmSync(made, { recursive: true, force: true });
      cpSync(HERE, made, { recursive: true });
      await promisify(execFile)("npm", ["ci", "--silent", "--no-bin-links"], { cwd: made });
      rmSync(home, { recursive: true, force: true });
      renameSync(made, home);
    }
  } finally {
    await release();
  }
  return bin;
}
