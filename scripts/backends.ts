import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { BACKENDS, type Backend, type BackendName } from "./backends/backend.ts";
import { fileBackend } from "./backends/file.ts";
import { playOnBackend } from "./backends/play.ts";
import { postgresBackend } from "./backends/postgres.ts";
import { s3Backend } from "./backends/s3.ts";
import { SCENARIOS, type Scenario } from "./backends/scenarios.ts";
import { tellsProcesses } from "./chaos/processes.ts";
import { ScriptError, shownOrThrown } from "./scriptError.ts";

const OPEN: Readonly<Record<BackendName, (root: string) => Backend | Promise<Backend>>> = {
  file: fileBackend,
  s3: s3Backend,
  postgres: postgresBackend,
};

/** `npm run backends`: stories of stacks on each backend, on the real engine. */
async function main(): Promise<void> {
  const { only, scenario, seed } = new Command("npm run backends --")
    .description(
      "play what happens to stacks on a file, an S3-compatible and a Postgres backend, one JSON line a story",
    )
    .option(
      "--only <names>",
      `these backends alone, with commas between them: ${BACKENDS.join(", ")}`,
      namesOf(BACKENDS),
      [...BACKENDS],
    )
    .option(
      "--scenario <names>",
      "these stories alone, with commas between them",
      namesOf(SCENARIOS.map(({ name }) => name)),
      SCENARIOS.map(({ name }) => name),
    )
    .option("--seed <number>", "the org", Number, 1)
    .addHelpText(
      "after",
      `\nStories:\n${SCENARIOS.map(({ name, about }) => `  ${name}: ${about}`).join("\n")}`,
    )
    .parse()
    .opts<{ only: BackendName[]; scenario: string[]; seed: number }>();
  // What is left of anything that is stopped in the middle is below it.
  const root = mkdtempSync(path.join(tmpdir(), "sanctioned-backends-"));
  const remove = () => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      remove();
      process.exit(1);
    });
  process.env.TMPDIR = path.join(root, "tmp");
  mkdirSync(process.env.TMPDIR);
  try {
    if (!tellsProcesses)
      throw new ScriptError("The stories need Linux, which says what processes there are.");
    const stories = SCENARIOS.filter(({ name }) => scenario.includes(name));
    let violations = 0;
    for (const name of only) violations += await onBackend(name, root, stories, seed);
    process.exitCode = violations === 0 ? 0 : 1;
  } catch (error) {
    console.error(shownOrThrown(error));
    process.exitCode = 1;
  } finally {
    remove();
  }
}

/** @returns how many things were not as they must be */
async function onBackend(
  name: BackendName,
  root: string,
  stories: readonly Scenario[],
  seed: number,
): Promise<number> {
  const backend = await OPEN[name](root);
  const folder = fileBackend(path.join(root, "folders"));
  let count = 0;
  try {
    for (const scenario of stories.filter(({ on }) => on?.includes(name) ?? true)) {
      if (process.stderr.isTTY) console.error(`${name}, ${scenario.name}: ${scenario.about}…`);
      const story = await playOnBackend(seed, scenario, backend, await folder.place());
      console.log(JSON.stringify(story));
      count += story.violations.length;
    }
    return count;
  } finally {
    await backend.close();
  }
}

function namesOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  return (text) =>
    text.split(",").map((name) => {
      const found = known.find((one) => one === name.trim());
      if (found === undefined) throw new InvalidArgumentError(`one of ${known.join(", ")}`);
      return found;
    });
}

await main();
