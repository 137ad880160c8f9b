import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join, sep } from "node:path";
import { isRecentEnough } from "./pin.ts";
import { run } from "./run.ts";

const suffix = process.platform === "win32" ? ".exe" : "";

/** The program that runs programs of a language: Pulumi's releases bring that of each. */
export const hostOf = (language: string) => `pulumi-language-${language}${suffix}`;

/** The programs that make up an engine: the CLI, the Node language host and the dynamic provider. */
export const programs = {
  engine: `pulumi${suffix}`,
  languageHost: hostOf("nodejs"),
  dynamicProvider: `pulumi-resource-pulumi-nodejs${process.platform === "win32" ? ".cmd" : ""}`,
} as const;

/** Found, with the full path of the `pulumi` program; or not, and what was lacking. */
export type Found = { bin: string } | { lacked: string };

/** Long enough for a slow disk, short enough that a broken program cannot hang the set-up. */
const versionTimeoutMs = 30_000;

/**
 * The first `pulumi` on the PATH that is recent enough and has its helpers beside it or on the PATH.
 * npm's wrapper of the same name is skipped: it holds no engine and would download one.
 */
export async function findOnPath(
  env: NodeJS.ProcessEnv,
  version: string,
  signal?: AbortSignal,
): Promise<Found> {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const lacking: string[] = [];
  for (const folder of folders) {
    const bin = join(folder, programs.engine);
    if (!isExecutable(bin) || isNpmWrapper(bin)) continue;
    const missing = [programs.languageHost, programs.dynamicProvider].filter(
      (name) => ![dirname(realpathSync(bin)), ...folders].some((place) => isExecutable(join(place, name))),
    );
    const found = await versionOf(bin, env, signal);
    if (found === undefined) lacking.push(`${bin} does not tell its version`);
    else if (!isRecentEnough(found, version))
      lacking.push(`${bin} is ${found}, not ${version} or a later 3.x`);
    else if (missing.length > 0) lacking.push(`${bin} comes without ${missing.join(" and ")}`);
    else return { bin };
  }
  return { lacked: lacking.length > 0 ? lacking.join("; ") : "there is no pulumi on the PATH" };
}

/**
 * The engine in a folder of programs, when all of them are there and the engine really starts and is
 * of exactly this version: a truncated file or one for another processor is not an engine.
 */
export async function findInFolder(
  folder: string,
  env: NodeJS.ProcessEnv,
  version: string,
  signal?: AbortSignal,
): Promise<Found> {
  for (const name of Object.values(programs)) {
    if (!isExecutable(join(folder, name))) return { lacked: `${join(folder, name)} is not there` };
  }
  const bin = join(folder, programs.engine);
  const found = await versionOf(bin, env, signal);
  if (found === undefined) return { lacked: `${bin} does not start` };
  return found === `v${version}` ? { bin } : { lacked: `${bin} is ${found}, not v${version}` };
}

async function versionOf(
  bin: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const quiet = { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  try {
    const result = await run(bin, ["version"], { env: quiet, signal, timeoutMs: versionTimeoutMs });
    return result.code === 0 ? result.stdout.trim() : undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    const stat = statSync(file);
    return stat.isFile() && stat.size > 0;
  } catch {
    return false;
  }
}

function isNpmWrapper(bin: string): boolean {
  const real = realpathSync(bin);
  return basename(real) === "run.js" || [bin, real].some((path) => path.split(sep).includes("node_modules"));
}
