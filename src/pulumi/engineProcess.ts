import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A running process, told from any that had or will have its number. */
export interface EngineProcess {
  readonly pid: number;
  /** When it began, in the notation of the system that says so. */
  readonly started: string;
}

/** What a system says of one process. */
interface Row extends EngineProcess {
  readonly parent: number;
  readonly group: number;
}

/** Asks the system about a process; null where it does not say. */
export type Lookup = (pid: number) => Row | null;

const MOST_ANCESTORS = 16;

/**
 * The engine that this provider process works for: the nearest ancestor outside its process group. Pulumi starts
 * each plugin in a group of its own (`RegisterProcessGroup` in sdk/go/common/util/cmdutil), which the script that
 * starts Node and Node itself stay in. The preview and the update of one `pulumi up` are two provider processes of
 * one engine process: nothing else that reaches a provider is the same in both and in no other run, since each phase
 * has a plugin host of its own, with another address (pkg/engine/deployment.go, `ensureHost`).
 * @returns null where the system does not say, as on Windows
 */
export function engineProcess(lookups: readonly Lookup[] = LOOKUPS, pid = process.pid): EngineProcess | null {
  for (const lookup of lookups) {
    const own = lookup(pid);
    let row = own;
    for (let n = 0; row !== null && row.group === own!.group && n < MOST_ANCESTORS; n++)
      row = lookup(row.parent);
    if (row !== null && row.group !== own!.group) return { pid: row.pid, started: row.started };
  }
  return null;
}

/** proc_pid_stat(5): after the name, in brackets, come the state, the parent, the group, and as the 22nd field the start since boot. */
export function fromProc(pid: number): Row | null {
  const text = said(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? [];
  return rowOf(pid, Number(fields[1]), Number(fields[2]), fields[19]);
}

/** ps(1) of macOS and the BSDs, and of Linux where /proc does not say. */
export function fromPs(pid: number): Row | null {
  const text = said(() =>
    execFileSync("ps", ["-o", "ppid=,pgid=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const [, parent, group, started] = /^\s*(\d+)\s+(\d+)\s+(\S.*?)\s*$/.exec(text ?? "") ?? [];
  return rowOf(pid, Number(parent), Number(group), started);
}

const LOOKUPS: readonly Lookup[] = process.platform === "win32" ? [] : [fromProc, fromPs];

function rowOf(pid: number, parent: number, group: number, started: string | undefined): Row | null {
  return started !== undefined && parent >= 0 && group >= 0 ? { pid, parent, group, started } : null;
}

/** @returns null where the system has no such process, file or program */
function said(ask: () => string): string | null {
  try {
    return ask();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === "string" || "status" in (error as object))
      return null;
    throw error;
  }
}
