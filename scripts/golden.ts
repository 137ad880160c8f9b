import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command as Options } from "commander";
import { CASES, type CaseName, COMMANDS, type Command, goldenFile, printed } from "../test/pulumi/golden.ts";

/** `npm run golden`: what the real engine prints, written to the files in test/pulumi/golden, or compared with them. */
async function main(): Promise<void> {
  const { check } = new Options("npm run golden --")
    .description(
      "what pulumi preview, --diff, --json and up print on the real engine, for people to read and tests to compare",
    )
    .option("--check", "write nothing; exit 1 where a file is another")
    .parse()
    .opts<{ check?: true }>();
  for (const name of Object.keys(CASES) as CaseName[])
    for (const [command, text] of await printed(name, Object.keys(COMMANDS) as Command[])) {
      const file = goldenFile(name, command);
      if (check === undefined) {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
      } else if (readFileSync(file, "utf8") !== text) {
        console.error(`${path.relative(process.cwd(), file)} is another now.`);
        process.exitCode = 1;
      }
    }
}

await main();
