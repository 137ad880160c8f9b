import { type ChildProcess, spawn } from "node:child_process";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Stops the program and everything it started. */
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** Called with each line the program writes to stderr. */
  onErrorLine?: (line: string) => void;
}

export interface RunResult {
  /** The exit code; undefined when a signal, or the time limit, ended the program. */
  code: number | undefined;
  stdout: string;
  /** The last part of stderr, enough to say what went wrong. */
  stderr: string;
  timedOut: boolean;
}

const stderrKept = 4000;

/**
 * Runs a program to its end and collects what it wrote. An exit code other than 0 is a result, not
 * an error; a program that cannot be started rejects, and so does an abort, with its reason.
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { signal, onErrorLine } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that stopping it reaches the programs it started too.
      detached: process.platform !== "win32",
    });
    let stdout = "";
    let stderr = "";
    let line = "";
    let timedOut = false;
    const stop = () => killGroup(child);
    signal?.addEventListener("abort", stop, { once: true });
    const timer = options.timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          stop();
        }, options.timeoutMs)
      : undefined;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      finish();
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-stderrKept);
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      if (onErrorLine) lines.forEach(onErrorLine);
    });
    child.on("error", (error) => settle(() => reject(error)));
    child.on("close", (code) =>
      settle(() => {
        if (signal?.aborted) reject(signal.reason);
        else resolve({ code: timedOut ? undefined : (code ?? undefined), stdout, stderr, timedOut });
      }),
    );
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill();
    else process.kill(-child.pid, "SIGTERM");
  } catch (error) {
    // Already gone: there is nothing left to stop.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
