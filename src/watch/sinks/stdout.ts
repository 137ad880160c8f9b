import type { Sink } from "./sink.ts";

/** One JSON line for each event. */
export function stdout(write: (text: string) => void): Sink {
  return {
    name: "stdout",
    send: async (event) => {
      write(`${JSON.stringify(event)}\n`);
    },
  };
}
