import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Engine, type EnsureEngineOptions, ensureEngine, type Way } from "./engine/ensure.ts";
import { shownOrThrown } from "./scriptError.ts";

export { type Engine, type EnsureEngineOptions, ensureEngine, type Way };

/** `npm run engine`: makes the Pulumi engine available and prints where it is. */
async function main(): Promise<void> {
  try {
    const { bin, way } = await ensureEngine();
    console.log(`${bin} (${way})`);
  } catch (error) {
    console.error(shownOrThrown(error));
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
