import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";

/** What a page is looked at as: a window of some width, light or dark, or paper. */
export type View = { readonly width: number; readonly colorScheme: "light" | "dark" } | "paper";

/** Every width that a page is reviewed at, dark once and paper. */
export const ALL_VIEWS: readonly View[] = [
  ...[400, 800, 1280, 1920].map((width) => ({ width, colorScheme: "light" as const })),
  { width: 400, colorScheme: "dark" },
  { width: 1280, colorScheme: "dark" },
  "paper",
];

/** Longer than anybody scrolls in a picture; a browser draws no more than 16,384 pixels. */
const MOST_HEIGHT = 9_000;

/**
 * Takes pictures of pages, as `dieppe-400-dark.png` and `dieppe-paper.pdf`, and leaves the pages beside them.
 * @returns the files, and what is wrong with a page that anybody would see: that it is wider than its window
 */
export async function takePictures(
  browser: Browser,
  folder: string,
  pages: Readonly<Record<string, string>>,
  views: readonly View[],
): Promise<{ readonly files: string[]; readonly wrong: string[] }> {
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  const wrong: string[] = [];
  for (const [name, html] of Object.entries(pages)) {
    const source = path.join(folder, `${name}.html`);
    writeFileSync(source, html);
    const page = await browser.newPage();
    await page.goto(pathToFileURL(source).href);
    for (const view of views) {
      if (view === "paper") {
        files.push(path.join(folder, `${name}-paper.pdf`));
        await page.pdf({ path: files.at(-1)!, preferCSSPageSize: true });
        continue;
      }
      const { width, colorScheme } = view;
      files.push(path.join(folder, `${name}-${width}-${colorScheme}.png`));
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const [wide, high] = (await page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]",
      )) as [number, number];
      if (wide > width) wrong.push(`${name} is ${wide} pixels wide in a window of ${width}`);
      await page.screenshot({
        path: files.at(-1)!,
        fullPage: true,
        clip: { x: 0, y: 0, width, height: Math.min(high, MOST_HEIGHT) },
      });
    }
    await page.close();
  }
  return { files, wrong };
}
