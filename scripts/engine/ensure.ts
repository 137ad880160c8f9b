import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ScriptError } from "../scriptError.ts";
import { build } from "./build.ts";
import { download, type Releases } from "./download.ts";
import { installFolder, moveIntoPlace, withStaging } from "./install.ts";
import { withLock } from "./lock.ts";
import { pinnedVersion } from "./pin.ts";
import { type Found, findInFolder, findOnPath, programs } from "./programs.ts";
import { type Progress, progressOn } from "./progress.ts";

/** How the engine came to be there: found on the PATH, installed before, or installed now. */
export type Way = "path" | "installed" | "downloaded" | "built";

export interface Engine {
  /**
   * The `pulumi` program. Run it by this path, with node_modules/.bin first on the PATH: putting its
   * folder first could bring the system's own, older `node` to the front.
   */
  bin: string;
  way: Way;
}

export interface EnsureEngineOptions {
  /** The Pulumi home folder; by default PULUMI_HOME, else ~/.pulumi. */
  home?: string;
  /** The environment whose PATH is searched and in which programs run; by default this process's. */
  env?: NodeJS.ProcessEnv;
  /** By default lines on stderr, with a progress bar where that is a terminal. */
  progress?: Progress;
  /** By default Pulumi's. */
  releases?: Releases;
  /** Stops the installation. Without one, SIGINT and SIGTERM stop it cleanly and then end the process. */
  signal?: AbortSignal;
}

/**
 * Finds the Pulumi engine or installs it, and says which way it took: a recent `pulumi` on the PATH;
 * the folder where `npx pulumi` looks; the released archive, held against its pinned checksum; a build with Go, which holds its
 * modules against go.sum. `npx pulumi` would otherwise fetch a script and run it, whatever it says.
 * Throws one ScriptError that names every way and what it lacked.
 */
export async function ensureEngine(options: EnsureEngineOptions = {}): Promise<Engine> {
  return untilStopped(options.signal, (signal) => find(options, signal));
}

/**
 * Runs an installation, which `given` stops; without one SIGINT and SIGTERM do, cleanly, and then end the process.
 */
export async function untilStopped<T>(
  given: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (given) return work(given);
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    received = signal;
    controller.abort(new ScriptError(`The installation of the Pulumi engine was stopped (${signal}).`));
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    // Everything is cleaned up now; the signal itself is for whoever else listens, or ends the process.
    if (received) process.kill(process.pid, received);
  }
}

async function find(options: EnsureEngineOptions, signal: AbortSignal): Promise<Engine> {
  const { env, home, progress } = machineOf(options);
  const version = pinnedVersion();

  const target = installFolder(home, version);

  const onPath = await findOnPath(env, version, signal);
  if ("bin" in onPath) {
    if (dirname(onPath.bin) === target) return { bin: onPath.bin, way: "installed" };
    progress.say(`using ${onPath.bin} from the PATH (\`npx pulumi\` would download its own: run \`pulumi\`)`);
    return { bin: onPath.bin, way: "path" };
  }
  const installed = async (): Promise<Engine | undefined> => {
    const found = await findInFolder(target, env, version, signal);
    return "bin" in found ? { bin: found.bin, way: "installed" } : undefined;
  };
  const already = await installed();
  if (already) return already;

  const work = async () => {
    // Whoever held the lock before may have been installing exactly this.
    const meanwhile = await installed();
    if (meanwhile) return meanwhile;
    return withStaging(home, async (staging): Promise<Engine> => {
      const place = (found: { bin: string }, way: Way): Engine => {
        moveIntoPlace(dirname(found.bin), target, staging);
        progress.say(`${way} the Pulumi engine ${version}, now in ${target}`);
        return { bin: join(target, programs.engine), way };
      };
      const downloaded = await download(staging, version, env, progress, options.releases, signal);
      if ("bin" in downloaded) return place(downloaded, "downloaded");
      progress.say(`no download: ${downloaded.lacked}`);
      const built = await build(staging, version, env, progress, signal);
      if ("bin" in built) return place(built, "built");
      throw noWay(version, { onPath, downloaded, built });
    });
  };
  const waiting = () => progress.say("another process is installing the Pulumi engine; waiting for it");
  return withLock(home, work, waiting, signal);
}

/** The options with what holds where nothing is said. */
export function machineOf(options: EnsureEngineOptions): {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly progress: Progress;
} {
  const env = options.env ?? process.env;
  return {
    env,
    home: resolve(options.home ?? (env.PULUMI_HOME || join(homedir(), ".pulumi"))),
    progress: options.progress ?? progressOn(process.stderr),
  };
}

function noWay(version: string, tried: Record<"onPath" | "downloaded" | "built", Found>): ScriptError {
  const lacked = (found: Found) => ("lacked" in found ? found.lacked : "");
  return new ScriptError(
    [
      `The Pulumi engine ${version} is not there, and none of the three ways to it works:`,
      `  1. A pulumi on the PATH: ${lacked(tried.onPath)}.`,
      `  2. The release that Pulumi publishes: ${lacked(tried.downloaded)}.`,
      `  3. A build with Go: ${lacked(tried.built)}.`,
      "Make one of them work and run `npm run engine` again.",
    ].join("\n"),
  );
}
