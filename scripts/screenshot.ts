/** `npm run screenshot`: makes the pictures of the docs from real output: a preview, a comment, the report of Dieppe Trading and that of a fleet. It takes a font with emoji (Debian: `fonts-noto-color-emoji`). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { fleetHtml } from "../src/report/fleet/html/fleetHtml.ts";
import { reportHtml } from "../src/report/html/reportHtml.ts";
import { demoFleet } from "../test/report/fleet/html/demoFleet.ts";
import { ensureChromium } from "./chromium.ts";
import { commentHtml } from "./screenshot/commentHtml.ts";
import { dieppeReport } from "./screenshot/dieppeReport.ts";
import { realOutput } from "./screenshot/realOutput.ts";
import { terminalHtml } from "./screenshot/terminalHtml.ts";

const docs = path.resolve(import.meta.dirname, "../docs");
const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-screenshot-"));
const { preview, comment } = await realOutput(folder);
const PICTURES = [
  { name: "preview", html: terminalHtml(preview), of: "pre" },
  { name: "comment", html: commentHtml(comment), of: "body" },
  { name: "report", html: reportHtml(await dieppeReport()), width: 1200, height: 1000 },
  { name: "fleet", html: fleetHtml(demoFleet()), width: 1200, height: 1000 },
];

const browser = await chromium.launch({ executablePath: await ensureChromium() });
try {
  for (const { name, html, ...seen } of PICTURES) {
    const file = path.join(folder, `${name}.html`);
    writeFileSync(file, html);
    const viewport = "of" in seen ? { width: 1000, height: 1000 } : seen;
    const page = await browser.newPage({ viewport, colorScheme: "light" });
    await page.goto(pathToFileURL(file).href);
    // Text is there whole, of a page what is first seen.
    const picture = { path: path.join(docs, `${name}.png`) };
    await ("of" in seen ? page.locator(seen.of).screenshot(picture) : page.screenshot(picture));
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
