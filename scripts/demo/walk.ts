import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { shownOrThrown } from "../scriptError.ts";

export const ROOT = path.resolve(import.meta.dirname, "../..");
const BIN = path.join(ROOT, "node_modules", ".bin");

/** A step did not end as the demo promises, or the reader pressed Ctrl-C. */
export class DemoError extends Error {}

/** A walk through commands, each printed before it runs. What it starts ends with it. */
export class Walk {
  /** For what the demo writes: nobody else's, and gone with it. */
  readonly folder: string;
  /** With this checkout's programs first. */
  readonly env: NodeJS.ProcessEnv;
  /** `npx NAME …` without npx's own second of start-up. */
  readonly programs = new Map([["sanctioned", path.join(ROOT, "bin", "sanctioned.js")]]);
  readonly #running = new Set<ChildProcess>();
  #isInterrupted = false;

  constructor(folder: string) {
    this.folder = folder;
    this.env = {
      ...process.env,
      PATH: [BIN, process.env.PATH].join(path.delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  title(text: string): void {
    console.log(`\n${pc.bold(`── ${text}`)}`);
  }

  /** Prints a command as it is typed. */
  show(command: readonly string[]): void {
    const quoted = command.map((word) => (/^[\w@.:/=-]+$/.test(word) ? word : `"${word}"`));
    const typed = this.programs.has(command[0]!) ? ["npx", ...quoted] : quoted;
    console.log(pc.cyan(`\n$ ${typed.join(" ")}`));
  }

  /** Runs a command whose output the reader sees. @throws DemoError where it does not end with the code that is expected */
  async step(
    command: readonly string[],
    {
      env = this.env,
      cwd = ROOT,
      expected = 0,
    }: { env?: NodeJS.ProcessEnv; cwd?: string; expected?: number } = {},
  ): Promise<void> {
    this.show(command);
    const code = await exitCode(this.launch(command, { env, cwd, stdio: ["ignore", "inherit", "inherit"] }));
    this.#refuseOther(command, code, expected);
    if (expected !== 0) console.log(pc.dim(`(exit code ${code}, as expected)`));
  }

  /** Runs a command without a word and returns what it prints. @throws DemoError where it does not end with 0 */
  async capture(
    command: readonly string[],
    { env = this.env, cwd = ROOT }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): Promise<string> {
    const child = this.launch(command, { env, cwd, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    this.#refuseOther(command, await exitCode(child), 0);
    return output;
  }

  launch(
    [name, ...args]: readonly string[],
    { env, cwd, stdio }: { env: NodeJS.ProcessEnv; cwd: string; stdio: ("ignore" | "pipe" | "inherit")[] },
  ): ChildProcess {
    const child = spawn(this.programs.get(name!) ?? name!, args, { cwd, env, stdio });
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    return child;
  }

  interrupt(signal: NodeJS.Signals): void {
    this.#isInterrupted = true;
    // A terminal's Ctrl-C reaches the children too, and a second one would make the engine stop at once.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    for (const child of this.#running) child.kill(signal);
  }

  async stopAll(): Promise<void> {
    await Promise.all(
      [...this.#running].map((child) => {
        child.kill("SIGTERM");
        return exitCode(child);
      }),
    );
  }

  #refuseOther(command: readonly string[], code: number | null, expected: number): void {
    if (this.#isInterrupted) throw new DemoError("you asked for it");
    if (code !== expected)
      throw new DemoError(`\`npx ${command.join(" ")}\` exited ${code} instead of ${expected}`);
  }
}

/** Plays a demo in a folder of its own, and leaves nothing behind, however it ends. */
export async function playDemo(play: (walk: Walk) => Promise<void>): Promise<void> {
  let walk: Walk | null = null;
  try {
    walk = new Walk(await temporaryFolder());
    await playOut(walk, play);
  } catch (error) {
    if (!(error instanceof DemoError)) {
      console.error(shownOrThrown(error));
      process.exit(1);
    }
    console.error(`\nThe demo stopped: ${error.message}. Nothing is left running.`);
    process.exitCode = walk?.isInterrupted ? 130 : 1;
  }
}

async function playOut(walk: Walk, play: (walk: Walk) => Promise<void>): Promise<void> {
  process.once("SIGINT", () => walk.interrupt("SIGINT"));
  process.once("SIGTERM", () => walk.interrupt("SIGTERM"));
  try {
    await play(walk);
  } finally {
    await walk.stopAll();
    await rm(walk.folder, { recursive: true, force: true });
  }
}

/** A folder of the demo's own, so that it disturbs no stack of the reader's. */
async function temporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(path.join(tmpdir(), "sanctioned-demo-"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new DemoError(
      `${tmpdir()} cannot hold Pulumi's state (${code}); set TMPDIR to a folder that can be written to`,
    );
  }
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
}
