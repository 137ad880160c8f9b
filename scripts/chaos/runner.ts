import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunResult, RunTask } from "./runProcess.ts";

/** A process that makes runs, one after the other, and is made anew after it was killed. */
export class Runner {
  #child: ChildProcess | undefined;
  #running = false;
  /** All that its processes wrote. */
  output = "";

  /** Makes a run. @returns how it ended; null where it was killed */
  async run(task: RunTask): Promise<RunResult | null> {
    const child = this.#start();
    this.#running = true;
    try {
      return await new Promise((resolve) => {
        const answered = (result: RunResult) => finish(result);
        const killed = () => finish(null);
        const finish = (result: RunResult | null) => {
          child.off("message", answered).off("exit", killed);
          resolve(result);
        };
        child.on("message", answered).once("exit", killed);
        child.send(task);
      });
    } finally {
      this.#running = false;
    }
  }

  /** As kill -9: at once, with no chance to tidy up. @returns whether a run was under way */
  kill(): boolean {
    if (!this.#running) return false;
    const child = this.#child;
    this.#child = undefined;
    return child?.kill("SIGKILL") ?? false;
  }

  #start(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const child = fork(fileURLToPath(new URL("./runProcess.ts", import.meta.url)), { silent: true });
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    this.#child = child;
    return child;
  }
}
