import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunResult, RunTask } from "./runProcess.ts";

/** A process that makes runs, one after the other, and is made anew after it was killed. */
export class Runner {
  #child: ChildProcess | undefined;
  /** All that its processes wrote. */
  output = "";

  /** Makes a run. @returns how it ended; null where it was killed */
  run(task: RunTask): Promise<RunResult | null> {
    const child = this.#start();
    return new Promise((resolve) => {
      const finish = (result: RunResult | null) => {
        child.off("message", finish).off("exit", killed);
        resolve(result);
      };
      const killed = () => {
        this.#child = undefined;
        finish(null);
      };
      child.on("message", finish).once("exit", killed);
      child.send(task);
    });
  }

  /** As kill -9: at once, with no chance to tidy up. */
  kill(): void {
    this.#child?.kill("SIGKILL");
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
