/** `npm run screenshot`: makes docs/report.png, the report of Dieppe Trading as a browser shows it, and docs/fleet.png, that of a fleet. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { fleetHtml } from "../src/report/fleet/html/fleetHtml.ts";
import { reportHtml } from "../src/report/html/reportHtml.ts";
import { demoFleet } from "../test/report/fleet/html/demoFleet.ts";
import { ensureChromium } from "./chromium.ts";
import { dieppeReport } from "./screenshot/dieppeReport.ts";

const docs = path.resolve(import.meta.dirname, "../docs");
const PICTURES = [
  { name: "report", html: reportHtml(await dieppeReport()), height: 1250 },
  { name: "fleet", html: fleetHtml(demoFleet()), height: 1400 },
];

const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-screenshot-"));
const browser = await chromium.launch({ executablePath: await ensureChromium() });
try {
  for (const { name, html, height } of PICTURES) {
    const file = path.join(folder, `${name}.html`);
    writeFileSync(file, html);
    const page = await browser.newPage({ viewport: { width: 1200, height }, colorScheme: "light" });
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: path.join(docs, `${name}.png`) });
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
