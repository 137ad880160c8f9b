import type { WatchEvent } from "../event.ts";

/**
 * Where events go. `send` is one try: it throws a RefusedError for what will never be taken, a LaterError or a UserError for what may
 * be later, and gives up where the signal says so.
 */
export interface Sink {
  readonly name: string;
  send(event: WatchEvent, signal: AbortSignal): Promise<void>;
}

/** The sink will not take this event, however often it is asked. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/** The sink does not take this event now. */
export class LaterError extends Error {
  override name = "LaterError";
  /** How long it asks to be left alone, in milliseconds; null where it does not say. */
  readonly waitMs: number | null;

  constructor(cause: Error, waitMs: number | null) {
    super(cause.message, { cause });
    this.waitMs = waitMs;
  }
}
