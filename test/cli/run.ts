import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** How one run of the CLI ended. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sanctioned ARGS` as a process of its own, with no credentials but those in `env`: no home, so that no login of the official CLI is found. */
export function sanctioned(
  args: readonly string[],
  env: Record<string, string> = {},
  folder = ROOT,
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(ROOT, "bin", "sanctioned.js"), ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: path.join(tmpdir(), "no-such-home"),
        NO_COLOR: "1",
        SANCTIONED_REVOKES_PER_SECOND: "1000",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        output[name] += chunk;
      });
    child.once("error", reject).once("close", (code) => resolve({ code, ...output }));
  });
}
