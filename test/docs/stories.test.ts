import { expect, it } from "vitest";
import { typedIn } from "../../scripts/docs/lines.ts";
import { PAGES, readPage } from "../../scripts/docs/page.ts";
import { blocksOf, replaced } from "../../scripts/docs/play.ts";
import { STORIES } from "../../scripts/docs/stories.ts";

const BLOCKS = PAGES.map(readPage).flatMap(({ blocks }) => blocks);
const keyOf = ({ page, line }: { page: string; line: number }) => `${page}:${line}`;

it("every block of commands is played by a story, or says in a hidden comment why not", () => {
  const played = new Set(STORIES.flatMap(({ sections }) => sections.flatMap(blocksOf)).map(keyOf));
  const left = BLOCKS.filter((block) => block.notPlayed === null && !played.has(keyOf(block)));
  expect(left.map((block) => `${keyOf(block)} ${block.text}`)).toEqual([]);
});

it("what is not played is this, and no more", () => {
  const reasons = BLOCKS.filter(({ notPlayed }) => notPlayed !== null).map(
    ({ page, notPlayed }) => `${page}: ${notPlayed}`,
  );
  expect(reasons).toMatchInlineSnapshot(`
    [
      "README.md: it is the test suite itself",
      "CONTRIBUTING.md: it is the test suite itself",
      "docs/container.md: it needs Docker; \`npm run container\` builds and runs the file",
      "docs/container.md: it needs Docker; \`npm run container\` builds and runs the file",
      "docs/first-day.md: it takes minutes; test/scripts/variants.test.ts plays the short form",
      "docs/fleet-updates.md: \`npm run fleet-demo\` plays it on five orgs",
      "docs/languages.md: it needs a program of yours; test/languages runs those of this page",
      "docs/plugin.md: it needs an archive of a release; test/packed/pluginAsset.test.ts makes and installs one",
      "docs/policy-packs.md: test/languages/policyPack.test.ts runs it on the engine",
      "docs/pull-requests.md: it needs a run on GitHub; test/ci plays the workflows",
      "docs/pull-requests.md: it writes to a pull request on GitHub",
      "docs/revoking.md: it needs an update that was killed; test/pulumi kills some",
      "docs/state.md: it needs a key of AWS",
      "docs/watching.md: it needs a webhook of Slack",
      "docs/watching.md: it needs a webhook of Slack",
      "docs/watching.md: it needs a webhook of Slack",
    ]
  `);
});

it("no comment says it of nothing", () => {
  expect(PAGES.map(readPage).flatMap(({ astray }) => astray)).toEqual([]);
});

it("what a story says in the place of what is printed, and how a command goes, is of a command that is there", () => {
  for (const { sections } of STORIES)
    for (const section of sections) {
      const text = blocksOf(section)
        .map((block) => block.text)
        .join("\n");
      const commands = typedIn(replaced(text, section.says ?? {}));
      for (const printed of Object.keys(section.says ?? {})) expect(text).toContain(printed);
      for (const begins of Object.keys(section.typed ?? {}))
        expect(
          commands.some((command) => command.startsWith(begins)),
          begins,
        ).toBe(true);
    }
});

it("a command that goes on is one, and a comment is none", () => {
  expect(typedIn("# why\na \\\n  b\nc &&\nd # so\n\ne")).toEqual(["a \\\n  b", "c &&\nd # so", "e"]);
});
