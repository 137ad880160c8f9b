import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { lock } from "proper-lockfile";
import { run } from "./engine/run.ts";
import { ScriptError } from "./scriptError.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const BY_HAND =
  "install it (Debian: `apt-get install chromium`) or set SANCTIONED_CHROMIUM to the path of a Chromium or Chrome";

export interface EnsureChromiumOptions {
  /** Whether to install Debian's package, as root, where there is none. */
  readonly mayInstall?: boolean;
  /** Called with one line before an installation. */
  readonly say?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The path of a Chromium for the tests of pages and for screenshots: SANCTIONED_CHROMIUM, else one on the
 * PATH, else Debian's package, where it may be installed and this process is root. One of several processes
 * installs.
 * @throws ScriptError that says how to install it
 */
export async function ensureChromium({
  mayInstall = false,
  say = () => {},
  env = process.env,
}: EnsureChromiumOptions = {}): Promise<string> {
  const named = env.SANCTIONED_CHROMIUM;
  if (named) {
    if (isProgram(named)) return named;
    throw new ScriptError(`SANCTIONED_CHROMIUM is ${named}, which is no program: ${BY_HAND}.`);
  }
  const found = findOnPath(env);
  if (found !== undefined) return found;
  if (!mayInstall)
    throw new ScriptError(`There is no Chromium on the PATH: run \`npm run setup\` as root, or ${BY_HAND}.`);
  return installedByOne(say, env);
}

function findOnPath({ PATH = "" }: NodeJS.ProcessEnv): string | undefined {
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

async function installedByOne(say: (line: string) => void, env: NodeJS.ProcessEnv): Promise<string> {
  if (process.getuid?.() !== 0) throw new ScriptError(`There is no Chromium on the PATH: ${BY_HAND}.`);
  const folder = join(tmpdir(), "sanctioned-chromium");
  mkdirSync(folder, { recursive: true });
  const release = await lock(folder, {
    stale: 30_000,
    update: 5_000,
    retries: { retries: 600, factor: 1, minTimeout: 1_000 },
  });
  try {
    // Whoever held the lock before may have installed it.
    return findOnPath(env) ?? (await install(say, env));
  } finally {
    await release();
  }
}

async function install(say: (line: string) => void, env: NodeJS.ProcessEnv): Promise<string> {
  say("installing Debian's package chromium");
  const quiet = { ...env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", ...args];
    const problem = await run(command[0]!, command.slice(1), { env: quiet }).then(
      ({ code, stderr }) => (code === 0 ? null : stderr.trim()),
      (error: NodeJS.ErrnoException) => error.message,
    );
    if (problem !== null)
      throw new ScriptError(
        `There is no Chromium on the PATH, and \`apt-get ${args[0]}\` failed (${problem}): ${BY_HAND}.`,
      );
  }
  const found = findOnPath(env);
  if (found === undefined)
    throw new ScriptError(`Debian's chromium was installed, but it is not on the PATH: ${BY_HAND}.`);
  return found;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
