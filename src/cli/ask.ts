import { createInterface } from "node:readline/promises";

/** Whether somebody sits at this terminal who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI;
}

/**
 * Asks until the answer is one. Nothing typed is the default.
 * @param taken what an answer means; it throws an error with a message where it is none
 */
export async function ask<T>(question: string, otherwise: string, taken: (answer: string) => T): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await terminal.question(`${question} [${otherwise || "none"}]: `)).trim() || otherwise;
      try {
        return taken(answer);
      } catch (error) {
        if (!(error instanceof Error) || !("remedy" in error)) throw error;
        process.stderr.write(`${error.message}\n`);
      }
    }
  } finally {
    terminal.close();
  }
}
