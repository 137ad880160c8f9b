/**
 * `npm run screenshots [-- --out FOLDER] [-- --only dieppe,fleet]`: pictures of every page at 400, 800, 1280 and 1920 pixels, dark and as paper, to be looked
 * through; exits 1 where a page is wider than its window.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { ensureChromium } from "./chromium.ts";
import { pagesToReview } from "./screenshot/pages.ts";
import { ALL_VIEWS, takePictures } from "./screenshot/takePictures.ts";

const { out, only } = parseArgs({
  options: { out: { type: "string", default: "artifacts/screenshots" }, only: { type: "string" } },
}).values;

const folder = path.resolve(import.meta.dirname, "..", out);
const wanted = only?.split(",");
const pages = Object.entries(await pagesToReview()).filter(([name]) => wanted?.includes(name) ?? true);
const browser = await chromium.launch({ executablePath: await ensureChromium() });
try {
  const { files, wrong } = await takePictures(browser, folder, Object.fromEntries(pages), ALL_VIEWS);
  for (const file of files) console.log(path.relative(process.cwd(), file));
  for (const what of wrong) console.error(what);
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
}
