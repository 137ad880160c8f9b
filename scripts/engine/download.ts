import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { checkout } from "./pin.ts";
import { type Found, findInFolder } from "./programs.ts";
import type { Progress } from "./progress.ts";
import { run } from "./run.ts";

/** Where released engines are, and what they have to hash to. */
export interface Releases {
  /** The address of a file of a version. */
  readonly url: (file: string, version: string) => string;
  /** Lines as sha256sum writes them. */
  readonly checksums: string;
}

/**
 * Pulumi's releases. engine/checksums.txt has the SHA-256 of each archive, as Pulumi publishes them in its Homebrew formula
 * (github.com/pulumi/homebrew-tap, Formula/pulumi.rb, "Brew formula update for Pulumi version 3.259.0").
 */
const pulumiReleases: Releases = {
  url: (file, version) => `https://github.com/pulumi/pulumi/releases/download/v${version}/${file}`,
  checksums: readFileSync(`${checkout}engine/checksums.txt`, "utf8"),
};

/** A silent firewall would otherwise hang the download for minutes. */
const connectTimeoutMs = 15_000;
const downloadTimeoutMs = 10 * 60_000;
/** The archive has about 150 MB. */
const mostBytes = 1024 ** 3;

/**
 * Downloads the released engine into `staging`. It is unpacked, and anything of it runs, only where the archive hashes to
 * what is pinned; where nothing is pinned for this platform, nothing is fetched.
 */
export async function download(
  staging: string,
  version: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
  { url, checksums }: Releases = pulumiReleases,
  signal?: AbortSignal,
): Promise<Found> {
  const file = `pulumi-v${version}-${process.platform}-${process.arch}.tar.gz`;
  const pinned = checksums
    .split("\n")
    .find((line) => line.endsWith(`  ${file}`))
    ?.slice(0, 64);
  if (pinned === undefined) return { lacked: `no checksum is pinned for ${file}, so it is not fetched` };
  const archive = join(staging, file);
  const fetched = await fetchTo(archive, url(file, version), progress, signal);
  if ("lacked" in fetched) return fetched;
  if (fetched.hash !== pinned)
    return {
      lacked: `what ${fetched.host} hands out as ${file} is not what was released (SHA-256 ${fetched.hash})`,
    };
  const folder = join(staging, "unpacked");
  mkdirSync(folder);
  const unpacked = await run("tar", ["-xzf", archive, "-C", folder], { signal });
  if (unpacked.code !== 0) return { lacked: `tar cannot unpack it: ${unpacked.stderr.trim()}` };
  const found = await findInFolder(join(folder, "pulumi"), env, version, signal);
  return "bin" in found ? found : { lacked: `the download is not complete: ${found.lacked}` };
}

/** Writes what is at an address into a file, and says what it hashes to. */
async function fetchTo(
  file: string,
  url: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<{ readonly hash: string; readonly host: string } | { readonly lacked: string }> {
  const { host } = new URL(url);
  const limit = new AbortController();
  const end = (why: string) => limit.abort(new Error(why));
  const connecting = setTimeout(end, connectTimeoutMs, `does not answer within ${connectTimeoutMs / 1000} s`);
  const whole = setTimeout(
    end,
    downloadTimeoutMs,
    `was not done after ${downloadTimeoutMs / 60_000} minutes`,
  );
  try {
    const response = await fetch(url, {
      signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
    });
    clearTimeout(connecting);
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      return { lacked: `${host} answers ${response.status}` };
    }
    progress.say("downloading the Pulumi engine (about 150 MB)");
    const hash = createHash("sha256");
    let size = 0;
    const hashing = new Transform({
      transform(part: Buffer, _encoding, done) {
        size += part.length;
        if (size > mostBytes) return done(new Error("sends more than an engine"));
        hash.update(part);
        done(null, part);
      },
    });
    await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(file));
    return { hash: hash.digest("hex"), host };
  } catch (error) {
    if (signal?.aborted) throw error;
    const { message, cause } = (limit.signal.aborted ? limit.signal.reason : error) as Error;
    const { code } = (cause ?? {}) as NodeJS.ErrnoException;
    return { lacked: code === undefined ? `${host} ${message}` : `${host} cannot be reached (${code})` };
  } finally {
    clearTimeout(connecting);
    clearTimeout(whole);
  }
}
