import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "..");
const PAGES = [
  "README.md",
  "packages/local-org/README.md",
  ...readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join("docs", name)),
];

/** GitHub's anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

describe.each(PAGES)("%s", (page) => {
  const text = readFileSync(path.join(ROOT, page), "utf8");

  it("leads to files and headings that are there", () => {
    for (const [, target] of text.matchAll(/\]\(([^)#\s]*(?:#[^)\s]*)?)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [file, heading] = target!.split("#") as [string, string?];
      const full = file === "" ? path.join(ROOT, page) : path.resolve(ROOT, path.dirname(page), file);
      expect(existsSync(full), `${page} links to ${target}`).toBe(true);
      if (heading === undefined) continue;
      const headings = [...readFileSync(full, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        anchor(title!),
      );
      expect(headings, `${page} links to ${target}`).toContain(heading);
    }
  });

  it("closes every fence", () => {
    expect(text.split("\n").filter((line) => line.trimStart().startsWith("```")).length % 2).toBe(0);
  });
});
