import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { type Context, evaluated, filled, truth } from "./expression.ts";

export type { Context } from "./expression.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** What a job of GitHub's finds in its environment, of a repository whose forge and origin are stand-ins. */
export function jobEnvironment(
  forge: { readonly url: string },
  folder: string,
  sha: string,
): NodeJS.ProcessEnv {
  return {
    HOME: process.env.HOME,
    ...(process.env.PULUMI_HOME ? { PULUMI_HOME: process.env.PULUMI_HOME } : {}),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: forge.url,
    GITHUB_SERVER_URL: `file://${folder}`,
    GITHUB_REPOSITORY: "dieppe/org",
    GITHUB_RUN_ID: "1",
    GITHUB_REF_NAME: "main",
    GITHUB_SHA: sha,
    GITHUB_WORKFLOW_REF: "dieppe/org/.github/workflows/apply.yml@refs/heads/main",
    GITHUB_EVENT_PATH: path.join(folder, "event.json"),
  };
}

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: string | readonly string[];
  readonly strategy?: { readonly matrix: { readonly include: string } };
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly permissions?: unknown;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly concurrency?: { readonly group: string };
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job & Readonly<Record<string, unknown>>>>;
}

export interface JobRun {
  readonly ran: boolean;
  /** Exit code of the first step that failed; 0 where none did. */
  readonly code: number;
  readonly output: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** How a job ended, as later ones see it. */
export type Result = "success" | "failure" | "skipped";

/**
 * Runs the steps of one job of a workflow file in a folder, as a runner would: scripts with the shell that
 * GitHub uses for `bash`, checkouts from a local repository, artifacts in a folder. `npm ci` puts this package and
 * those of this checkout there in place of downloading them.
 */
export class Runner {
  readonly #folder: string;
  readonly #repository: string;
  readonly #env: NodeJS.ProcessEnv;

  /** @param repository that checkouts come from @param env of every step, beside its own */
  constructor(folder: string, repository: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#repository = repository;
    this.#env = env;
    const bin = path.join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      path.join(bin, "npm"),
      `#!/bin/sh\nif [ "$1" = ci ]; then\n  ln -sfn "${installed(folder)}" node_modules\nelse\n  exec "${this.#systemNpm()}" "$@"\nfi\n`,
      { mode: 0o755 },
    );
  }

  /**
   * Runs a workflow's jobs in the order of their file, each with what those that it needs came to: once for each row of a matrix, and not
   * on after one that failed (docs.github.com: workflow syntax, `fail-fast`).
   */
  async runAll(workflow: Workflow, context: Context): Promise<Readonly<Record<string, Result>>> {
    const needs: Record<string, { result: Result; outputs: Readonly<Record<string, string>> }> = {};
    for (const [name, job] of Object.entries(workflow.jobs)) {
      const names = [job.needs ?? []].flat();
      const seen = { ...context, needs: Object.fromEntries(names.map((one) => [one, needs[one]])) };
      needs[name] = { result: "skipped", outputs: {} };
      // Without a status function a job is skipped with one that it needs.
      const isFine = names.every((one) => needs[one]!.result === "success");
      if (!truth(job.if ?? "", seen, isFine)) continue;
      const include = job.strategy?.matrix.include;
      const rows = include === undefined ? [{}] : (evaluated(include, seen) as object[]);
      for (const matrix of rows) {
        const { code, outputs } = await this.run(
          { ...workflow, jobs: { [name]: { ...job, if: "" } } },
          name,
          {
            ...seen,
            matrix,
          },
        );
        needs[name] = { result: code === 0 ? "success" : "failure", outputs };
        if (code !== 0) break;
      }
    }
    return Object.fromEntries(Object.entries(needs).map(([name, { result }]) => [name, result]));
  }

