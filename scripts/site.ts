/** `npm run site`: builds the pages of docs/ as a site, searchable without a network, and checks every link in it. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { brokenLinks } from "./site/links.ts";
import { sitePages } from "./site/pages.ts";
import { readSources } from "./site/readSources.ts";
import { SIDEBAR } from "./site/sidebar.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const HOME = path.join(ROOT, "node_modules/.cache/site");
const run = promisify(execFile);

const { values } = parseArgs({
  options: {
    out: { type: "string", default: path.join(ROOT, "site/dist") },
    base: { type: "string", default: "/" },
  },
});

await installed();
const pages = path.join(HOME, "pages");
rmSync(pages, { recursive: true, force: true });
mkdirSync(pages);
for (const [name, text] of sitePages(readSources())) writeFileSync(path.join(pages, `${name}.md`), text);
for (const name of readdirSync(path.join(ROOT, "docs")))
  if (name.endsWith(".png")) cpSync(path.join(ROOT, "docs", name), path.join(pages, name));
writeFileSync(path.join(HOME, "site.json"), JSON.stringify({ sidebar: sidebar() }));

const began = performance.now();
const vitepress = path.join(HOME, "node_modules/vitepress/bin/vitepress.js");
await run(process.execPath, [vitepress, "build"], {
  cwd: HOME,
  env: { ...process.env, SITE_BASE: values.base },
}).catch(({ stderr }: { stderr: string }) => {
  console.error(stderr);
  process.exit(1);
});
const built = path.join(HOME, "dist");
const broken = brokenLinks(built, values.base);
for (const link of broken) console.error(link);
rmSync(values.out, { recursive: true, force: true });
cpSync(built, values.out, { recursive: true });
const seconds = Math.round((performance.now() - began) / 1000);
console.log(
  `${values.out}: ${sitePages(readSources()).size} pages in ${seconds} s, ${broken.length} broken links`,
);
process.exitCode = broken.length === 0 ? 0 : 1;

/** The generator, by its own lock file: who tests the project does not need it. */
async function installed(): Promise<void> {
  const lock = readFileSync(path.join(ROOT, "site/package-lock.json"), "utf8");
  const mark = path.join(HOME, "installed.json");
  const isThere = existsSync(mark) && readFileSync(mark, "utf8") === lock;
  mkdirSync(HOME, { recursive: true });
  cpSync(path.join(ROOT, "site"), HOME, { recursive: true, filter: (file) => !file.endsWith("/dist") });
  if (isThere) return;
  await run("npm", ["ci", "--silent", "--ignore-scripts"], { cwd: HOME });
  writeFileSync(mark, lock);
}

function sidebar() {
  return Object.entries(SIDEBAR).map(([text, items]) => ({
    text,
    items: items.map(([title, page]) => ({ text: title, link: page === "index" ? "/" : `/${page}` })),
  }));
}
