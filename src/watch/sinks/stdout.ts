import { shownJson } from "../../printable.ts";
import { watchErrors } from "../errors.ts";
import type { Sink } from "./sink.ts";

/** One JSON line for each event. @param write calls back when the line was taken, with the error where it was not */
export function stdout(write: (text: string, taken: (error?: Error | null) => void) => void): Sink {
  return {
    name: "stdout",
    send: (event) =>
      new Promise((resolve, reject) => {
        write(`${shownJson(JSON.stringify(event))}\n`, (error) =>
          error ? reject(watchErrors["stdout-closed"]({ cause: error })) : resolve(),
        );
      }),
  };
}
