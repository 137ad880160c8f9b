import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { anchor } from "../scripts/docs/anchor.ts";
import { PAGES } from "../scripts/docs/page.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
/** GitHub's anchors of a page's headings. */
function anchorsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchor(title!));
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
      expect(anchorsOf(full), `${page} links to ${target}`).toContain(heading);
    }
  });

  it("closes every fence", () => {
    expect(text.split("\n").filter((line) => line.trimStart().startsWith("```")).length % 2).toBe(0);
  });
});

describe("the programs that a page shows", () => {
  it.each(["examples/yaml/Pulumi.yaml", "examples/go/main.go"])(
    "are those that the tests run: %s",
    (file) => {
      const page = readFileSync(path.join(ROOT, "docs/languages.md"), "utf8");
      expect(page).toContain(`\n${readFileSync(path.join(ROOT, file), "utf8")}\`\`\``);
    },
  );
});

describe("what the code cites", () => {
  const cited = ["src", "scripts", "packages", "bin"]
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) =>
        path.join(folder, name),
      ),
    )
    .filter((file) => /\.(ts|js|cjs|mjs)$/.test(file) && !/node_modules|[/\\]dist[/\\]/.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), "utf8") }));

  it("is there: each page, and each of its headings", () => {
    const citations = cited.flatMap(({ file, text }) =>
      [...text.matchAll(/\bdocs\/([\w/-]+\.md)(?:#([\w-]+))?/g)].map(([, page, heading]) => ({
        file,
        page,
        heading,
      })),
    );
    expect(citations.filter(({ page }) => page === "salesforce.md").length).toBeGreaterThan(30);
    for (const { file, page, heading } of citations) {
      const full = path.join(ROOT, "docs", page!);
      expect(existsSync(full), `${file} cites ${page}`).toBe(true);
      if (heading !== undefined)
        expect(anchorsOf(full), `${file} cites ${page}#${heading}`).toContain(heading);
    }
  });

  it("is a law that there is", () => {
    const laws = anchorsOf(path.join(ROOT, "docs/laws.md"));
    const citations = cited.flatMap(({ file, text }) =>
      [...text.matchAll(/\blaw (\d+)/gi)].map(([, number]) => ({ file, number })),
    );
    expect(citations.length).toBeGreaterThan(5);
    for (const { file, number } of citations)
      expect(laws, `${file} cites law ${number}`).toContain(`law-${number}`);
  });

  it("is no page that nobody can open", () => {
    for (const { file, text } of cited)
      expect(text, file).not.toMatch(/salesforce-facts|salesforce-evidence|design\.md/);
  });
});

it("the handbook names files that are there", () => {
  const files = ["src", "scripts", "test"].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" }).map(
      (name) => `/${folder}/${name}`,
    ),
  );
  const handbook = readFileSync(path.join(ROOT, "docs/HANDBOOK.md"), "utf8");
  for (const [, named] of handbook.matchAll(/`([\w/]+\.tsx?)`/g))
    expect(
      files.some((file) => file.endsWith(`/${named}`)),
      named,
    ).toBe(true);
});
