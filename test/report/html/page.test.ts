import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureChromium } from "../../../scripts/chromium.ts";
import { dieppeReport } from "../../../scripts/screenshot/dieppeReport.ts";
import { takePictures } from "../../../scripts/screenshot/takePictures.ts";
import { fleetHtml } from "../../../src/report/fleet/html/fleetHtml.ts";
import { auditHtml } from "../../../src/report/html/auditHtml.ts";
import { reportHtml } from "../../../src/report/html/reportHtml.ts";
import type { OrgReport } from "../../../src/report/org/orgReport.ts";
import { app, grant, inventoryOf, user } from "../../inventories.ts";
import { demoFleet, fleetPageOf } from "../fleet/html/demoFleet.ts";
import { someFleet } from "../fleet/someFleet.ts";
import { busyReport } from "../someReport.ts";
import { largeReport, reportOf } from "./reports.ts";

/** Time enough to install Chromium, where it is not there. */
const INSTALLING = 300_000;
let browser: Browser;
let folder: string;
/** What a page did that it must not do. */
let trouble: string[];
let pages: Page[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-page-"));
  browser = await chromium.launch({ executablePath: await ensureChromium() });
  writeFileSync(inFolder("large"), reportHtml(largeReport()));
  writeFileSync(inFolder("dieppe"), reportHtml(await dieppeReport()));
  writeFileSync(inFolder("hostile"), reportHtml(hostileReport()));
  writeFileSync(inFolder("fleet"), fleetHtml(demoFleet()));
  writeFileSync(inFolder("audit"), auditHtml(busyReport(), { annex: false }));
  writeFileSync(inFolder("hostile-audit"), auditHtml(hostileReport(), { annex: true }));
  writeFileSync(inFolder("hostile-fleet"), fleetHtml(fleetPageOf(someFleet())));
  mkdirSync(path.join(folder, "orgs"));
  writeFileSync(inFolder("orgs/dieppe"), reportHtml(await dieppeReport(), { fleet: "../fleet.html" }));
}, INSTALLING);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  trouble = [];
  pages = [];
});
afterEach(async () => {
  for (const page of pages) await page.context().close();
  expect(trouble).toEqual([]);
});

function inFolder(name: string): string {
  return path.join(folder, `${name}.html`);
}

const HOSTILE = [
  "</script><img src=x onerror=alert(1)>",
  "<!--<script>alert(2)",
  "evil\u202Egnp.exe",
  `"'&amp;`,
];

function hostileReport(): OrgReport {
  const names = [...HOSTILE, "w".repeat(255)];
  const users = names.map((name, i) => user(i, { name, username: `${name}@x` }));
  // Of more rows than are read without a filter, whose lists of values are as wide as the longest name.
  const apps = names.map((name) => app(name));
  const grants = users.flatMap(({ id }) => apps.map((one) => grant(id, one)));
  return reportOf(inventoryOf({ users, grants, apps }), "version: 1\nunlisted: report\napps: []\n");
}

