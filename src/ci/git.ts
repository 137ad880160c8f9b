import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ciErrors } from "./errors.ts";

/** Where a repository is read from. */
export interface Source {
  /** Its address, `https://…` or `file://…`, in which no credential stands. */
  readonly url: string;
  /** Who may read it; null where that is everybody. */
  readonly login: { readonly user: string; readonly token: string } | null;
}

/** What came of one command. */
export interface Said {
  /** Null where it took too long, or said too much. */
  readonly status: number | null;
  readonly stdout: Buffer;
  /** Why it failed, in git's own words: one line. */
  readonly why: string;
}

const MINUTE_MS = 60_000;

/** What git is told of the machine: where programs, temporary files, proxies and certificates are. Of the job, nothing. */
const PASSED_ON = /^(PATH|TMPDIR|SSL_CERT_\w+|GIT_SSL_CAINFO)$|^(https?|no)_proxy$/;

/**
 * git with a folder, a home and settings of its own: no credential of the job, no settings of the machine, no hook, template, filter or
 * credential helper. Its token is in no command line.
 */
export class Git {
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  /** @param source whose token goes along to its address alone @throws SettingsError for an address that is no such one */
  constructor(source: Source, env: NodeJS.ProcessEnv) {
    if (!/^(https|file):\/\//.test(source.url)) throw ciErrors["repository-address-not-known"]();
    this.#folder = mkdtempSync(path.join(tmpdir(), "sanctioned-git-"));
    this.#env = {
      ...passedOn(env),
      LC_ALL: "C",
      HOME: this.#folder,
      GIT_DIR: path.join(this.#folder, "git"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_NO_LAZY_FETCH: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
      ...settings(source),
    };
  }

  get folder(): string {
    return String(this.#env.GIT_DIR);
  }

  /** Runs a command to its end. @param most bytes that it may print @throws SettingsError where there is no git */
  run(args: readonly string[], { most = 64 * 1024, ms = MINUTE_MS } = {}): Said {
    const { status, stdout, stderr, error } = spawnSync("git", args, {
      cwd: this.#folder,
      env: this.#env,
      maxBuffer: most,
      timeout: ms,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === "ENOENT" || code === "EACCES") throw ciErrors["git-not-found"]({ why: code });
    return { status: error === undefined ? status : null, stdout, why: code ?? lastLine(stderr) };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function passedOn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => PASSED_ON.test(name) || PASSED_ON.test(name.toLowerCase())),
  );
}

/** Settings go by the environment (git-config(1): GIT_CONFIG_COUNT), where no process table shows them. */
function settings({ url, login }: Source): NodeJS.ProcessEnv {
  const list: (readonly [key: string, value: string])[] = [
    ["protocol.allow", "never"],
    ["protocol.https.allow", "always"],
    ["protocol.file.allow", "always"],
    ["http.followRedirects", "false"],
    ["fetch.fsckObjects", "true"],
  ];
  if (login !== null) {
    const basic = Buffer.from(`${login.user}:${login.token}`).toString("base64");
    list.push([`http.${url}.extraHeader`, `Authorization: Basic ${basic}`]);
  }
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(list.length)],
    ...list.flatMap(([key, value], i) => [
      [`GIT_CONFIG_KEY_${i}`, key],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]),
  ]);
}

function lastLine(stderr: Buffer): string {
  const lines = stderr.toString("latin1").trim().split("\n");
  return ascii(lines.at(-1)!.slice(0, 300).replace(/\.$/, "")) || "git does not say why";
}

/** A text of which nothing can be taken for something else, in a log or in a comment. @param text of bytes, as latin1 */
export function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
