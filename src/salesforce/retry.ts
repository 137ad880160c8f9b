import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";

/** A fault that may pass. `retryAfterMs` is how long the server asked to wait. */
export class TransientError extends Error {
  override name = "TransientError";
  readonly retryAfterMs: number | null;

  constructor(cause: unknown, retryAfterMs: number | null) {
    super("a fault that may pass", { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

const RETRIES = 5;
const LONGEST_WAIT_MS = 60_000;

/**
 * Runs a read again while it ends in a TransientError: exponential back-off with full jitter, or as
 * long as the server asks. After the last try the cause is thrown. For reads only.
 */
export async function retryReads<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await pRetry(read, {
      retries: RETRIES,
      minTimeout: 200,
      maxTimeout: 5_000,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof TransientError,
      onFailedAttempt: async ({ error }) => {
        if (error instanceof TransientError && error.retryAfterMs !== null)
          await sleep(Math.min(error.retryAfterMs, LONGEST_WAIT_MS));
      },
    });
  } catch (error) {
    throw error instanceof TransientError ? error.cause : error;
  }
}

/** The milliseconds that a Retry-After header asks for; null where there is none that can be read. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined || header === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
