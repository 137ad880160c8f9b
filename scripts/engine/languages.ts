import { createHash } from "node:crypto";
import { readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ScriptError } from "../scriptError.ts";
import { buildModules, type GoModule } from "./build.ts";
import { type EnsureEngineOptions, ensureEngine, machineOf, untilStopped } from "./ensure.ts";
import { withStaging } from "./install.ts";
import { withLock } from "./lock.ts";
import { checkout, pinnedVersion } from "./pin.ts";
import { hostOf, isExecutable } from "./programs.ts";

/**
 * The languages whose host can be built from the Go module proxy, each pinned by a module of engine/. The host of Go lives in
 * a module that the proxy does not have since sdk v3.67: the last one that is part of the SDK serves the engine as well, but
 * it generates no SDKs.
 */
const sources = {
  yaml: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
  go: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go",
} as const;

export type Language = keyof typeof sources;
export const languages = Object.keys(sources) as Language[];

/**
 * Makes the engine able to run programs of these languages. Pulumi's releases can by themselves; beside an engine that was built
 * here, the hosts that it lacks are built too, and again when their pins change. Throws ScriptError where that cannot be.
 * @returns the path of `pulumi`
 */
export async function ensureLanguages(
  wanted: readonly Language[],
  options: EnsureEngineOptions = {},
): Promise<string> {
  return untilStopped(options.signal, async (signal) => {
    const { bin, way } = await ensureEngine({ ...options, signal });
    const { env, home, progress } = machineOf(options);
    const folder = dirname(realpathSync(bin));
    const lacking = () => wanted.filter((language) => !has(folder, language, env)).map(moduleOf);
    const [first] = lacking();
    if (first === undefined) return bin;
    // Somebody else's engine is left as it is.
    if (way === "path")
      throw new ScriptError(`${bin} comes without ${first.program}. Put one beside it, or on the PATH.`);
    const waiting = () => progress.say("another process is installing; waiting for it");
    const work = () =>
      withStaging(home, async (staging) => {
        // Whoever held the lock before may have built exactly these.
        const [one, ...more] = lacking();
        if (one === undefined) return;
        const modules = [one, ...more] as const;
        const what = modules.map(({ program }) => program).join(" and ");
        const failure = await buildModules(modules, what, staging, pinnedVersion(), progress, {
          env,
          signal,
        });
        if (failure !== undefined)
          throw new ScriptError(`${what} is not there, and cannot be built: ${failure}`);
        for (const module of modules) {
          renameSync(join(staging, module.program), join(folder, module.program));
          writeFileSync(pinFile(folder, module), pinOf(module));
        }
      });
    await withLock(home, work, waiting, signal);
    return bin;
  });
}

/** Is the host of a language beside the engine or on the PATH, and not one that was built here from another pin? */
function has(folder: string, language: Language, env: NodeJS.ProcessEnv): boolean {
  const module = moduleOf(language);
  if (isExecutable(join(folder, module.program))) return isUpToDate(folder, module);
  const elsewhere = (env.PATH ?? "").split(delimiter).filter((place) => place !== "");
  return elsewhere.some((place) => isExecutable(join(place, module.program)));
}

/** A host without such a file beside it is one that Pulumi released. */
function isUpToDate(folder: string, module: GoModule): boolean {
  try {
    return readFileSync(pinFile(folder, module), "utf8") === pinOf(module);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return true;
  }
}

const pinFile = (folder: string, { program }: GoModule) => join(folder, `${program}.pin`);

/** What a host was built from: the SHA-256 of its module's two files. */
function pinOf({ folder }: GoModule): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}

function moduleOf(language: Language): GoModule {
  return {
    folder: `${checkout}engine/language-${language}`,
    program: hostOf(language),
    source: sources[language],
  };
}
