import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { ScriptError } from "../scriptError.ts";

/** A holder that has not touched its lock for this long is dead; it touches it every 5 s. */
const staleMs = 30_000;

/**
 * Runs `work` while holding the lock of a Pulumi home folder, which is created when it is not there.
 * A second process calls `onWait` once and waits its turn; the lock of a dead process is taken over.
 * Throws ScriptError when the folder cannot be written to.
 */
export async function withLock<T>(
  home: string,
  work: () => Promise<T>,
  onWait: () => void,
  signal?: AbortSignal,
): Promise<T> {
  const release = await acquire(home, onWait, signal);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(home: string, onWait: () => void, signal?: AbortSignal): Promise<() => Promise<void>> {
  const versions = join(home, "versions");
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    try {
      mkdirSync(versions, { recursive: true });
      return await lock(versions, {
        lockfilePath: join(versions, ".installing.lock"),
        stale: staleMs,
        update: 5_000,
        // A machine that slept may have lost its turn. Both then install the same files, each in its
        // own staging folder, so there is nothing to stop for.
        onCompromised: () => {},
      });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "ELOCKED") {
        throw new ScriptError(
          `Cannot write to the Pulumi home folder ${home} (${code ?? message}). ` +
            "Make it writable, or set PULUMI_HOME to a folder that is.",
        );
      }
      if (!told) onWait();
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
