import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { BACKENDS, type Backend, type BackendName } from "./backends/backend.ts";
import { fileBackend } from "./backends/file.ts";
import { playOnBackend } from "./backends/play.ts";
import { postgresBackend } from "./backends/postgres.ts";
import { s3Backend } from "./backends/s3.ts";
import { SCENARIOS } from "./backends/scenarios.ts";
import { processesOf, tellsProcesses } from "./chaos/processes.ts";
import { ScriptError, shownOrThrown } from "./scriptError.ts";

const OPEN: Readonly<Record<BackendName, (root: string) => Backend | Promise<Backend>>> = {
  file: fileBackend,
  s3: s3Backend,
  postgres: postgresBackend,
};

interface Options {
  readonly only: readonly BackendName[];
  readonly scenario: readonly string[];
  readonly seed: number;
}

/** `npm run backends`: stories of stacks on each backend, on the real engine. */
async function main(): Promise<void> {
  const options = readOptions();
  try {
    if (!tellsProcesses)
      throw new ScriptError("The stories need Linux, which says what processes there are.");
    const { stories, violations } = await inFolder((root) => onBackends(root, options));
    if (stories === 0) throw new ScriptError("None of these stories is played on these backends.");
    process.exitCode = violations === 0 ? 0 : 1;
  } catch (error) {
    console.error(shownOrThrown(error));
    process.exitCode = 1;
  }
}

function readOptions(): Options {
  const stories = SCENARIOS.map(({ name }) => name);
  return new Command("npm run backends --")
    .description(
      "play what happens to stacks on a file, an S3-compatible and a Postgres backend, one JSON line a story",
    )
    .option(
      "--only <names>",
      `these backends alone, with commas between them: ${BACKENDS.join(", ")}`,
      namesOf(BACKENDS),
      [...BACKENDS],
    )
    .option("--scenario <names>", "these stories alone, with commas between them", namesOf(stories), stories)
    .option("--seed <number>", "the org", wholeNumber, 1)
    .addHelpText(
      "after",
      `\nStories:\n${SCENARIOS.map(({ name, about }) => `  ${name}: ${about}`).join("\n")}`,
    )
    .parse()
    .opts<Options>();
}

/** Works in a folder that holds all that is made, and leaves nothing behind, also where it is told to end. */
async function inFolder<T>(work: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(path.join(tmpdir(), "sanctioned-backends-"));
  const temporary = path.join(root, "tmp");
  mkdirSync(temporary);
  process.env.TMPDIR = temporary;
  const remove = () => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      for (const { pid } of processesOf("TMPDIR", temporary)) process.kill(pid, "SIGKILL");
      remove();
      process.exit(1);
    });
  try {
    return await work(root);
  } finally {
    remove();
  }
}

/** @returns how many stories were played, and how much was not as it must be; @throws before the first story where a backend is not to be had */
async function onBackends(root: string, { only, scenario, seed }: Options) {
  const total = { stories: 0, violations: 0 };
  const backends: Backend[] = [];
  try {
    for (const name of only) backends.push(await OPEN[name](root));
    const folders = fileBackend(path.join(root, "folders"));
    for (const backend of backends)
      for (const story of SCENARIOS) {
        const isPlayed = scenario.includes(story.name) && (story.on?.includes(backend.name) ?? true);
        if (!isPlayed) continue;
        if (process.stderr.isTTY) console.error(`${backend.name}, ${story.name}: ${story.about}…`);
        const played = await playOnBackend(seed, story, backend, await folders.place());
        console.log(JSON.stringify(played));
        total.stories++;
        total.violations += played.violations.length;
      }
    return total;
  } finally {
    for (const backend of backends) await backend.close();
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1");
  return value;
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
