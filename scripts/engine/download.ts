import { join } from "node:path";
import { checkout } from "./pin.ts";
import { type Found, findInFolder } from "./programs.ts";
import type { Progress } from "./progress.ts";
import { run } from "./run.ts";

/** What the npm package `pulumi` needs for its download, and the program that does it. */
export interface Downloader {
  /** Where it fetches its installation script from. */
  url: string;
  /** The package's own launcher: a Node program that downloads the engine when it is not there yet. */
  launcher: string;
}

/** As in lib/download.js of the npm package `pulumi`. */
export const npmDownloader: Downloader = {
  url: "https://get.pulumi.com/install.sh",
  launcher: `${checkout}node_modules/pulumi/run.js`,
};

/** The launcher has no time limits of its own, so a silent firewall would hang it for minutes. */
const connectTimeoutMs = 15_000;
const downloadTimeoutMs = 10 * 60_000;

/**
 * Lets the npm package `pulumi` download the engine into `staging`, as if that were PULUMI_HOME.
 * The programs then stand in `staging`/versions/VERSION/bin.
 */
export async function download(
  staging: string,
  version: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
  downloader: Downloader = npmDownloader,
  signal?: AbortSignal,
): Promise<Found> {
  const unreachable = await probe(downloader.url, signal);
  if (unreachable !== undefined) return { lacked: unreachable };
  progress.say(`downloading the Pulumi engine ${version} (about 150 MB)`);
  const result = await run(process.execPath, [downloader.launcher, "version"], {
    env: { ...env, PULUMI_HOME: staging, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
    signal,
    timeoutMs: downloadTimeoutMs,
  });
  if (result.timedOut)
    return { lacked: `the download was not done after ${downloadTimeoutMs / 60_000} minutes` };
  const folder = join(staging, "versions", version, "bin");
  const found = await findInFolder(folder, env, version, signal);
  if ("bin" in found) return found;
  const said = result.stderr.trim().split("\n").pop();
  return {
    lacked: result.code === 0 ? `the download is not complete: ${found.lacked}` : `it failed: ${said}`,
  };
}

/** What is wrong with the address of the installation script; undefined when it answers with a script. */
async function probe(url: string, signal?: AbortSignal): Promise<string | undefined> {
  const limit = AbortSignal.timeout(connectTimeoutMs);
  const { host } = new URL(url);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
    const text = await response.text();
    if (!response.ok) return `${host} answers ${response.status}`;
    // A login page of a network is an answer too, and must not be run.
    return text.startsWith("#!") ? undefined : `${host} answers with something other than its script`;
  } catch (error) {
    if (signal?.aborted) throw error;
    if (limit.aborted) return `${host} does not answer within ${connectTimeoutMs / 1000} s`;
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    return `${host} cannot be reached (${cause?.code ?? cause?.message ?? (error as Error).message})`;
  }
}
