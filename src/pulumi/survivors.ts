import { allProcesses, isGone, launchersOf, type RunningProcess } from "./launchers.ts";

/**
 * Ends the plugins that an engine which is gone has left behind, with the credentials of its run in their environment: the
 * language host would look for its engine every five minutes (`rpcutil.Healthcheck` in sdk/nodejs/cmd/pulumi-language-nodejs), and a
 * dynamic provider that was started and not called yet never. One that is revoking stops between two calls.
 * @param address the engine's, which is an argument of each of its plugins and of no other process
 */
export function endSurvivors(address: string): void {
  if (!/^[\w.[\]-]+:\d+$/.test(address)) return;
  for (const one of allProcesses())
    if (one.pid !== process.pid && one.command.includes(address) && isPlugin(one)) terminate(one.pid);
}

/** In the process of a program: when that ends since its engine is gone, so does what the engine left behind. */
export function endWithEngine(): void {
  const { starter: engine, others } = launchersOf();
  const host = others.find(isHost);
  if (engine === null || host === undefined) return;
  process.once("exit", () => {
    if (isGone(engine)) endSurvivors(host.command.find((argument) => /:\d+$/.test(argument)) ?? "");
  });
}

/** The scripts of a dynamic provider, and of this package's plugin. */
const PROVIDERS = /[\\/]cmd[\\/]dynamic-provider\b|\bpulumi-resource-sanctioned\b|[\\/]bin[\\/]plugin\.js$/;

function isPlugin(one: RunningProcess): boolean {
  return isHost(one) || one.command.some((argument) => PROVIDERS.test(argument));
}

function isHost({ command: [program = ""] }: RunningProcess): boolean {
  return /(^|[\\/])pulumi-language-nodejs(\.exe)?$/.test(program);
}

function terminate(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // it ended meanwhile
  }
}
