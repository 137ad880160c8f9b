import { renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { Fault, LocalOrg } from "salesforce-local-org";
import type { Process, Role } from "./processes.ts";

/** What trouble can get at, at the moment in which it begins: a revoke call is under way. */
export interface Scene {
  readonly org: LocalOrg;
  /** The process group of the update. */
  readonly group: number;
  /** Those of the update that are alive. */
  processes(): readonly Process[];
  /** The record of the update. */
  readonly record: string;
  /** `sanctioned revoke` of one app, by somebody else, from beginning to end. */
  rival(): Promise<void>;
}

/** One way in which an update on the engine goes wrong. */
export interface Trouble {
  readonly name: string;
  /** Answers of the org that are wrong from the first revoke call on. */
  readonly faults?: readonly Fault[];
  readonly strike?: (scene: Scene) => void | Promise<void>;
  /** Nothing may be called for any more, but for what was under way, from a second after it struck. */
  readonly endsTheRun?: true;
  /** The record is another from then on, on which the calls before are not. */
  readonly losesTheRecord?: true;
}

/** Longer than a lock of the record is good for, when nobody keeps it up. */
const SUSPENDED_MS = 8_000;

const kill = (signal: NodeJS.Signals, ...roles: readonly Role[]): Trouble => ({
  name: `${signal} of the ${roles.join(" and the ")}`,
  strike: ({ processes }) => {
    for (const { pid, role } of processes()) if (roles.includes(role)) send(pid, signal);
  },
  // The engine may finish what it has begun without the program that asked for it.
  ...(roles.some((role) => role === "engine" || role === "provider") ? { endsTheRun: true as const } : {}),
});

const ofTheGroup = (signal: NodeJS.Signals, times: number): Trouble => ({
  name: `${signal} of the group, ${times === 1 ? "once" : `${times} times`}`,
  strike: async ({ group }) => {
    for (let i = 0; i < times; i++) {
      if (i > 0) await pause(100);
      send(-group, signal);
    }
  },
  endsTheRun: true,
});

const ofTheRecord = (name: string, strike: (record: string) => void): Trouble => ({
  name: `the record ${name}`,
  strike: ({ record }) => strike(record),
  endsTheRun: true,
  losesTheRecord: true,
});

const answered = (name: string, fault: Omit<Fault, "match">): Trouble => ({
  name: `revoke calls ${name}`,
  faults: [{ ...fault, match: "/services/oauth2/revoke", after: 2 }],
});

/** What is played on the real engine, by name. */
export const TROUBLES: readonly Trouble[] = [
  kill("SIGKILL", "engine"),
  kill("SIGKILL", "provider"),
  kill("SIGKILL", "language host"),
  kill("SIGKILL", "program"),
  kill("SIGKILL", "engine", "language host", "program"),
  kill("SIGTERM", "engine"),
  kill("SIGTERM", "provider"),
  ofTheGroup("SIGKILL", 1),
  ofTheGroup("SIGINT", 1),
  ofTheGroup("SIGINT", 2),
  ofTheGroup("SIGTERM", 1),
  {
    name: "the provider is suspended while a rival revokes",
    strike: async ({ processes, rival }) => {
      const provider = processes().filter(({ role }) => role === "provider");
      for (const { pid } of provider) send(pid, "SIGSTOP");
      await Promise.all([rival(), pause(SUSPENDED_MS)]);
      for (const { pid } of provider) send(pid, "SIGCONT");
    },
  },
  { name: "a rival revokes meanwhile", strike: ({ rival }) => rival() },
  ofTheRecord("is removed", (record) => rmSync(record)),
  ofTheRecord("is moved away", (record) => renameSync(record, `${record}.moved`)),
  ofTheRecord("is emptied", (record) => truncateSync(record)),
  ofTheRecord("is replaced by another", (record) => {
    rmSync(record);
    writeFileSync(record, "");
  }),
  answered("are cut off", { kind: "drop", count: 3 }),
  answered("are carried out and cut off", { kind: "applyThenDrop", count: 3 }),
  answered("are carried out and answered 500", { kind: "applyThenFail", status: 500, count: 3 }),
  answered("are answered 200 and not carried out", { kind: "pretend", count: 3 }),
  answered("are answered by bytes that are no HTTP", { kind: "garbage", count: 3 }),
  answered("are answered 503", { kind: "status", status: 503, count: 5 }),
  answered("are answered 429 with Retry-After", {
    kind: "status",
    status: 429,
    retryAfterSeconds: 1,
    count: 3,
  }),
  answered("are answered 500", { kind: "status", status: 500, count: 4 }),
  answered("are redirected", { kind: "redirect", count: 2 }),
  answered("are answered with a web page", { kind: "html", count: 2 }),
  answered("are answered Access Denied", { kind: "accessDenied", count: 1 }),
  answered("are answered by nothing for a while", { kind: "latency", ms: 1_500, count: 4 }),
];

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
