import { chmodSync, copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout, isRecentEnough } from "./pin.ts";
import { type Found, findInFolder, programs } from "./programs.ts";
import type { Progress } from "./progress.ts";
import { type RunOptions, run } from "./run.ts";

/** A Go module of engine/: it pins one program, with its go.sum. */
export interface GoModule {
  readonly folder: string;
  readonly program: string;
  /** The Go package that the program is made of. */
  readonly source: string;
}

/** What an engine has to have. */
const engineModules: readonly [GoModule, ...GoModule[]] = [
  {
    folder: `${checkout}engine/pulumi`,
    program: programs.engine,
    source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  },
  {
    folder: `${checkout}engine/language-nodejs`,
    program: programs.languageHost,
    source: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
];

const providerScript = `${checkout}node_modules/@pulumi/pulumi/${programs.dynamicProvider}`;

/**
 * Builds the engine from the Go module proxy into `staging`/bin, with the Go toolchain on the PATH.
 * The user's own settings of Go (GOPROXY, GOFLAGS, …) hold as they are.
 */
export async function build(
  staging: string,
  version: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Found> {
  const bin = join(staging, "bin");
  mkdirSync(bin);
  const what = `the Pulumi engine ${version}`;
  const failure = await buildModules(engineModules, what, bin, version, progress, { env, signal });
  if (failure !== undefined) return { lacked: failure };
  copyFileSync(providerScript, join(bin, programs.dynamicProvider));
  chmodSync(join(bin, programs.dynamicProvider), 0o755);
  return findInFolder(bin, env, version, signal);
}

/**
 * Builds programs into a folder that is there, and says first what is built. Returns what went wrong, if anything did, the
 * toolchain's own unfitness included.
 */
export async function buildModules(
  modules: readonly [GoModule, ...GoModule[]],
  what: string,
  bin: string,
  version: string,
  progress: Progress,
  options: RunOptions,
): Promise<string | undefined> {
  const unfit = await checkToolchain(modules[0], options);
  if (unfit !== undefined) return unfit;
  progress.say(`building ${what} from its Go modules; the first time takes some minutes`);
  for (const module of modules) {
    const failure = await compile(module, join(bin, module.program), version, progress, options);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/**
 * What is wrong with the Go toolchain. Asked inside the module, where a Go that may fetch a newer
 * toolchain of itself (GOTOOLCHAIN) answers with the version that it would build with.
 */
async function checkToolchain({ folder }: GoModule, options: RunOptions): Promise<string | undefined> {
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(folder, "go.mod"), "utf8"))?.[1] ?? "1.25";
  const tooOld = (what: string) => `${what}; Go ${wanted} or later is needed`;
  try {
    const result = await run("go", ["env", "GOVERSION"], { ...options, cwd: folder });
    if (result.code !== 0) return tooOld(lastLine(result.stderr));
    const found = result.stdout.trim().replace(/^go/, "");
    return isRecentEnough(found, wanted) ? undefined : tooOld(`Go here is ${found}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return tooOld("there is no go on the PATH");
    throw error;
  }
}

/** Builds one program and shows how far it is. Returns what went wrong, if anything did. */
async function compile(
  module: GoModule,
  target: string,
  version: string,
  progress: Progress,
  options: RunOptions,
): Promise<string | undefined> {
  const name = module.program;
  let fetched = 0;
  progress.start(`${name}: fetching modules`);
  const list = await run("go", ["list", "-deps", module.source], {
    ...options,
    cwd: module.folder,
    onErrorLine: (line) => {
      if (line.startsWith("go: downloading ")) progress.at(++fetched);
    },
  });
  progress.stop();
  if (list.code !== 0) return `go could not fetch the modules of ${name}: ${lastLine(list.stderr)}`;

  // Packages in Go's cache are not named by -v, so the count may end below the total.
  let compiled = 0;
  progress.start(`${name}: compiling packages`, list.stdout.trim().split("\n").length);
  const flags = ["-v", "-trimpath", "-o", target, "-ldflags", ldflags(version)];
  const result = await run("go", ["build", ...flags, module.source], {
    ...options,
    cwd: module.folder,
    onErrorLine: (line) => {
      if (/^[\w.~/-]+$/.test(line)) progress.at(++compiled);
    },
  });
  progress.stop();
  return result.code === 0 ? undefined : `go could not build ${name}: ${lastLine(result.stderr)}`;
}

/** Without symbol tables, and with the version that a release would carry. */
function ldflags(version: string): string {
  return `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").pop() ?? "";
}