  async run(workflow: Workflow, name: string, context: Context): Promise<JobRun> {
    const job = workflow.jobs[name]!;
    if (!truth(job.if ?? "", context, true))
      return { ran: false, code: 0, output: "", outputs: {}, summary: "" };
    const workspace = path.join(this.#folder, `${name}-${Math.random().toString(36).slice(2)}`);
    mkdirSync(workspace);
    const env = filledAll({ ...workflow.env, ...job.env }, context);
    const state = { code: 0, output: "", steps: {} as Record<string, { outputs: Record<string, string> }> };
    const summary = path.join(workspace, "..", `${path.basename(workspace)}.summary`);
    writeFileSync(summary, "");
    await this.#steps(job.steps, workspace, { ...context, env, steps: state.steps }, state, {
      ...env,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_WORKSPACE: workspace,
    });
    return {
      ran: true,
      code: state.code,
      output: state.output,
      summary: readFileSync(summary, "utf8"),
      outputs: Object.fromEntries(
        Object.entries(job.outputs ?? {}).map(([key, value]) => [
          key,
          filled(value, { ...context, steps: state.steps }),
        ]),
      ),
    };
  }

  /** @returns the folder of a checkout */
  async checkout(ref: string): Promise<string> {
    const workspace = path.join(this.#folder, `checkout-${Math.random().toString(36).slice(2)}`);
    await this.#use("actions/checkout", { path: workspace, ref }, "");
    return workspace;
  }

  /** Runs the script of a job of GitLab there. */
  async runScript(
    lines: readonly string[],
    workspace: string,
    env: NodeJS.ProcessEnv,
  ): Promise<{ code: number; output: string }> {
    return await this.#shell(lines.join("\n"), workspace, env);
  }

  async #steps(
    steps: readonly Step[],
    workspace: string,
    context: Context,
    state: { code: number; output: string; steps: Record<string, { outputs: Record<string, string> }> },
    variables: NodeJS.ProcessEnv,
  ): Promise<void> {
    for (const step of steps) {
      if (!truth(step.if ?? "", context, state.code === 0)) continue;
      const env = { ...variables, ...filledAll(step.env, context) };
      if (step.uses?.startsWith("./")) {
        const action = path.join(workspace, step.uses);
        const { inputs, runs } = parse(readFileSync(path.join(action, "action.yml"), "utf8"));
        const given = filledAll(step.with, context);
        const values = Object.fromEntries(
          Object.entries(inputs as Record<string, { default?: string }>).map(([key, input]) => [
            key,
            given[key] ?? filled(String(input.default ?? ""), context),
          ]),
        );
        await this.#steps(runs.steps, workspace, { ...context, inputs: values }, state, {
          ...env,
          GITHUB_ACTION_PATH: action,
        });
      } else if (step.uses !== undefined) {
        await this.#use(step.uses.split("@")[0]!, filledAll(step.with, context), workspace);
      } else {
        if (step.shell !== "bash")
          throw new Error(`the step ${step.name} does not say that its shell is bash`);
        const outputs = path.join(this.#folder, `outputs-${Math.random().toString(36).slice(2)}`);
        writeFileSync(outputs, "");
        const { code, output } = await this.#shell(step.run!, workspace, {
          ...env,
          GITHUB_OUTPUT: outputs,
        });
        state.output += output;
        if (code !== 0 && state.code === 0) state.code = code;
        if (step.id)
          state.steps[step.id] = {
            outputs: Object.fromEntries(
              readFileSync(outputs, "utf8")
                .split("\n")
                .filter(Boolean)
                .map((line) => line.split("=") as [string, string]),
            ),
          };
      }
    }
  }

  async #use(action: string, inputs: Readonly<Record<string, string>>, workspace: string): Promise<void> {
    const artifacts = path.join(this.#folder, "artifacts");
    switch (action) {
      case "actions/setup-node":
        return;
      case "actions/checkout": {
        const target = path.resolve(workspace, inputs.path ?? "");
        const script = `mkdir -p "${target}" && cd "${target}" && git init -q . && git fetch -q "${this.#repository}" "${inputs.ref || "main"}" && git checkout -q --detach FETCH_HEAD`;
        const { code, output } = await this.#shell(script, this.#folder, {});
        if (code !== 0) throw new Error(`checkout: ${output}`);
        return;
      }
      case "actions/upload-artifact": {
        const file = path.join(workspace, inputs.path!.replace(/\*$/, ""));
        const target = path.join(artifacts, inputs.name!);
        // Of a folder it keeps what is in it.
        if (existsSync(file))
          cpSync(file, lstatSync(file).isDirectory() ? target : path.join(target, path.basename(file)), {
            recursive: true,
          });
        else if (inputs["if-no-files-found"] === "error") throw new Error(`no artifact ${file}`);
        return;
      }
      case "actions/download-artifact":
        cpSync(path.join(artifacts, inputs.name!), path.join(workspace, inputs.path ?? ""), {
          recursive: true,
        });
        return;
      default:
        throw new Error(`an action that is not known here: ${action}`);
    }
  }

  #shell(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
    return new Promise((resolve, reject) => {
      // docs.github.com, workflow syntax: what `shell: bash` runs.
      const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
        cwd,
        env: {
          ...this.#env,
          ...env,
          PATH: `${path.join(this.#folder, "bin")}:${path.join(ROOT, "node_modules/.bin")}:${process.env.PATH}`,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          output += chunk;
        });
      child.once("error", reject).once("close", (code) => resolve({ code: code ?? 1, output }));
    });
  }

  #systemNpm(): string {
    const own = path.join(this.#folder, "bin");
    for (const folder of (process.env.PATH ?? "").split(":"))
      if (folder !== own && existsSync(path.join(folder, "npm"))) return path.join(folder, "npm");
    throw new Error("there is no npm on the PATH");
  }
}

function filledAll(
  values: Readonly<Record<string, unknown>> | undefined,
  context: Context,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [key, filled(String(value), context)]),
  );
}

/** A folder of packages as npm would make it for a repository that depends on this one. */
export function installed(folder: string): string {
  const modules = path.join(folder, "installed/node_modules");
  if (existsSync(modules)) return modules;
  mkdirSync(path.join(modules, ".bin"), { recursive: true });
  const link = (from: string, to: string) => symlinkSync(path.join(ROOT, from), path.join(modules, to));
  for (const name of readdirSync(path.join(ROOT, "node_modules")))
    if (!name.startsWith(".")) link(`node_modules/${name}`, name);
  for (const name of readdirSync(path.join(ROOT, "node_modules/.bin")))
    link(`node_modules/.bin/${name}`, `.bin/${name}`);
  link("", "sanctioned");
  link("bin/sanctioned.js", ".bin/sanctioned");
  return modules;
}
