import { expect, it } from "vitest";
import { pageOf } from "../../scripts/docs/page.ts";

it("a block of commands is found in lists and consoles, under its heading", () => {
  const text = [
    "# One",
    "1. First:",
    "",
    "   ```sh",
    "   npx a",
    "   ```",
    "",
    "## Two, *and* more",
    "```console",
    "$ npx b",
    "what it prints",
    "```",
    "```yaml",
    "- c",
    "```",
    "Say `npx",
    "d`.",
  ].join("\n");
  const { blocks, inline } = pageOf("p.md", text);
  expect(blocks).toEqual([
    { page: "p.md", line: 4, section: "one", text: "npx a", notPlayed: null },
    { page: "p.md", line: 9, section: "two-and-more", text: "npx b", notPlayed: null },
  ]);
  expect(inline).toEqual([{ text: "npx d", line: 16 }]);
});

it("a hidden comment says why the block after it is not played, and of nothing else", () => {
  const { blocks, astray } = pageOf(
    "p.md",
    "<!-- not played: needs a forge -->\n\n```sh\na\n```\n\n<!-- not played: lost -->\n\nText\n\n```sh\nb\n```",
  );
  expect(blocks.map(({ notPlayed }) => notPlayed)).toEqual(["needs a forge", null]);
  expect(astray).toEqual(["p.md:7"]);
});
