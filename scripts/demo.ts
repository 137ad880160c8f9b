/** `npm run demo`: Dieppe Trading from drift to clean, with the real Pulumi engine and a local org. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import pc from "picocolors";
import { ensureEngine } from "./engine/ensure.ts";
import { shownOrThrown } from "./scriptError.ts";

const root = path.resolve(import.meta.dirname, "..");
const bin = path.join(root, "node_modules", ".bin");
const NEWCOMER = { app: "Shiny AI Notetaker" };

/** A step did not end as the demo promises, or the reader pressed Ctrl-C. */
class DemoError extends Error {}

/** `npx NAME …` without npx's own second of start-up. */
const programs = new Map([["sanctioned", path.join(root, "bin", "sanctioned.js")]]);
const running = new Set<ChildProcess>();
let interrupted = false;

async function main(): Promise<void> {
  const engine = await ensureEngine();
  const state = await stateFolder();
  process.once("SIGINT", () => interrupt("SIGINT"));
  process.once("SIGTERM", () => interrupt("SIGTERM"));
  try {
    const env = {
      ...process.env,
      PATH: [bin, process.env.PATH].join(path.delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
    };
    await walk(env, engine.bin);
  } finally {
    await stopAll();
    await rm(state, { recursive: true, force: true });
  }
}

/** A folder of the demo's own, so that it disturbs no stack of the reader's. */
async function stateFolder(): Promise<string> {
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

async function walk(base: NodeJS.ProcessEnv, pulumi: string): Promise<void> {
  programs.set("pulumi", pulumi);
  title("A local org that answers like Salesforce: Dieppe Trading");
  const exports = await startOrg(base);
  const env = { ...base, ...exports };
  for (const [name, value] of Object.entries({ ...exports, PULUMI_BACKEND_URL: base.PULUMI_BACKEND_URL }))
    console.log(
      pc.dim(`export ${name}=${name === "SF_ACCESS_TOKEN" ? "… (the local org prints it)" : value}`),
    );
  const run = (command: string[], expected = 0) => step(command, env, expected);
  await run(["pulumi", "stack", "select", "--create", "simulator"]);

  title("Who is connected to what");
  await run(["sanctioned", "list"]);

  title("What breaks policy/dieppe-trading.yaml");
  await run(["pulumi", "preview", "--diff"]);

  title("Revoke exactly that");
  await run(["pulumi", "up", "--yes", "--skip-preview"]);
  await run(["sanctioned", "list"]);

  title("The next preview is clean");
  await run(["pulumi", "preview", "--expect-no-changes"]);

  title("Someone authorizes an app that nobody reviewed");
  const users = JSON.parse(await capture(["sanctioned", "list", "--app", "Slack", "--format", "json"], env));
  await run([
    "sanctioned",
    "simulator",
    "authorize",
    "--user",
    users.rows[0].username,
    "--app",
    NEWCOMER.app,
  ]);
  const drift = 7; // Pulumi's exit code for changes that were not expected
  await run(["pulumi", "preview", "--diff", "--expect-no-changes"], drift);

  title("That was it");
  console.log(
    "12 tokens of an app that nobody had reviewed were shown, revoked and verified; the preview was clean;\n" +
      "and the next unreviewed app made it exit 7, which is what fails a pipeline.\n" +
      'Next: edit policy/dieppe-trading.yaml, or point it at your own org: see README.md, "Your own org".',
  );
}

/** Starts `sanctioned simulator` and reads the environment that it prints. */
async function startOrg(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  show(["sanctioned", "simulator"]);
  const child = launch(["sanctioned", "simulator"], env, ["ignore", "pipe", "inherit"]);
  const exports: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, name, value] = /^export (\w+)='?(.*?)'?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) exports[name] = value;
    if (line.startsWith("npx pulumi preview")) return exports;
  }
  throw new DemoError("the local org did not start");
}

async function step(command: string[], env: NodeJS.ProcessEnv, expected: number): Promise<void> {
  show(command);
  const code = await exitCode(launch(command, env, ["ignore", "inherit", "inherit"]));
  if (interrupted) throw new DemoError("you asked for it");
  if (code !== expected)
    throw new DemoError(`\`npx ${command.join(" ")}\` exited ${code} instead of ${expected}`);
  if (expected !== 0) console.log(pc.dim(`(exit code ${code}, as expected)`));
}

async function capture(command: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = launch(command, env, ["ignore", "pipe", "inherit"]);
  let output = "";
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  const code = await exitCode(child);
  if (code !== 0) throw new DemoError(`\`npx ${command.join(" ")}\` exited ${code}`);
  return output;
}

function launch(
  command: string[],
  env: NodeJS.ProcessEnv,
  stdio: ("ignore" | "pipe" | "inherit")[],
): ChildProcess {
  const [name, ...args] = command;
  const child = spawn(programs.get(name!)!, args, { cwd: root, env, stdio });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
}

function interrupt(signal: NodeJS.Signals): void {
  interrupted = true;
  // A terminal's Ctrl-C reaches the children too, and a second one would make the engine stop at once.
  if (signal === "SIGINT" && process.stdin.isTTY) return;
  for (const child of running) child.kill(signal);
}

async function stopAll(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      child.kill("SIGTERM");
      return exitCode(child);
    }),
  );
}

function title(text: string): void {
  console.log(`\n${pc.bold(`── ${text}`)}`);
}

function show(command: string[]): void {
  const quoted = command.map((word) => (/^[\w@.:/=-]+$/.test(word) ? word : `"${word}"`));
  console.log(pc.cyan(`\n$ npx ${quoted.join(" ")}`));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof DemoError)) {
    console.error(shownOrThrown(error));
    process.exit(1);
  }
  console.error(`\nThe demo stopped: ${error.message}. Nothing is left running.`);
  process.exitCode = interrupted ? 130 : 1;
}
