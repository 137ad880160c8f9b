import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { playStory } from "../../scripts/docs/play.ts";
import { PlayError, Stage } from "../../scripts/docs/stage.ts";
import { STORIES } from "../../scripts/docs/stories.ts";

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "sanctioned-docs-test-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

// The short form of `npm run docs`.
it("the monthly audit goes as its page prints it, in a clone, from the first month to the second", async () => {
  const story = STORIES.find(({ name }) => name === "audit")!;
  const played = await playStory(story, folder(), { isQuick: true });
  const typed = played.map(({ command }) => command.replace(/ +#.*/, ""));
  expect(typed.slice(-6)).toEqual([
    "npx sanctioned report --format json --out audit/2026-10.json",
    "npx sanctioned report --plan audit/2026-10.json --format html --edition audit --out audit/2026-10.html",
    "npx sanctioned audit verify",
    "npx sanctioned report --format json --out audit/2026-11.json --since audit/2026-10.json",
    "npx sanctioned report --plan audit/2026-11.json --since audit/2026-10.json --earlier audit/2026-10.json --format html --edition audit --out audit/2026-11.html",
    "npx sanctioned audit verify",
  ]);
  expect(played.at(-1)!.output).toContain("whole");
});

it("a command that does not end as it should ends the story, with what it printed", async () => {
  const home = folder();
  const stage = new Stage(path.join(home, "terminal"), home, { PATH: process.env.PATH, GREETING: "it's" });
  await stage.type("mkdir deeper && cd deeper && export NAME=\"a 'b' $c\"");
  expect(await stage.type('printf "%s|%s|%s" "$GREETING" "$NAME" "$(basename "$PWD")"')).toBe(
    "it's|a 'b' |deeper",
  );
  await expect(stage.type("echo said; exit 3")).rejects.toThrow(/ended with 3 instead of 0:\nsaid/);
  expect(await stage.type("echo said; exit 3", { code: 3 })).toBe("said\n");
  const answers = [{ to: /How many\?/, say: "12\r" }];
  expect(await stage.type('read -p "How many? " n; echo "<$n>"', { answers })).toContain("<12>");
  await expect(stage.type("echo nothing asked", { answers })).rejects.toThrow(PlayError);
});
