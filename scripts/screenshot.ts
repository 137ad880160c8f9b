/** `npm run screenshot`: makes docs/report.png, the report of Dieppe Trading as a browser shows it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { reportHtml } from "../src/report/html/reportHtml.ts";
import { ensureChromium } from "./chromium.ts";
import { dieppeReport } from "./screenshot/dieppeReport.ts";

const target = path.resolve(import.meta.dirname, "../docs/report.png");
const SIZE = { width: 1200, height: 1250 };

const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-screenshot-"));
const browser = await chromium.launch({ executablePath: await ensureChromium() });
try {
  const file = path.join(folder, "report.html");
  writeFileSync(file, reportHtml(await dieppeReport()));
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
  await page.goto(pathToFileURL(file).href);
  await page.screenshot({ path: target });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
