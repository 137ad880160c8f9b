import { spawn } from "node:child_process";
import { UserError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import type { Sink } from "./sink.ts";

const TIMEOUT_MS = 60_000;

/**
 * A program that gets the event as JSON on its standard input: no shell, and nothing of the event among
 * its arguments. It does not inherit the tool's credentials. Anything but exit code 0 is tried again later.
 */
export function command(program: string, env: NodeJS.ProcessEnv): Sink {
  const passed = Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(SANCTIONED_|SF_|SFDX_|PULUMI_)/.test(name)),
  );
  return {
    name: "command",
    send: (event) =>
      new Promise((resolve, reject) => {
        const child = spawn(program, [], {
          stdio: ["pipe", "ignore", "inherit"],
          env: passed,
          timeout: TIMEOUT_MS,
        });
        child.once("error", (error: NodeJS.ErrnoException) =>
          reject(
            new UserError(`The command ${printable(program)} cannot be run (${error.code}).`, {
              cause: error,
            }),
          ),
        );
        child.once("close", (code, signal) =>
          code === 0
            ? resolve()
            : reject(new UserError(`The command ${printable(program)} ended with ${signal ?? code}.`)),
        );
        child.stdin.on("error", () => undefined); // it may not read; its exit code decides
        child.stdin.end(`${JSON.stringify(event)}\n`);
      }),
  };
}
