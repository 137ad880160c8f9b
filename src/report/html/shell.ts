import { createHash } from "node:crypto";
import { SCRIPT, STYLE } from "./assets.generated.ts";
import { html, type Markup, trusted } from "./markup.ts";
import type { PageData } from "./tableData.ts";

/** What stands in a page. */
export interface Page {
  readonly title: string;
  /** In the title of the window, as 2026-11-26. */
  readonly day: string;
  /** Below the title. */
  readonly subtitle: Markup;
  readonly main: Markup;
  /** In the footer, of paper alone. */
  readonly onPaper: Markup;
  readonly footer: Markup;
  /** What the script works on; null for a page without one. */
  readonly data: PageData | null;
  /** A style of its own, behind that of all pages. */
  readonly style?: string;
}

/**
 * A self-contained page: no request leaves it, and its Content-Security-Policy lets in nothing but its own style and script, by
 * their hashes. Pure.
 */
export function pageHtml({ title, day, subtitle, main, onPaper, footer, data, style = "" }: Page): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${sha256(STYLE)}'${style === "" ? null : html` '${sha256(style)}'`}; script-src ${data === null ? trusted("'none'") : trusted(`'${sha256(SCRIPT)}'`)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="sanctioned">
<title>${title}, ${day}</title>
<style>${trusted(STYLE)}</style>${style === "" ? null : html`\n<style>${trusted(style)}</style>`}
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<h1>${title}</h1>
<p>${subtitle}</p>
</header>
<main id="main" tabindex="-1">
${data === null ? null : trusted(NO_SCRIPT)}${main}</main>
<footer><p class="on-paper">${onPaper}</p>
<p>${footer}</p></footer>
${
  data === null
    ? null
    : html`<script type="application/json" id="data">${trusted(scriptData(data))}</script>
<script>${trusted(SCRIPT)}</script>
`
}</body>
</html>
`;
  return page.markup;
}

const NO_SCRIPT = `<noscript><p class="alarm">Without JavaScript the tables show their first rows alone, and cannot be sorted or filtered. Everything else is here.</p></noscript>
`;

/** JSON in which no text can end the element that holds it, or start a comment there. */
function scriptData(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sha256(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
