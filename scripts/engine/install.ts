import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const prefix = ".installing-";

/** Where the npm package `pulumi` looks for the engine (lib/cache.js in it). */
export function installFolder(home: string, version: string): string {
  return join(home, "versions", version, "bin");
}

/**
 * Runs `work` with an empty folder on the disk of the Pulumi home, and removes it afterwards. What
 * killed installations left behind goes too: the caller holds the lock, so nobody else is at work.
 */
export async function withStaging<T>(home: string, work: (staging: string) => Promise<T>): Promise<T> {
  const versions = join(home, "versions");
  for (const name of readdirSync(versions)) {
    if (name.startsWith(prefix)) rmSync(join(versions, name), { recursive: true, force: true });
  }
  const staging = mkdtempSync(join(versions, prefix));
  try {
    return await work(staging);
  } finally {
    rmSync(staging, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Puts a finished folder of programs in its place by renaming, so that no half of one is ever seen. */
export function moveIntoPlace(finished: string, target: string, staging: string): void {
  mkdirSync(dirname(target), { recursive: true });
  if (existsSync(target)) renameSync(target, join(staging, "replaced"));
  renameSync(finished, target);
}
