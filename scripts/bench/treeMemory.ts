import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const SAMPLE_MS = 200;

/** One process and the memory that it holds. */
interface Held {
  readonly pid: number;
  readonly parent: number;
  readonly rssKb: number;
}

/** Watches what a process and all that it started hold, until it is stopped. */
export class TreeMemory {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #peakKb = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** @returns the most that they held at one time, in MB: the sum of their resident sets, which counts what they share in each */
  stop(): number {
    clearInterval(this.#timer);
    return this.#peakKb / 1024;
  }

  #sample(): void {
    const all = heldByAll();
    const below = Map.groupBy(all, ({ parent }) => parent);
    const tree = all.filter(({ pid }) => pid === this.#pid);
    for (const { pid } of tree) tree.push(...(below.get(pid) ?? []));
    this.#peakKb = Math.max(
      this.#peakKb,
      tree.reduce((sum, { rssKb }) => sum + rssKb, 0),
    );
  }
}

function heldByAll(): Held[] {
  if (process.platform === "linux")
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? fromProc(Number(name)) : []));
  return execFileSync("ps", ["-axo", "pid=,ppid=,rss="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, rssKb] = line.trim().split(/\s+/).map(Number);
      return { pid: pid!, parent: parent!, rssKb: rssKb! };
    });
}

/** proc_pid_status(5). */
function fromProc(pid: number): Held[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return []; // it ended meanwhile
  }
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return [{ pid, parent: number("PPid"), rssKb: number("VmRSS") }];
}
