import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { anchor } from "../../scripts/docs/anchor.ts";
import { nodesOf, treeOf } from "../../scripts/docs/page.ts";
import { type Sources, sitePages } from "../../scripts/site/pages.ts";
import { readSources } from "../../scripts/site/readSources.ts";
import { SIDEBAR } from "../../scripts/site/sidebar.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const pages = sitePages(readSources());
const listed = Object.values(SIDEBAR).flatMap((part) => part.map(([, page]) => page));

/** The anchors and the links of a page. */
function partsOf(text: string) {
  const nodes = [...nodesOf(treeOf(text))].map(({ node }) => node as typeof node & { url?: string });
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchor(title!));
  return {
    titles,
    links: nodes.flatMap(({ type, url }) => (["link", "image"].includes(type) ? [url!] : [])),
  };
}
const parts = new Map([...pages].map(([name, text]) => [name, partsOf(text)]));

describe("the site", () => {
  it("lists every page once, and no other", () => {
    expect([...listed].sort()).toEqual([...pages.keys()].sort());
  });

  it("has no link that leads to no page, heading or picture of it", () => {
    const pictures = readdirSync(path.join(ROOT, "docs")).filter((name) => name.endsWith(".png"));
    const broken = [...parts].flatMap(([name, { links }]) =>
      links.filter((link) => !leads(name, link, pictures)).map((link) => `${name}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it("has anchors as GitHub makes them, which the pages link by", () => {
    const config = readFileSync(path.join(ROOT, "site/.vitepress/config.mjs"), "utf8");
    const [, body] = /function slugify\(heading\) \{\n([\s\S]*?)\n\}/.exec(config)!;
    const ours = readFileSync(path.join(ROOT, "scripts/docs/anchor.ts"), "utf8");
    expect(ours).toContain(body);
  });

  it("explains every key of every file, made from the schemas", () => {
    const text = pages.get("schema")!;
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual(
      Object.keys(readSources().schemas),
    );
    for (const key of ["unlisted", "apps[].reviewBy", "limits.perApp", "orgs[].credentials"])
      expect(text).toContain(`\`${key}\``);
  });
});

function leads(page: string, link: string, pictures: readonly string[]): boolean {
  if (/^(https?|mailto):/.test(link)) return true;
  const [file, heading] = link.split("#") as [string, string?];
  if (file.endsWith(".png")) return pictures.includes(path.basename(file));
  const target = parts.get(file === "" ? page : path.basename(file, ".md"));
  return target !== undefined && (heading === undefined || target.titles.includes(heading));
}

it.each(["index", "first-day", "policy", "pull-requests", "incidents", "reports", "watching"])(
  "%s, where a newcomer lands, leads to the words, to each no more than once",
  (page) => {
    const { links } = parts.get(page)!;
    const words = links.filter((link) => /^(\.\/)?words\b/.test(link));
    expect(words.length).toBeGreaterThan(0);
    expect(words).toEqual([...new Set(words)]);
  },
);

it("links to pages elsewhere are to those of the site, and what is no page of it is only named", () => {
  const sources: Sources = {
    pages: {
      "README.md":
        "[a](docs/words.md#drift), [`b`](schema/policy.schema.json), ![c](docs/c.png), `[d](docs/d.md)`",
      "docs/words.md": "[e](../README.md), [f](../examples/g/index.js), <https://h.example>, [i](#j)",
    },
    schemas: {},
  };
  const made = sitePages(sources);
  expect(made.get("index")).toBe(
    "[a](./words.md#drift), [`b`](./schema.md#policy), ![c](./c.png), `[d](docs/d.md)`",
  );
  expect(made.get("words")).toBe("[e](./index.md), f, <https://h.example>, [i](#j)");
});

it("no picture of the docs is larger than 150 kB", () => {
  for (const name of readdirSync(path.join(ROOT, "docs")).filter((one) => one.endsWith(".png")))
    expect(statSync(path.join(ROOT, "docs", name)).size, name).toBeLessThan(150_000);
});
