import { subscribe } from "node:diagnostics_channel";
import { fstatSync } from "node:fs";
import type { Stop } from "../stop.ts";
import { isGone, launchersOf } from "./launchers.ts";
import { endSurvivors } from "./survivors.ts";

/** A provider that serves an engine. */
export interface Attended {
  /** Asks what it does to stop. */
  readonly stop: Stop;
  /** Resolves once nothing is being revoked. */
  settled(): Promise<unknown>;
}

/** Pulumi kills a provider 5 s after it told it to end (`Kill` in sdk/go/common/resource/plugin/plugin.go). */
const HASTY_MS = 3_000;
/** Whatever hangs, an engine that is gone is outlived by no more than this. */
const LAST_MS = 4_500;
const LOOK_MS = 250;
/** How Pulumi asks a provider to stop on the first Ctrl-C (`SignalCancellation`); its dynamic provider hands that on to nobody. */
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Ends a provider's process with the engine that it serves, and stops what it does between two calls as soon as that is
 * wanted. Pulumi starts it in a process group of its own, so that a terminal's Ctrl-C does not reach it, and an engine that
 * is killed takes none of its plugins along (docs/revoking.md#stopping).
 * @param address the engine's, Pulumi's argument to each of its plugins
 */
export function attendEngine(provider: Attended, address = process.argv.at(-1) ?? ""): void {
  const { stop } = provider;
  // Told by Node of each request to a server of this process; Pulumi then waits for what is under way.
  subscribe("http2.server.stream.start", (message) => {
    const { headers } = message as { readonly headers?: Readonly<Record<string, unknown>> };
    if (headers?.[":path"] === CANCEL) stop.ask("Pulumi was told to stop (Ctrl-C, or a signal)");
  });
  let ending = false;
  const end = (why: string): void => {
    if (ending) return;
    ending = true;
    stop.ask(why, HASTY_MS);
    setTimeout(() => process.exit(1), LAST_MS).unref();
    void provider.settled().then(() => process.exit(1));
  };
  const engineIsGone = (): void => {
    if (!ending) endSurvivors(address);
    end("Pulumi's engine is gone");
  };
  const { starter: engine, others } = launchersOf();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      // Another process of the same run may have seen it first.
      if (engine !== null && isGone(engine)) engineIsGone();
      else end(`Pulumi ended it (${signal})`);
    });
  if (engine === null) whenInputEnds(engineIsGone);
  setInterval(() => {
    if (engine !== null && isGone(engine)) engineIsGone();
    // The engine is told by what the update ends with, and then ends by itself.
    else if (others.some(isGone)) stop.ask("what Pulumi was started by is gone");
  }, LOOK_MS).unref();
}

/** For systems that do not tell of processes: the engine holds the other end of a plugin's standard input, and writes nothing there. */
function whenInputEnds(tell: () => void): void {
  const input = fstatSync(0);
  if (!input.isFIFO() && !input.isSocket()) return;
  process.stdin.on("close", tell).on("error", tell).resume();
}
