import { dayOf, minuteText } from "../../time.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { grantsSection, sectionsOf } from "../org/sections.ts";
import { chartsHtml } from "./charts.ts";
import { html } from "./markup.ts";
import { howItWasRead } from "./provenance.ts";
import { contents, partHtml, partOf } from "./section.ts";
import { pageHtml } from "./shell.ts";
import { tableBook } from "./tables.ts";
import { verdictHtml } from "./verdict.ts";

/** What a page may lead to beside itself. */
export interface Surroundings {
  /** The report on the fleet that the org is one of, relative to the page. */
  readonly fleet?: string;
}

/** A report as one self-contained page. Pure. */
export function reportHtml(report: OrgReport, { fleet }: Surroundings = {}): string {
  const { plan } = report;
  const view = orgView(report);
  const book = tableBook();
  const sections = [...sectionsOf(report, view), grantsSection(view)];
  const parts = [...sections.map((section) => partOf(section, book)), howItWasRead(report)];
  return pageHtml({
    title: `Connected users of ${plan.org.name}`,
    day: dayOf(Date.parse(plan.asOf)),
    subtitle: html`Held against <code>${plan.policy.file}</code> at <time datetime="${plan.asOf}">${minuteText(plan.asOf)}</time> · ${plan.org.id}${plan.org.isSandbox ? " · sandbox" : null}${report.redacted ? " · users' names replaced" : null}${fleet === undefined ? null : html` · <a href="${fleet}">all orgs</a>`}`,
    main: html`${verdictHtml(report, view)}<section id="glance" aria-labelledby="glance-title">
<h2 id="glance-title">At a glance</h2>
${chartsHtml(report, view)}</section>
${contents(parts)}${parts.map(partHtml)}`,
    onPaper: html`Long tables are cut on paper, and each says what is left out. <code>sanctioned report --edition audit --annex</code> prints every grant behind the decisions, <code>--format csv</code> has them as a file.`,
    footer: html`Made by <code>sanctioned report</code>, which changes nothing.`,
    data: book.data(),
  });
}
