import { Command } from "commander";
import { BENCHMARKS, chosen } from "./bench/benchmarks.ts";
import { shownOrThrown } from "./scriptError.ts";

/** `npm run bench`: runs benchmarks and prints one JSON line for each. */
async function main(): Promise<void> {
  const { only } = new Command("npm run bench --")
    .description("measure against local orgs, one JSON line for each benchmark")
    .option("--only <names>", "these alone, with commas between them")
    .addHelpText("after", `\nBenchmarks:\n${BENCHMARKS.map((b) => `  ${b.name}: ${b.about}`).join("\n")}`)
    .parse()
    .opts<{ only?: string }>();
  try {
    for (const { name, about, run } of chosen(only)) {
      if (process.stderr.isTTY) console.error(`${name}: ${about}…`);
      console.log(JSON.stringify({ name, ...(await run()) }));
    }
  } catch (error) {
    console.error(shownOrThrown(error));
    process.exitCode = 1;
  }
}

await main();
