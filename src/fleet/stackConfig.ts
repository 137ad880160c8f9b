import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { parseDocument } from "yaml";
import { namesMeant } from "../policy/nearest.ts";
import { fleetErrors } from "./errors.ts";
import { STACK_PATTERN } from "./orgsDefaults.ts";
import type { FleetSurroundings, ReadStackConfig } from "./surroundings.ts";

const run = promisify(execFile);
/** Of an option too, and not of orgs.yaml alone: nothing that the engine reads as an option, or a shell as more than a name. */
const STACK_NAME = new RegExp(STACK_PATTERN);
/** The engine may have to reach its backend first. */
const TIMEOUT_MS = 120_000;
/** More than a stack's config has. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Reads the config of stacks of the Pulumi project in a folder, with its secrets, by the project's own engine: what an update would
 * read. Each stack is read once. What it returns holds secrets: never to be stored or logged.
 */
export function stackConfigReader(folder: string, env: NodeJS.ProcessEnv): ReadStackConfig {
  const read = new Map<string, Promise<ReadonlyMap<string, string>>>();
  return (stack) => {
    const known = read.get(stack) ?? readStackConfig(stack, folder, env);
    read.set(stack, known);
    return known;
  };
}

/** What the runs of a fleet are given: the environment, and the config of stacks where orgs name those. */
export function fleetSurroundings(folder: string, env: NodeJS.ProcessEnv): FleetSurroundings {
  return { env, folder, stackConfig: stackConfigReader(folder, env) };
}

async function readStackConfig(
  stack: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, string>> {
  if (!STACK_NAME.test(stack)) throw fleetErrors["stack-name-not-valid"]({ stack });
  const namespace = `${projectName(stack, folder)}:`;
  const values = await askEngine(stack, folder, env);
  return new Map(
    Object.entries(values).flatMap(([key, { value }]) =>
      key.startsWith(namespace) && typeof value === "string" ? [[key.slice(namespace.length), value]] : [],
    ),
  );
}

async function askEngine(
  stack: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, { readonly value?: unknown }>> {
  const command = ["config", "--json", "--show-secrets", "--non-interactive", "--stack", stack];
  let stdout: string;
  try {
    ({ stdout } = await run(engineOf(folder), command, {
      cwd: folder,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: TIMEOUT_MS,
      maxBuffer: MOST_BYTES,
      killSignal: "SIGKILL",
      shell: process.platform === "win32", // there it is a .cmd file; a stack's name has no character of a shell
    }));
  } catch (error) {
    const failure = error as { code?: string | number; killed?: boolean; stderr?: string };
    if (failure.code === undefined && !failure.killed) throw error;
    throw fleetErrors["stack-config-not-read"]({
      stack,
      why: `${whyOf(failure)}${meantStack(stack, folder)}`,
    });
  }
  try {
    return JSON.parse(stdout) as Record<string, { readonly value?: unknown }>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fleetErrors["stack-config-not-read"]({ stack, why: "the engine answers with no JSON" });
  }
}

/** Another stack that has its config here, where a mistyped name most likely meant that. */
function meantStack(stack: string, folder: string): string {
  const there = readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.[1] ?? []);
  const [name] = there.includes(stack) ? [] : namesMeant(stack, there);
  return name === undefined ? "" : ` (did you mean ${name}?)`;
}

/** The engine's own words go to standard error, and hold no value of the config. */
function whyOf({
  code,
  killed,
  stderr = "",
}: {
  code?: string | number;
  killed?: boolean;
  stderr?: string;
}): string {
  if (code === "ENOENT") return "there is no `pulumi` here";
  if (killed) return "the engine does not answer";
  const [line] = stderr.split("\n").flatMap((text) => text.replace(/^error: /, "").trim() || []);
  return line ?? `pulumi ended with ${code}`;
}

/** The project's own, else the one on the path. */
export function engineOf(folder: string): string {
  const own = path.join(
    folder,
    "node_modules",
    ".bin",
    process.platform === "win32" ? "pulumi.cmd" : "pulumi",
  );
  return existsSync(own) ? own : "pulumi";
}

/** Before each key of the project's own config (pulumi.com/docs/iac/concepts/config). */
function projectName(stack: string, folder: string): string {
  const project = projectFile(folder);
  if (project !== null) return project.name;
  throw fleetErrors["stack-config-not-read"]({ stack, why: `${folder} holds no Pulumi.yaml with a name` });
}

/** The file of the project in a folder, and its name; null where there is none that names one. */
export function projectFile(folder: string): { readonly name: string; readonly file: string } | null {
  for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
    const file = path.join(folder, name);
    if (!existsSync(file)) continue;
    const document = parseDocument(readFileSync(file, "utf8"));
    const project = document.errors.length > 0 ? null : (document.toJS() as { name?: unknown } | null);
    if (typeof project?.name === "string") return { name: project.name, file };
  }
  return null;
}

/** A name of a stack as it may be handed to the engine; null for anything else. */
export function stackNameOf(text: string): string | null {
  return STACK_NAME.test(text) ? text : null;
}
