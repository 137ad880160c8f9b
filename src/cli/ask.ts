import { createInterface } from "node:readline/promises";
import { setImmediate, setTimeout } from "node:timers/promises";
import { cliErrors } from "./errors.ts";

/** Whether somebody sits at this terminal who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI;
}

/** Within which a line that was typed before has been read. */
const TYPED_MS = 50;

/** Takes nothing for an answer that was typed before it was asked for. */
export async function forgetTyped(): Promise<void> {
  const drop = (): void => undefined;
  process.stdin.on("data", drop);
  await setTimeout(TYPED_MS);
  await setImmediate(); // after a read that became due meanwhile
  process.stdin.off("data", drop).pause();
}

/** What is typed at a question; null where it was ended by Ctrl-C, Ctrl-D or a terminal that hung up. */
export async function askLine(question: string): Promise<string | null> {
  if (process.stdin.readableEnded) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<null>((end) => terminal.once("close", () => end(null)));
  const answer = terminal.question(question).catch((error: Error) => {
    if (error.name === "AbortError") return null;
    throw error;
  });
  try {
    const typed = await Promise.race([answer, ended]);
    if (typed === null) process.stderr.write("\n");
    return typed;
  } finally {
    terminal.close();
  }
}

/**
 * Asks until the answer is one. Nothing typed is the default.
 * @param taken what an answer means; it throws an error with a message where it is none
 * @throws UserError where it was ended
 */
export async function ask<T>(question: string, otherwise: string, taken: (answer: string) => T): Promise<T> {
  for (;;) {
    const typed = await askLine(`${question} [${otherwise || "none"}]: `);
    if (typed === null) throw cliErrors["answer-not-given"]();
    try {
      return taken(typed.trim() || otherwise);
    } catch (error) {
      if (!(error instanceof Error) || !("remedy" in error)) throw error;
      process.stderr.write(`${error.message}\n`);
    }
  }
}
