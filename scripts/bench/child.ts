import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ScriptError } from "../scriptError.ts";

/** A process of a benchmark, and what it answered. */
export interface Child<Answer> {
  readonly answer: Answer;
  stop(): Promise<void>;
}

/**
 * Runs a module of this folder in a process of its own, so that its memory and time are its alone,
 * hands it a task and waits for its answer. The process goes on until it is stopped.
 * @throws ScriptError where it ends without an answer; its stderr has said why
 */
export async function startChild<Task extends object, Answer>(
  module: string,
  task: Task,
): Promise<Child<Answer>> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const answer = await new Promise<Answer>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Answer));
    child.once("exit", (code) => reject(new ScriptError(`${module} ended with ${code} before it was done.`)));
    child.once("error", reject);
    child.send(task);
  });
  return {
    answer,
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}

/** The other side of `startChild`: does the task that it hands over. Ends with the parent. */
export function onTask<Task, Answer extends object>(perform: (task: Task) => Promise<Answer>): void {
  process.once("disconnect", () => process.exit());
  process.once("message", async (task) => process.send!(await perform(task as Task)));
}
