// What `npm run site` builds from: pages/ and site.json beside this folder, which scripts/site.ts writes.
import { readFileSync } from "node:fs";

const { sidebar } = JSON.parse(readFileSync(new URL("../site.json", import.meta.url), "utf8"));

/** GitHub's anchor of a heading, which the pages link by; scripts/docs/anchor.ts is the same. */
function slugify(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Each cell says which column it is of, for where a row is shown as a card. */
function namedCells(md) {
  md.core.ruler.push("named-cells", ({ tokens }) => {
    let names = [];
    let column = 0;
    const seen = {
      table_open: () => (names = []),
      tr_open: () => (column = 0),
      th_open: (_, heading) => names.push(heading.content.replaceAll("`", "")),
      td_open: (cell) => cell.attrSet("data-column", names[column++]),
    };
    for (const [index, token] of tokens.entries()) seen[token.type]?.(token, tokens[index + 1]);
  });
}

/** A heading of a sample that is quoted is no heading of the page: it has no anchor, and so is not among those that are listed. */
function quotedHeadings(md) {
  md.core.ruler.push("quoted-headings", ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type !== "heading_open" || token.level === 0) continue;
      token.attrs = null;
      const { children } = tokens[index + 1];
      const link = children.findIndex((child) => child.attrGet("class") === "header-anchor");
      if (link >= 0) children.splice(link);
    }
  });
}

export default {
  srcDir: "pages",
  outDir: "dist",
  title: "sanctioned",
  description: "GitOps for Salesforce's connected users",
  // Wherever the folder is put, below a path too: `npm run site -- --base /sanctioned/`.
  base: process.env.SITE_BASE ?? "/",
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    headers: { slugify },
    config: (md) => md.use(namedCells).use(quotedHeadings),
  },
  vite: { logLevel: "warn" },
  transformPageData(page) {
    if (page.relativePath === "reference.md") page.frontmatter.pageClass = "reference";
  },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    // In the browser, by an index that comes with the pages: nobody is asked over the network.
    search: { provider: "local", options: { detailedView: true } },
  },
};
