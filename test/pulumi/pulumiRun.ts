import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Writable } from "node:stream";
import { ensureEngine } from "../../scripts/engine/ensure.ts";
import { ensureLanguages, type Language } from "../../scripts/engine/languages.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** How one command of the engine ended. */
export interface Run {
  readonly code: number | null;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

/** A command that is under way, in a process group of its own. */
export interface Started {
  /** Also the process group's. */
  readonly pid: number;
  readonly ended: Promise<Run>;
}

/** Through which protocol the engine asks: the dynamic provider's, which this checkout's program takes, or the plugin's. */
export type Door = "dynamic" | "plugin";

/** The one that a test takes which does not name any: `npm run conformance` plays the tests through the plugin too. */
const DOOR: Door = process.env.SANCTIONED_TEST_DOOR === "plugin" ? "plugin" : "dynamic";

/** A program by the plugin, without `refresh: always`. */
const PLUGIN_YAML = `name: sanctioned
main: plugin.mjs
runtime:
  name: nodejs
  options:
    typescript: false
backend:
  url: file://./.pulumi-state
plugins: { providers: [{ name: sanctioned, path: bin }] }
config:
  policy: { type: string, default: policy/dieppe-trading.yaml }
`;
const PLUGIN_PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import { ConnectedUserPolicy } from "./src/plugin/program.ts";
const policy = new pulumi.Config().require("policy");
export const { org, auditHead } = new ConnectedUserPolicy("connected-users", { policy });
`;

/**
 * A Pulumi project of its own in a temporary folder: this checkout's program, policy and packages, with
 * a state, a stack and a config that no other test sees. Driven through the real engine.
 */
export class PulumiProject {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly door: Door;
  readonly #engine: string;

  private constructor(folder: string, engine: string, env: NodeJS.ProcessEnv, door: Door) {
    this.folder = folder;
    this.door = door;
    this.#engine = engine;
    this.env = env;
  }

  /** `env` is added to the environment of every command, for the credentials. */
  static async create(env: NodeJS.ProcessEnv, door = DOOR): Promise<PulumiProject> {
    const { bin } = await ensureEngine();
    const folder = await temporaryFolder();
    for (const part of ["Pulumi.yaml", "Pulumi.simulator.yaml", "policy"])
      await cp(path.join(ROOT, part), path.join(folder, part), { recursive: true });
    await putPackage(folder);
    if (door === "plugin") {
      await writeFile(path.join(folder, "Pulumi.yaml"), PLUGIN_YAML);
      await writeFile(path.join(folder, "plugin.mjs"), PLUGIN_PROGRAM);
    }
    return PulumiProject.#begun(folder, bin, env, door);
  }

  /** A project of examples/ in another language, beside the package as npm installs it, with this checkout's policy. */
  static async ofExample(language: Language, env: NodeJS.ProcessEnv): Promise<PulumiProject> {
    const bin = await ensureLanguages([language]);
    const folder = await temporaryFolder();
    await cp(path.join(ROOT, "examples", language), folder, { recursive: true });
    await cp(path.join(ROOT, "policy/dieppe-trading.yaml"), path.join(folder, "policy.yaml"));
    // A copy, since hosts of languages keep the schema beside the plugin's folder; and a link, since Node runs no TypeScript there.
    await putPackage(path.join(folder, ".package"));
    await mkdir(path.join(folder, "node_modules"));
    await symlink("../.package", path.join(folder, "node_modules/sanctioned"), "dir");
    return PulumiProject.#begun(
      folder,
      bin,
      {
        PULUMI_BACKEND_URL: "file://./.pulumi-state",
        // As the engine was built: what a program in Go shares with it is compiled already.
        GOFLAGS: "-trimpath",
        ...env,
      },
      "plugin",
    );
  }

  /** A project that is there: a folder with its Pulumi.yaml, whose state is to be in .pulumi-state, its program and its packages. */
  static async of(folder: string, env: NodeJS.ProcessEnv): Promise<PulumiProject> {
    const { bin } = await ensureEngine();
    return PulumiProject.#begun(folder, bin, env, "dynamic");
  }

  static async #begun(
    folder: string,
    bin: string,
    env: NodeJS.ProcessEnv,
    door: Door,
  ): Promise<PulumiProject> {
    await mkdir(path.join(folder, ".pulumi-state"));
    const settings = {
      ...withoutCredentials(process.env),
      PATH: [path.join(ROOT, "node_modules", ".bin"), process.env.PATH].join(path.delimiter),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_CONFIG_PASSPHRASE: "simulator",
      PULUMI_STACK: "simulator",
      NO_COLOR: "1",
      SANCTIONED_REVOKES_PER_SECOND: "1000",
      ...env,
    };
    const project = new PulumiProject(folder, bin, settings, door);
    const init = await project.run("stack", "select", "--create", "simulator");
    if (init.code !== 0) throw new Error(`no stack: ${init.output}`);
    return project;
  }

  /** Runs `pulumi ARGS --non-interactive`. */
  run(...args: string[]): Promise<Run> {
    return this.runWith({}, ...args);
  }

  runWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Run> {
    return this.#spawn(this.#engine, [...args, "--non-interactive"], env).ended;
  }

  /** Begins `pulumi ARGS --non-interactive`, for a test that does something to it. */
  start(...args: string[]): Started {
    return this.#spawn(this.#engine, [...args, "--non-interactive"], {});
  }

  /** The engine's program. */
  get engine(): string {
    return this.#engine;
  }

  /** Runs a script of the project's with Node. */
  node(script: string, env: NodeJS.ProcessEnv): Promise<Run> {
    return this.#spawn(process.execPath, [script], env).ended;
  }

  /** Runs `sanctioned ARGS` in the project's folder, with its settings. */
  cli(...args: string[]): Promise<Run> {
    return this.startCli(...args).ended;
  }

  /** Begins `sanctioned ARGS`, for a test that does something to it. */
  startCli(...args: string[]): Started {
    return this.#spawn(process.execPath, [path.join(ROOT, "bin/sanctioned.js"), ...args], {});
  }

  /**
   * Runs `pulumi up`, and answers yes once `meanwhile` is done, after the preview and before the update: at the prompt of
   * a terminal, which script(1) of Linux gives; elsewhere, and where the engine would see a CI system and ask nobody, by
   * `--yes`.
   */
  upAnswered(meanwhile: () => void): Promise<Run> {
    const terminal = "/usr/bin/script";
    const asks = process.platform === "linux" && existsSync(terminal) && process.env.CI === undefined;
    let isDone = false;
    const answer = (said: string, stdin: Writable) => {
      if (isDone || !said.includes(asks ? "Do you want to perform this update?" : "Resources:")) return;
      isDone = true;
      meanwhile();
      if (asks) stdin.write("yes\r");
    };
    return asks
      ? this.#spawn(terminal, ["-qefc", `'${this.#engine}' up`, "/dev/null"], { TERM: "xterm" }, answer).ended
      : this.#spawn(this.#engine, ["up", "--yes", "--non-interactive"], {}, answer).ended;
  }

  /** @param onOutput is told all that was said so far, whenever there is more */
  #spawn(
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    onOutput?: (output: string, stdin: Writable) => void,
  ): Started {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...this.env, ...env },
      detached: true,
    });
    if (onOutput === undefined) child.stdin.end();
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        onOutput?.(output, child.stdin);
      });
    const ended = new Promise<Run>((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve({ code, output }));
    });
    return { pid: child.pid!, ended };
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(path.join(this.folder, file), text);
  }

  /** Another program in place of this checkout's, through the same door. @param body has `ConnectedUserPolicy` */
  writeProgram(body: string): Promise<void> {
    const [file, from] =
      this.door === "plugin"
        ? ["plugin.mjs", "./src/plugin/program.ts"]
        : ["src/index.ts", "./pulumi/resource.ts"];
    return this.write(file, `import { ConnectedUserPolicy } from "${from}";\n${body}`);
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.folder, file), "utf8");
  }

  /** Every file that the engine wrote into the state, as one text. */
  async state(): Promise<string> {
    const files = await readdir(path.join(this.folder, ".pulumi-state"), {
      recursive: true,
      withFileTypes: true,
    });
    const texts = files
      .filter((f) => f.isFile())
      .map((f) => readFile(path.join(f.parentPath, f.name), "utf8"));
    return (await Promise.all(texts)).join("\n");
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Puts what this checkout runs from into a folder, with its packages. */
async function putPackage(folder: string): Promise<void> {
  for (const part of ["package.json", "schema", "src", "bin"])
    await cp(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  await symlink(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"), "dir");
}

function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), "sanctioned-pulumi-"));
}

/** The machine's own Salesforce and Pulumi settings must not reach a test. */
function withoutCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(SF_|SFDX_|SANCTIONED_|PULUMI_(?!HOME$))/.test(name)),
  );
}

/** The lines that name a user who is to lose an app: `- Slack: ada@… (app not listed); in use`. */
export function revocationLines(output: string): string[] {
  return output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^- .*: \S+@\S+ \(/.test(line));
}