/** Opens a page and watches it: no error, no dialog, no request but the one for the page itself, and for those that the test goes to. */
async function open(
  name: string,
  options: BrowserContextOptions = {},
  goesTo: readonly string[] = [],
): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  pages.push(page);
  const addresses = [name, ...goesTo].map((one) => pathToFileURL(inFolder(one)).href);
  page
    .on("request", (request) => {
      if (!addresses.includes(request.url())) trouble.push(`request: ${request.url()}`);
    })
    .on("console", (message) => trouble.push(`console: ${message.text()}`))
    .on("pageerror", (error) => trouble.push(`error: ${error.message}`))
    .on("dialog", async (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
  await page.goto(addresses[0]!);
  return page;
}

const grants = (page: Page) => page.locator("#grants-table");
const column = (page: Page, n: number) => grants(page).locator(`tbody tr > :nth-child(${n})`).allInnerTexts();
const head = (page: Page, name: string) => grants(page).getByRole("columnheader", { name });
const shown = (page: Page) => grants(page).getByRole("status").innerText();

describe("the table of 20,000 grants", () => {
  it("holds one page of rows, and turns to the others", async () => {
    const page = await open("large");
    expect(await grants(page).locator("tbody tr").count()).toBe(25);
    expect(await shown(page)).toBe("Rows 1 to 25 of 20,000.");
    const next = grants(page).getByRole("button", { name: "Next" });
    const previous = grants(page).getByRole("button", { name: "Previous" });
    expect(await previous.getAttribute("aria-disabled")).toBe("true");
    await previous.click({ force: true });
    expect(await shown(page)).toBe("Rows 1 to 25 of 20,000.");
    await next.click();
    expect(await shown(page)).toBe("Rows 26 to 50 of 20,000.");
    await grants(page).getByLabel("Rows a page").selectOption("500");
    expect(await shown(page)).toBe("Rows 1 to 500 of 20,000.");
    await grants(page).getByLabel("Use").selectOption({ label: "unknown (4,000)" });
    for (let turned = 0; turned < 7; turned++) await next.click();
    expect(await grants(page).locator(".pager").innerText()).toContain("Page 8 of 8");
    expect(await next.getAttribute("aria-disabled")).toBe("true");
    expect(await shown(page)).toBe("Rows 3,501 to 4,000 of 4,000 that match, of 20,000.");
  });

  it("sorts by a column's head, newest and largest first, and says so", async () => {
    const page = await open("large");
    await head(page, "Tokens").getByRole("button").click();
    expect(await head(page, "Tokens").getAttribute("aria-sort")).toBe("descending");
    expect(new Set((await column(page, 5)).slice(0, 20))).toEqual(new Set(["999"]));
    await head(page, "Tokens").getByRole("button").click();
    expect(await head(page, "Tokens").getAttribute("aria-sort")).toBe("ascending");
    expect((await column(page, 5))[0]).toBe("0");
    await head(page, "Granted").getByRole("button").click();
    expect((await column(page, 3))[0]).toBe("2026-11-23");
    expect(await grants(page).locator("[aria-sort]").count()).toBe(1);
  });

  it("filters by text and by choice, together, and clears both", async () => {
    const page = await open("large");
    const filter = grants(page).getByLabel("Filter");
    await filter.fill("USER1234@ app 1");
    expect(await shown(page)).toMatch(/^Rows 1 to (\d) of \1 that match, of 20,000\.$/);
    for (const name of await column(page, 1)) expect(name).toContain("user1234@dieppe.example");
    await grants(page).getByLabel("Use").selectOption({ label: "unknown (4,000)" });
    await filter.fill("");
    expect(await shown(page)).toBe("Rows 1 to 25 of 4,000 that match, of 20,000.");
    await grants(page).getByLabel("Standing").selectOption({ label: "not listed (5,000)" });
    expect(await shown(page)).toBe("Rows 1 to 25 of 1,000 that match, of 20,000.");
    await filter.fill("no such user");
    expect(await shown(page)).toBe("No row matches, of 20,000.");
    await grants(page).getByRole("button", { name: "Reset" }).click();
    expect(await shown(page)).toBe("Rows 1 to 25 of 20,000.");
  });

  it("goes by the keyboard alone, and keeps the focus", async () => {
    const page = await open("large");
    await head(page, "User").getByRole("button").focus();
    await page.keyboard.press("Enter");
    expect(await head(page, "User").getAttribute("aria-sort")).toBe("ascending");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    expect(await head(page, "App").getAttribute("aria-sort")).toBe("ascending");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("App");
    await grants(page).getByLabel("Filter").focus();
    await page.keyboard.type('"app 39"');
    expect(await shown(page)).toBe("Rows 1 to 25 of 500 that match, of 20,000.");
    expect(await page.evaluate("document.activeElement.id")).toBe("grants-query");
  });

  it("is led to from an app's name", async () => {
    const page = await open("large");
    await grants(page).getByLabel("Use").selectOption({ label: "unknown (4,000)" });
    await page.locator("#apps-table").getByRole("link", { name: "App 13", exact: true }).click();
    expect(await grants(page).getByLabel("Filter").inputValue()).toBe('"App 13"');
    expect(await shown(page)).toBe("Rows 1 to 25 of 500 that match, of 20,000.");
    expect(page.url()).toMatch(/#grants$/);
  });

  it("is printed as filtered, up to 500 rows or all, without controls, and not where nobody asked for it", async () => {
    const page = await open("large");
    await page.evaluate(
      `addEventListener("beforeprint", () => { const table = document.getElementById("grants-table"); window.printed = [table.querySelectorAll("tbody tr").length, table.querySelector(".rows-shown").textContent.split(". ")[0]]; })`,
    );
    const printed = async () => {
      await page.pdf({ preferCSSPageSize: true });
      expect(await grants(page).locator("tbody tr").count()).toBe(25);
      return page.evaluate("window.printed");
    };
    expect(await printed()).toEqual([0, "Not on this paper: 20,000 rows"]);
    await grants(page).getByLabel("Filter").fill('"App 7"');
    const filtered = '500 that match the filter “"App 7"”, of 20,000';
    expect(await printed()).toEqual([500, `The ${filtered.replace("500", "500 rows")}.`]);
    await page.emulateMedia({ media: "print" });
    expect(await grants(page).locator(".filters").isVisible()).toBe(false);
    expect(await page.getByRole("navigation").isVisible()).toBe(false);
    expect(await page.locator(".on-paper").innerText()).toContain("each says what is left out");
    // The width between the margins of an upright A4 page.
    await page.setViewportSize({ width: 710, height: 1000 });
    const cut = await page.evaluate(
      `[...document.querySelectorAll(".scroll, svg")].filter((e) => e.getBoundingClientRect().right > 710).length`,
    );
    expect(cut).toBe(0);
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(710);
  });
});

async function expectAccessible(page: Page, width: number): Promise<void> {
  await page.evaluate(axe.source);
  const { violations, passes } = (await page.evaluate("axe.run()")) as axe.AxeResults;
  expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
  expect(passes.map(({ id }) => id)).toContain("color-contrast");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
}

describe("the page of Dieppe Trading", () => {
  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 380],
  ] as const)("has no violation of accessibility: %s, %i wide", async (colorScheme, width) => {
    await expectAccessible(await open("dieppe", { colorScheme, viewport: { width, height: 900 } }), width);
  });

  it("is dark where the reader wants it dark, and light on paper all the same", async () => {
    const page = await open("dieppe", { colorScheme: "dark" });
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(20, 24, 29)");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
  });

  it("is printed with every grant where that is ticked", async () => {
    const page = await open("dieppe");
    await grants(page).getByLabel("All rows on paper").check();
    await page.evaluate(
      `addEventListener("beforeprint", () => { window.printed = document.querySelectorAll("#grants-table tbody tr").length; })`,
    );
    await page.pdf();
    expect(await page.evaluate("window.printed")).toBe(448);
  });

  it("can be read without JavaScript, and says what is missing", async () => {
    const page = await open("dieppe", { javaScriptEnabled: false });
    expect(await page.locator("noscript").innerText()).toContain("Without JavaScript the tables");
    expect(await page.locator("#revocations tbody tr").count()).toBe(12);
    expect(await page.locator("#grants tbody tr").count()).toBe(25);
    expect(await page.getByRole("button").count()).toBe(0);
  });

  it("lets a keyboard skip to the report", async () => {
    const page = await open("dieppe");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
  });
});

