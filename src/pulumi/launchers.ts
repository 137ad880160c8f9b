import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A running process. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it began, in the notation of the system that says so: another process of the same number began later. */
  readonly started: string;
  /** Its program and arguments. */
  readonly command: readonly string[];
}

/**
 * An engine, told from any process that had or will have its number. The preview and the update of one `pulumi up` are two
 * provider processes of one engine process: nothing else that reaches a provider is the same in both and in no other run,
 * since each phase has a plugin host of its own, with another address (pkg/engine/deployment.go, `ensureHost`).
 */
export type EngineProcess = Pick<RunningProcess, "pid" | "started"> &
  Partial<Pick<RunningProcess, "command">>;

/** Whether an engine was started as `pulumi refresh`, which runs no program; null where its command cannot be told. */
export function isRefresh({ command }: Partial<Pick<RunningProcess, "command">>): boolean | null {
  return command?.includes("refresh") ?? null;
}

const MOST_ANCESTORS = 16;

/** What a process works for. */
export interface Launchers {
  /** The nearest ancestor outside its process group; null where the system does not say. */
  readonly starter: RunningProcess | null;
  /** Those of its own group that started it, and those through which the starter was run. */
  readonly others: readonly RunningProcess[];
}

/**
 * What started a process that has a group of its own, as Pulumi gives one to each plugin (`RegisterProcessGroup` in
 * sdk/go/common/util/cmdutil); and the tools through which a package's command is run (`npx`, `npm run`), with the shells
 * that they start. A shell that somebody types in, or a script, is none of these: it may go.
 */
export function launchersOf(pid = process.pid): Launchers {
  const own = processOf(pid);
  const ancestors = own === null ? [] : ancestorsOf(own);
  const at = ancestors.findIndex(({ group }) => group !== own!.group);
  if (at === -1) return { starter: null, others: [] };
  const above = ancestors.slice(at + 1);
  const last = above.findIndex((one) => !isWrapper(one));
  const wrappers = last === -1 ? above : above.slice(0, last);
  return { starter: ancestors[at]!, others: [...ancestors.slice(0, at), ...wrappers] };
}

function ancestorsOf(own: RunningProcess): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (let next = processOf(own.parent); next !== null && found.length < MOST_ANCESTORS; ) {
    found.push(next);
    next = processOf(next.parent);
  }
  return found;
}

function isWrapper({ command: [program = "", first = ""] }: RunningProcess): boolean {
  const name = program.split(/[\\/ ]/).at(-1)!;
  if (/^(node|nodejs|npm|npx|pnpm|yarn|bun)$/.test(name) || /^(npm|npx) /.test(program)) return true;
  return /^(sh|dash|bash|ash|zsh)$/.test(name) && first === "-c";
}

/** Whether a process is there no more. One that ended and was not waited for yet is not there. */
export function isGone({ pid, started }: RunningProcess): boolean {
  if (process.platform === "linux") return processOf(pid)?.started !== started;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** All processes that the system tells of. */
export function allProcesses(): RunningProcess[] {
  if (process.platform !== "linux") return fromPs();
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (fromProc(Number(name)) ?? []) : []));
}

function processOf(pid: number): RunningProcess | null {
  if (pid <= 1 || process.platform === "win32") return null;
  return process.platform === "linux" ? fromProc(pid) : (fromPs(pid)[0] ?? null);
}

/** proc_pid_stat(5): after the name, in brackets, come the state, the parent, the group, and as the 22nd field the start since boot. */
function fromProc(pid: number): RunningProcess | null {
  const text = read(`/proc/${pid}/stat`);
  const [state, parent, group, ...more] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const started = more[16];
  if (started === undefined || state === "Z" || state === "X") return null;
  const command = read(`/proc/${pid}/cmdline`).split("\0");
  return { pid, parent: Number(parent), group: Number(group), started, command };
}

/** ps(1) of macOS and the BSDs. @param pid which one; all where it is left out */
function fromPs(pid?: number): RunningProcess[] {
  const which = pid === undefined ? ["-ax"] : ["-p", String(pid)];
  const fields = ["-o", "pid=,ppid=,pgid=,lstart=,args="];
  let text = "";
  try {
    text = execFileSync("ps", [...which, ...fields], {
      encoding: "utf8",
      env: { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return []; // no such process, or no ps
  }
  return text.split("\n").flatMap((line) => {
    const [, own, parent, group, started, command] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined) return [];
    return {
      ...{ pid: Number(own), parent: Number(parent), group: Number(group), started: started! },
      command: command.split(" "),
    };
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it ended meanwhile, or is not ours to see
  }
}
