import { spawn } from "node:child_process";
import { JOB_TOKENS } from "../../secrets.ts";
import { watchErrors } from "../errors.ts";
import type { Sink } from "./sink.ts";

const TIMEOUT_MS = 60_000;

/**
 * A program that gets the event as JSON on its standard input: no shell, and nothing of the event among
 * its arguments. It does not inherit the tool's credentials. Anything but exit code 0 is tried again later.
 * @param credentials names of variables that hold credentials besides the tool's own; some may come later
 */
export function command(
  program: string,
  env: NodeJS.ProcessEnv,
  credentials: ReadonlySet<string> = new Set(),
): Sink {
  const isPassed = (name: string) =>
    !/^(SANCTIONED_|SF_|SFDX_|PULUMI_)/.test(name) &&
    !JOB_TOKENS.some((token) => token === name) &&
    !credentials.has(name);
  return {
    name: "command",
    send: (event, signal) =>
      new Promise((resolve, reject) => {
        const child = spawn(program, [], {
          stdio: ["pipe", "ignore", "inherit"],
          env: Object.fromEntries(Object.entries(env).filter(([name]) => isPassed(name))),
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
          killSignal: "SIGKILL", // it may hear no other
        });
        child.once("error", (error: NodeJS.ErrnoException) =>
          reject(
            error.name === "AbortError"
              ? watchErrors["command-failed"]({ program, exit: "no exit code in time" })
              : watchErrors["command-not-started"]({
                  program,
                  why: error.code ?? error.message,
                  cause: error,
                }),
          ),
        );
        child.once("close", (code, signal) =>
          code === 0
            ? resolve()
            : reject(watchErrors["command-failed"]({ program, exit: signal ?? code ?? "no exit code" })),
        );
        child.stdin.on("error", () => undefined); // it may not read; its exit code decides
        child.stdin.end(`${JSON.stringify(event)}\n`);
      }),
  };
}
