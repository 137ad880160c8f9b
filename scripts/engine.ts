import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Engine, type EnsureEngineOptions, ensureEngine, type Way } from "./engine/ensure.ts";
import { ensureLanguages, type Language, languages } from "./engine/languages.ts";
import { ScriptError, shownOrThrown } from "./scriptError.ts";

export { type Engine, type EnsureEngineOptions, ensureEngine, type Way };

/**
 * `npm run engine`: makes the Pulumi engine available and prints where it is. `npm run engine -- yaml go` makes it able to run
 * programs of these languages too.
 */
async function main(): Promise<void> {
  try {
    const wanted = process.argv.slice(2).map(languageOf);
    const { bin, way } = await ensureEngine();
    if (wanted.length > 0) await ensureLanguages(wanted);
    console.log(`${bin} (${way})`);
  } catch (error) {
    console.error(shownOrThrown(error));
    process.exitCode = 1;
  }
}

function languageOf(name: string): Language {
  const language = languages.find((known) => known === name);
  if (language === undefined)
    throw new ScriptError(`There is no host of "${name}" to build here, only of ${languages.join(" and ")}.`);
  return language;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
