import { createHash } from "node:crypto";
import { dayOf } from "../../time.ts";

import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { grantsSection, sectionsOf } from "../org/sections.ts";
import { SCRIPT, STYLE } from "./assets.generated.ts";
import { chartsHtml } from "./charts.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { howItWasRead } from "./provenance.ts";
import { type Part, partHtml, partOf } from "./section.ts";
import { tableBook } from "./tables.ts";
import { verdictHtml } from "./verdict.ts";

/**
 * A report as one self-contained page: no request leaves it, and its Content-Security-Policy lets in
 * nothing but its own style and script, by their hashes. Pure.
 */
export function reportHtml(report: OrgReport): string {
  const { plan } = report;
  const view = orgView(report);
  const book = tableBook();
  const sections = [...sectionsOf(report, view), grantsSection(view)];
  const parts = [...sections.map((section) => partOf(section, book)), howItWasRead(report)];
  const title = `Connected users of ${plan.org.name}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${sha256(STYLE)}'; script-src '${sha256(SCRIPT)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="sanctioned">
<title>${title}, ${dayOf(Date.parse(plan.asOf))}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<h1>${title}</h1>
<p>Held against <code>${plan.policy.file}</code> at <time datetime="${plan.asOf}">${plan.asOf.slice(0, 16).replace("T", " ")} UTC</time> · ${plan.org.id}${plan.org.isSandbox ? " · sandbox" : null}${report.redacted ? " · users' names replaced" : null}</p>
</header>
<main id="main" tabindex="-1">
<noscript><p class="alarm">Without JavaScript the tables show their first rows alone, and cannot be sorted or filtered. Everything else is here.</p></noscript>
${verdictHtml(report, view)}<section id="glance" aria-labelledby="glance-title">
<h2 id="glance-title">At a glance</h2>
${chartsHtml(report, view)}</section>
${contents(parts)}${parts.map(partHtml)}</main>
<footer><p class="on-paper">At most 500 rows of a table are printed. <code>sanctioned report --format csv</code> has every grant that was counted.</p>
<p>Made by <code>sanctioned report</code>, which changes nothing.</p></footer>
<script type="application/json" id="data">${trusted(scriptData(book.data()))}</script>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`;
  return page.markup;
}

function contents(parts: readonly Part[]): Markup {
  return html`<nav aria-label="Contents"><ul>${parts.map(
    ({ id, title, count }) =>
      html`<li><a href="#${id}">${title}${count === null ? null : html` <span class="number">${count.toLocaleString("en")}</span>`}</a></li>`,
  )}</ul></nav>
`;
}

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
