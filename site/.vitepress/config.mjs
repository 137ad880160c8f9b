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

export default {
  srcDir: "pages",
  outDir: "dist",
  title: "sanctioned",
  description: "GitOps for Salesforce's connected users",
  // Wherever the folder is put, below a path too: `npm run site -- --base /sanctioned/`.
  base: process.env.SITE_BASE ?? "/",
  markdown: { anchor: { slugify }, toc: { slugify }, headers: { slugify } },
  vite: { logLevel: "warn" },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    // In the browser, by an index that comes with the pages: nobody is asked over the network.
    search: { provider: "local" },
  },
};
