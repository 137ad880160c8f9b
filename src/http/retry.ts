import { setTimeout as wait } from "node:timers/promises";
import pRetry from "p-retry";
import { httpErrors } from "./errors.ts";

/** What takes a while to pass: the first wait where the server asks for none, and what to say meanwhile. */
export interface SlowFault {
  readonly firstWaitMs: number;
  /** Completes "Waiting 5 s before the next try: …". */
  readonly why: string;
}

/** A fault that may pass. `retryAfterMs` is how long the server asked to wait; the cause is what to throw in the end. */
export class TransientError extends Error {
  override name = "TransientError";
  readonly retryAfterMs: number | null;
  /** Null for one that may be over in a moment. */
  readonly slow: SlowFault | null;
  /** How long the try took that came to nothing, in milliseconds. */
  readonly spentMs: number;

  constructor(cause: unknown, retryAfterMs: number | null, slow: SlowFault | null = null, spentMs = 0) {
    super("a fault that may pass", { cause });
    this.retryAfterMs = retryAfterMs;
    this.slow = slow;
    this.spentMs = spentMs;
  }
}

/** What a retry depends on besides the fault; tests pass their own. */
export interface RetryClock {
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Told of a long wait, for whoever looks on. */
  readonly say?: (line: string) => void;
}

/** What the requests of one run share: how long they may be made to wait, all together, failed tries included. */
export interface Patience {
  leftMs: number;
  /** Until when somebody was told that it waits, as `performance.now()` has it. */
  saidUntil: number;
}

export function newPatience(): Patience {
  return { leftMs: LONGEST_WAITS_OF_RUN_MS, saidUntil: Number.NEGATIVE_INFINITY };
}

export const REAL_CLOCK: RetryClock = {
  sleep: wait,
  random: Math.random,
  say: (line) => void process.stderr.write(`${line}\n`),
};

const RETRIES = 5;
const FIRST_WAIT_MS = 250;
const LONGEST_BACKOFF_MS = 10_000;
const LONGEST_SLOW_WAIT_MS = 60_000;
/** A server that asks for more than this is not waited for. */
const LONGEST_RETRY_AFTER_MS = 120_000;
/** Nor is one that takes more than this in all, by what it asks for and by tries that come to nothing, over requests that may wait side by side. */
const LONGEST_WAITS_OF_RUN_MS = 20 * 60_000;
/** A wait that is worth a word. */
const LONG_WAIT_MS = 3_000;

/**
 * Runs a read again while it ends in a TransientError: as long as the server asks, else exponential
 * back-off with full jitter. After the last try the cause is thrown. For what changes nothing in the org.
 * @param patience of a run, whose requests share it; without it each is waited for on its own
 */
export async function retryReads<T>(
  read: () => Promise<T>,
  clock: RetryClock,
  patience: Patience = newPatience(),
): Promise<T> {
  try {
    return await pRetry(read, {
      retries: RETRIES,
      minTimeout: 0, // the waiting is done here, where Retry-After is known
      shouldRetry: ({ error }) => error instanceof TransientError,
      onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
        if (!(error instanceof TransientError)) return;
        patience.leftMs -= error.spentMs;
        if (retriesLeft === 0) return;
        if (patience.leftMs < 0) throw error.cause;
        await clock.sleep(waitFor(error, attemptNumber, clock, patience));
      },
    });
  } catch (error) {
    throw error instanceof TransientError ? error.cause : error;
  }
}

/**
 * How long to wait for a fault to pass, in milliseconds. @param attempt how often it was met, from 1
 * @throws RemoteError where the server asks for too long, or did too often; the fault's cause where the run has no patience left
 */
function waitFor(error: TransientError, attempt: number, clock: RetryClock, patience: Patience): number {
  const { retryAfterMs, slow } = error;
  if (retryAfterMs !== null) {
    if (retryAfterMs > LONGEST_RETRY_AFTER_MS || retryAfterMs > patience.leftMs)
      throw tooLong(error, retryAfterMs);
    spend(
      retryAfterMs,
      (seconds) => `The server asks to wait ${seconds} s before the next try.`,
      clock,
      patience,
    );
    return retryAfterMs;
  }
  const doubled = 2 ** (attempt - 1);
  if (slow === null) return clock.random() * Math.min(LONGEST_BACKOFF_MS, FIRST_WAIT_MS * doubled);
  // Half of it at least: a moment does not help.
  const wait = (0.5 + clock.random() / 2) * Math.min(LONGEST_SLOW_WAIT_MS, slow.firstWaitMs * doubled);
  if (wait > patience.leftMs) throw error.cause;
  spend(wait, (seconds) => `Waiting ${seconds} s before the next try: ${slow.why}.`, clock, patience);
  return wait;
}

/** Takes a wait from the run's patience, and says so where it is long and nobody was told of one as long. */
function spend(
  milliseconds: number,
  said: (seconds: number) => string,
  { say }: RetryClock,
  patience: Patience,
): void {
  patience.leftMs -= milliseconds;
  const until = performance.now() + milliseconds;
  if (milliseconds < LONG_WAIT_MS || until < patience.saidUntil + LONG_WAIT_MS) return;
  patience.saidUntil = until;
  say?.(said(Math.ceil(milliseconds / 1000)));
}

function tooLong({ cause }: TransientError, milliseconds: number): Error {
  const refusal = cause instanceof Error ? cause.message : "The server is busy.";
  return httpErrors["asked-to-wait"]({ refusal, seconds: Math.ceil(milliseconds / 1000), cause });
}

/** The milliseconds that a Retry-After header asks for; null where there is none that can be read. @param now of who answers, to hold a date against; null where it does not say */
export function retryAfterMs(header: string | undefined, now: number | null): number | null {
  if (header === undefined || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return now === null || Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** What time it is where an answer comes from, in milliseconds since the epoch; by our own clock where it does not say. */
export function timeOf(headers: Readonly<Record<string, string>>): number {
  const date = Date.parse(headers.date ?? "");
  return Number.isNaN(date) ? Date.now() : date;
}

/** How long an answer asks to wait, by its own clock and never by ours, which may be set; null where it does not. */
export function waitAskedMs(headers: Readonly<Record<string, string>>): number | null {
  const date = Date.parse(headers.date ?? "");
  return retryAfterMs(headers["retry-after"], Number.isNaN(date) ? null : date);
}
