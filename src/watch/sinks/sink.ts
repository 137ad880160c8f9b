import type { WatchEvent } from "../event.ts";

/** Where events go. `send` throws a RefusedError for what will never be taken, and any other error for what may be later. */
export interface Sink {
  readonly name: string;
  send(event: WatchEvent): Promise<void>;
}

/** The sink will not take this event, now or later. */
export class RefusedError extends Error {
  override name = "RefusedError";
}
