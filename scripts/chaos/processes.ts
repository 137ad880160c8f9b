import { readdirSync, readFileSync } from "node:fs";

/** What a process of a Pulumi run is there for. */
export type Role = "engine" | "language host" | "program" | "provider" | "other";

export interface Process {
  readonly pid: number;
  readonly role: Role;
}

/** Whether this system says which processes there are in the way in which `processesOf` asks: Linux does. */
export const tellsProcesses = process.platform === "linux";

/**
 * The processes that have a variable of that value in their environment, as all that were started from one that has it do:
 * also those whose parents are gone. Those that ended, and were not yet waited for, are not among them.
 */
export function processesOf(variable: string, value: string): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      const environment = read(pid, "environ");
      if (!environment.split("\0").includes(`${variable}=${value}`)) return [];
      return { pid: Number(pid), role: roleOf(read(pid, "cmdline").split("\0")) };
    });
}

function roleOf(command: readonly string[]): Role {
  const [program = "", ...rest] = command;
  const name = program.split("/").at(-1);
  if (name === "pulumi") return "engine";
  if (name === "pulumi-language-nodejs") return "language host";
  if (rest.some((argument) => argument.includes("dynamic-provider"))) return "provider";
  return rest.some((argument) => argument.includes("@pulumi/pulumi/cmd/run")) ? "program" : "other";
}

/** Empty for a process that has ended meanwhile. */
function read(pid: string, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
