import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import pc from "picocolors";

/** What was typed did not end as the docs promise. */
export class PlayError extends Error {}

/** What a reader does at a question: once it is shown, types the answer. */
export interface Answer {
  readonly to: RegExp;
  readonly say: string;
}

export interface Typed {
  /** The exit code that the docs promise; 0 without it. */
  readonly code?: number;
  readonly answers?: readonly Answer[];
}

export interface Played {
  readonly command: string;
  readonly code: number;
  readonly output: string;
}

const MINUTE = 60_000;

/** A terminal in which commands are typed one after the other: what one exports, and where it goes, holds for the next. */
export class Stage {
  readonly played: Played[] = [];
  readonly #home: string;
  readonly #running = new Set<ChildProcess>();
  readonly #say: (line: string) => void;

  /**
   * @param home a folder of its own, where the terminal keeps what it knows
   * @param folder where it begins @param env what the machine has set
   */
  constructor(home: string, folder: string, env: NodeJS.ProcessEnv, say: (line: string) => void = () => {}) {
    this.#home = home;
    this.#say = say;
    mkdirSync(home, { recursive: true });
    const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value ?? "")}`);
    writeFileSync(path.join(home, "state"), `${exports.join("\n")}\ncd ${quoted(folder)}\n`);
  }

  /** Types one command, and waits for its end. @throws PlayError where it does not end as it should */
  async type(command: string, { code: expected = 0, answers = [] }: Typed = {}): Promise<string> {
    this.#say(pc.cyan(`$ ${command}`));
    const child = this.#start(command, answers.length > 0);
    const output = collect(child, answers);
    const timer = setTimeout(() => end(child, "SIGKILL"), 5 * MINUTE);
    const [code] = await once(child, "close");
    clearTimeout(timer);
    this.#running.delete(child);
    this.#say(output.text.trimEnd());
    this.played.push({ command, code, output: output.text });
    if (code !== expected)
      throw new PlayError(
        `\`${command}\` ended with ${code} instead of ${expected}:\n${output.text.slice(-3_000)}`,
      );
    for (const { to } of answers.slice(output.answered))
      throw new PlayError(`\`${command}\` never asked ${to}:\n${output.text.slice(-3_000)}`);
    return output.text;
  }

  /** Types a command that goes on, as in a terminal of its own. @returns what it printed, once that has `until` */
  async begin(command: string, until: RegExp): Promise<string> {
    this.#say(pc.cyan(`$ ${command}   (in a terminal of its own)`));
    const child = this.#start(command, false);
    const output = collect(child, []);
    for (const began = Date.now(); !until.test(output.text); await pause(50)) {
      if (child.exitCode !== null || Date.now() - began > MINUTE)
        throw new PlayError(`\`${command}\` did not say ${until}:\n${output.text}`);
    }
    this.#say(output.text.trimEnd());
    this.played.push({ command, code: 0, output: output.text });
    return output.text;
  }

  /** Ends what still runs, with all that it started. */
  async close(): Promise<void> {
    for (const child of this.#running) {
      const ended = child.exitCode === null ? once(child, "close") : null;
      end(child, "SIGTERM");
      await Promise.race([ended, pause(10_000)]);
      end(child, "SIGKILL");
    }
  }

  #start(command: string, isTerminal: boolean): ChildProcess {
    const state = path.join(this.#home, "state");
    const script = path.join(this.#home, `typed-${this.played.length}`);
    // What is exported stays so, and so does the folder; nothing else of a shell is kept.
    writeFileSync(
      script,
      `. ${quoted(state)}\n${command}\ncode=$?\n{ export -p; printf 'cd %q\\n' "$PWD"; } > ${quoted(state)}\nexit $code\n`,
    );
    const run = `bash ${quoted(script)}`;
    const child = isTerminal
      ? spawn("script", ["-qec", `stty cols 160; ${run}`, "/dev/null"], { detached: true, env: TERMINAL })
      : spawn("bash", [script], { detached: true, stdio: ["ignore", "pipe", "pipe"], env: TERMINAL });
    this.#running.add(child);
    return child;
  }
}

/** The machine's own settings are in the state that each command begins with. */
const TERMINAL = { PATH: process.env.PATH, TERM: "xterm", SHELL: "/bin/bash" };

function collect(child: ChildProcess, answers: readonly Answer[]): { text: string; answered: number } {
  const output = { text: "", answered: 0 };
  let from = 0;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output.text += chunk;
      const next = answers[output.answered];
      if (next === undefined || !next.to.test(output.text.slice(from))) return;
      from = output.text.length;
      output.answered++;
      child.stdin?.write(next.say);
    });
  return output;
}

function end({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    // The whole group: npx does not pass a signal on.
    process.kill(-pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
