/** `npm run page`: writes the style and the script of the HTML report as the strings that the page is made with. */
import { readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const folder = path.resolve(import.meta.dirname, "../src/report/html");
const target = path.join(folder, "assets.generated.ts");

/** Later ones go before earlier ones. Tables come before charts, which are tables. */
const STYLES = [
  "base",
  "verdict",
  "contents",
  "tables",
  "charts",
  "trends",
  "controls",
  "narrow",
  "print",
  "audit",
];

/** What the generated file is to hold. */
export async function pageAssets(): Promise<string> {
  const bundle = await rolldown({ input: path.join(folder, "page/main.ts"), platform: "browser" });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  await bundle.close();
  const sheets = readdirSync(path.join(folder, "page/style")).map((file) => path.basename(file, ".css"));
  const left = sheets.filter((name) => !STYLES.includes(name));
  if (left.length > 0) throw new Error(`no page has the style of ${left.join(", ")}`);
  const style = STYLES.map((name) => readFileSync(path.join(folder, `page/style/${name}.css`), "utf8")).join(
    "\n",
  );
  const script = output[0].code.trim();
  for (const text of [style, script])
    if (/<\/(script|style)|<!--/i.test(text))
      throw new Error("the style or the script holds what could end its element");
  return [
    "// Written by `npm run page` from the folder `page`. Do not edit.\n",
    `export const STYLE = ${JSON.stringify(style)};\n`,
    `export const SCRIPT = ${JSON.stringify(script)};\n`,
  ].join("\n");
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  writeFileSync(target, await pageAssets());
