import { UserError } from "../errors.ts";
import { RefusedError, type Sink } from "./sinks/sink.ts";
import type { Memory } from "./store.ts";

/**
 * Hands each sink what it has not taken yet, in order. One that does not take it now keeps it for the next
 * time, without holding up the others.
 * @param warn told in one line of what was not delivered
 * @returns whether everything was
 */
export async function deliver(
  memory: Memory,
  sinks: readonly Sink[],
  warn: (line: string) => void,
): Promise<boolean> {
  const results = await Promise.all(sinks.map((sink) => deliverTo(memory, sink, warn)));
  return results.every((done) => done);
}

async function deliverTo(
  memory: Memory,
  { name, send }: Sink,
  warn: (line: string) => void,
): Promise<boolean> {
  let all = true;
  const waiting = memory.undelivered(name);
  for (const [i, { number, event }] of waiting.entries()) {
    try {
      await send(event);
      memory.delivered(number);
    } catch (error) {
      if (error instanceof RefusedError) {
        memory.refused(number, error.message);
        warn(`${name}: ${error.message} to the event ${event.id}, which is set aside`);
        all = false;
        continue;
      }
      if (!(error instanceof UserError)) throw error;
      warn(`${name}: ${error.message} ${waiting.length - i} to deliver; they are kept for the next time`);
      return false;
    }
  }
  return all;
}
