import type { Stop } from "../stop.ts";
import { EXIT } from "./exit.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Has what is under way stop between two calls at SIGINT or SIGTERM, and the process end at once with the second.
 * @returns takes that back
 */
export function stopOnSignals(stop: Stop): () => void {
  const heed = (signal: NodeJS.Signals): void => {
    if (stop.reason !== null) process.exit(EXIT.userError);
    process.stderr.write("\nStopping between two calls; a second Ctrl-C ends it at once.\n");
    stop.ask(`it was told to end (${signal})`);
  };
  for (const signal of SIGNALS) process.on(signal, heed);
  return () => {
    for (const signal of SIGNALS) process.off(signal, heed);
  };
}
