/** `npm run docs`: plays the commands of the README and of docs/ as they are printed, in order; with names of stories, those alone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { playStory } from "./docs/play.ts";
import { PlayError } from "./docs/stage.ts";
import { STORIES } from "./docs/stories.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: "boolean", short: "v" }, quick: { type: "boolean" } },
});
const unknown = positionals.filter((name) => !STORIES.some((story) => story.name === name));
if (unknown.length > 0) {
  console.error(
    `No story is called ${unknown.join(", ")}. There are: ${STORIES.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(1);
}
for (const story of STORIES) {
  if (positionals.length > 0 && !positionals.includes(story.name)) continue;
  const began = performance.now();
  const home = mkdtempSync(path.join(tmpdir(), "sanctioned-docs-"));
  let wrong: string | null = null;
  let commands = 0;
  try {
    const played = await playStory(story, home, {
      isQuick: values.quick ?? false,
      ...(values.verbose ? { say: console.error } : {}),
    });
    commands = played.length;
  } catch (error) {
    if (!(error instanceof PlayError)) throw error;
    wrong = error.message;
    process.exitCode = 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(JSON.stringify({ story: story.name, commands, seconds, wrong }));
}