describe("the edition for paper", () => {
  it.each([
    ["light", 1280],
    ["dark", 400],
  ] as const)("has no violation of accessibility: %s, %i wide", async (colorScheme, width) => {
    await expectAccessible(await open("audit", { colorScheme, viewport: { width, height: 900 } }), width);
  });
});

describe("the pictures of the pages", () => {
  const ARTIFACTS = path.resolve(import.meta.dirname, "../../../artifacts/test-pages");

  it("are left for whoever reviews them, no page is wider than its window, and paper has two to five sheets", async () => {
    const dieppe = await dieppeReport();
    const light = { width: 400, colorScheme: "light" } as const;
    const dark = { width: 1280, colorScheme: "dark" } as const;
    const screens = await takePictures(browser, ARTIFACTS, { dieppe: reportHtml(dieppe) }, [light, dark]);
    const printed = { audit: auditHtml(dieppe, { annex: false }), dieppe: reportHtml(dieppe) };
    const paper = await takePictures(browser, ARTIFACTS, printed, ["paper"]);
    expect([...screens.wrong, ...paper.wrong]).toEqual([]);
    for (const file of screens.files) expect(readFileSync(file).subarray(1, 4).toString()).toBe("PNG");
    for (const file of paper.files) {
      const sheets = readFileSync(file, "latin1").match(/\/Type \/Page\b/g)!.length;
      expect(sheets, file).toBeGreaterThanOrEqual(2);
      expect(sheets, file).toBeLessThanOrEqual(5);
    }
  });
});

describe("the page of a fleet", () => {
  it.each([
    ["dark", 1280],
    ["light", 400],
  ] as const)("has no violation of accessibility: %s, %i wide", async (colorScheme, width) => {
    await expectAccessible(await open("fleet", { colorScheme, viewport: { width, height: 900 } }), width);
  });

  it("leads from an app to where it is connected, from an org to its own report, and back", async () => {
    const page = await open("fleet", {}, ["orgs/dieppe"]);
    await page.locator("#apps-table").getByRole("link", { name: "Drift" }).click();
    const connections = page.locator("#connections-table");
    expect(await connections.getByRole("status").innerText()).toBe("Rows 1 to 4 of 4 that match, of 24.");
    await connections.getByRole("link", { name: "dieppe" }).click();
    expect(await page.locator("h1").innerText()).toBe("Connected users of Dieppe Trading");
    await page.getByRole("link", { name: "all orgs" }).click();
    expect(await page.locator("#verdict h2").innerText()).toBe("2 of 7 orgs could not be judged");
  });

  it("keeps its orgs' trends when it is sorted, which a trend does not do", async () => {
    const page = await open("fleet");
    const orgs = page.locator("#orgs-table");
    await orgs.getByRole("button", { name: "Grants" }).click();
    expect(await orgs.locator("tbody th").first().innerText()).toContain("rouen");
    expect(await orgs.locator("svg.spark").count()).toBe(5);
    expect(await orgs.getByRole("button", { name: "Trend" }).count()).toBe(0);
  });
});

describe("hostile names", () => {
  it("are shown and do nothing", async () => {
    const page = await open("hostile");
    const names = (await column(page, 2)).map((text) => text.split("\n")[0]);
    for (const name of HOSTILE) expect(names).toContain(name.replace("\u202E", "\\u{202e}"));
    await page.locator("#undecided").getByRole("link", { name: "onerror" }).click();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(2);
  });

  it.each([
    ["hostile", "screen", 1280],
    ["hostile", "screen", 400],
    ["hostile", "print", 710],
    ["hostile-fleet", "screen", 380],
    ["hostile-audit", "screen", 1280],
    ["hostile-audit", "print", 695],
  ] as const)("cannot push the page apart: %s, %s, %i wide", async (name, media, width) => {
    const page = await open(name, { viewport: { width, height: 700 } });
    await page.emulateMedia({ media });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  });
});
