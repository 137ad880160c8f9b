import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { ciErrors } from "./errors.ts";

/** Where Pulumi runs, and what it is told. */
export interface PulumiPlace {
  /** The folder of Pulumi.yaml. */
  readonly folder: string;
  /** Null for the one that the environment or the folder has selected. */
  readonly stack: string | null;
  readonly env: NodeJS.ProcessEnv;
}

/** Bytes of output that are kept; what comes after is dropped. */
const MOST_OUTPUT = 4 * 1024 * 1024;
const LARGEST_STATE = 500 * 1024 * 1024;

/**
 * What `pulumi stack export` prints. It runs nothing of the state, and opens no secret in it (engine 3.259,
 * pkg/cmd/pulumi/stack/stack_export.go: secrets are decrypted for `--show-secrets` alone).
 * @param place whose environment holds no credential @throws UserError where Pulumi does not print it
 */
export async function exportedState(place: PulumiPlace): Promise<string> {
  const args = ["stack", "export", "--non-interactive"];
  const { code, stdout, stderr } = await run(args, place, { stdout: LARGEST_STATE, stderr: MOST_OUTPUT });
  if (code !== 0) throw ciErrors["state-not-exported"]({ why: firstLine(stderr) });
  return stdout;
}

/** `pulumi preview`, to be shown: what it prints, and how it ended. */
export async function previewByPulumi(
  place: PulumiPlace,
): Promise<{ readonly code: number; readonly output: string }> {
  const { code, output } = await run(["preview", "--diff", "--non-interactive"], place, {
    stdout: MOST_OUTPUT,
    stderr: MOST_OUTPUT,
  });
  return { code, output };
}

/** `pulumi up` with what was approved, which shows itself. @returns its exit code */
export async function updateByPulumi(place: PulumiPlace): Promise<number> {
  const { code } = await run(["up", "--yes", "--skip-preview", "--non-interactive"], place, null);
  return code;
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as they came. */
  readonly output: string;
}

/** @param kept bytes of each that are kept; null where both are shown @throws UserError where a state is too large */
async function run(
  args: readonly string[],
  { folder, stack, env }: PulumiPlace,
  kept: { readonly stdout: number; readonly stderr: number } | null,
): Promise<Ran> {
  const child = spawn(programIn(folder), [...args, ...(stack === null ? [] : ["--stack", stack])], {
    cwd: folder,
    env,
    stdio: ["ignore", kept === null ? "inherit" : "pipe", kept === null ? "inherit" : "pipe"],
  });
  const all = new Kept(MOST_OUTPUT);
  const each = { stdout: new Kept(kept?.stdout ?? 0), stderr: new Kept(kept?.stderr ?? 0) };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.on("data", (chunk: Buffer) => {
      each[name].add(chunk);
      all.add(chunk);
    });
  const code = await endOf(child);
  if (each.stdout.isCut && kept!.stdout === LARGEST_STATE)
    throw ciErrors["state-not-exported"]({ why: "it is too large" });
  return { code, stdout: each.stdout.text, stderr: each.stderr.text, output: all.text };
}

/** The end of a program that is told to stop when this one is: a job that is cancelled lets an update stop between two calls. */
function endOf(child: ChildProcess): Promise<number> {
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  // A terminal tells both by itself, and a second one would kill.
  const signals: readonly NodeJS.Signals[] = process.stdin.isTTY ? ["SIGTERM"] : ["SIGTERM", "SIGINT"];
  for (const signal of signals) process.on(signal, pass);
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code ?? 1));
  }).finally(() => {
    for (const signal of signals) process.off(signal, pass);
  });
}

class Kept {
  readonly #parts: Buffer[] = [];
  readonly #most: number;
  #size = 0;
  isCut = false;

  constructor(most: number) {
    this.#most = most;
  }

  add(part: Buffer): void {
    const left = this.#most - this.#size;
    if (part.length > left) this.isCut = true;
    if (left <= 0) return;
    this.#parts.push(part.subarray(0, left));
    this.#size += Math.min(part.length, left);
  }

  get text(): string {
    return Buffer.concat(this.#parts).toString("utf8");
  }
}

/** What npm installed for this project, and nothing of the PATH. @throws SettingsError where it is not there */
function programIn(folder: string): string {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const program = path.join(at, "node_modules", ".bin", "pulumi");
    if (existsSync(program)) return program;
    if (at === path.dirname(at)) throw ciErrors["pulumi-not-installed"]();
  }
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n");
  return line.replace(/^error: /, "").replace(/\.$/, "") || "it does not say why";
}
