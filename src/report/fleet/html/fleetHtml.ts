import { minuteText } from "../../../time.ts";
import { html, type Markup } from "../../html/markup.ts";
import { contents, type Part, partHtml, partOf } from "../../html/section.ts";
import { pageHtml } from "../../html/shell.ts";
import { tableBook } from "../../html/tables.ts";
import type { FleetPage } from "./fleetPage.ts";
import { fleetSections } from "./fleetSections.ts";
import { fleetVerdict } from "./fleetVerdict.ts";
import { trendCharts } from "./trendCharts.ts";

/** A report on a fleet as one self-contained page, which leads to the pages of its orgs where there are any. Pure. */
export function fleetHtml(page: FleetPage): string {
  const { run } = page;
  const book = tableBook();
  const parts = [...fleetSections(page).map((section) => partOf(section, book)), howItWasRead(page)];
  const charts = trendCharts(page.history);
  if (charts !== null) parts.splice(parts.findIndex(({ id }) => id === "orgs") + 1, 0, charts);
  const [urgent, rest] = [parts.filter(isUrgent), parts.filter((part) => !isUrgent(part))];
  return pageHtml({
    title: "Connected users of all orgs",
    day: run.asOf.slice(0, 10),
    subtitle: html`The orgs of <code>${run.file}</code> held against their policies at <time datetime="${run.asOf}">${minuteText(run.asOf)}</time>`,
    main: html`${fleetVerdict(page)}${urgent.map(partHtml)}${contents([...urgent, ...rest])}${rest.map(partHtml)}`,
    onPaper: html`Long tables are cut on paper, and each says what is left out. <code>sanctioned fleet report --format csv --all</code> has every grant that was counted.`,
    footer: html`Made by <code>sanctioned fleet report</code>, which changes nothing.`,
    data: book.data(),
  });
}

/** What nobody should have to look for. */
function isUrgent({ id, count }: Part): boolean {
  return (id === "unjudged" || id === "refused") && count !== 0;
}

/** What the page was made from. */
function howItWasRead({ run, history }: FleetPage): Part {
  const { notSelected } = run;
  const facts: [name: string, value: string | Markup][] = [
    ["Orgs", run.file],
    ["Left out", notSelected.length === 0 ? "none" : `${notSelected.length}: ${notSelected.join(", ")}`],
    ["At", run.asOf],
    ["History", history === null ? "none is kept" : history.file],
    ["Run's digest", html`<code>${run.digest}</code>`],
  ];
  return {
    id: "provenance",
    title: "How it was read",
    count: null,
    body: html`<dl>${facts.map(([name, value]) => html`\n<dt>${name}</dt><dd>${value}</dd>`)}\n</dl>`,
  };
}
