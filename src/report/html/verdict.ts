import { count } from "../../text.ts";
import { dayOf } from "../../time.ts";
import { decisionCounts, headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import type { OrgView } from "../org/orgView.ts";
import { plannedLinksText, proofText, REPORT_MODE_NOTE } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { prose } from "./section.ts";
import { todoHtml } from "./todo.ts";

/** The answer first: what goes, what needs somebody, or that all is well; then the numbers. */
export function verdictHtml(report: OrgReport, view: OrgView): Markup {
  const { limits, policy, inventory } = report.plan;
  const { tone, text } = headlineOf(report, view);
  return html`<section id="verdict" class="verdict ${tone}" aria-labelledby="verdict-title">
<h2 id="verdict-title">${text}</h2>
${limits.refusal === null ? null : html`<p><strong>Refused.</strong> ${limits.refusal}</p>\n`}${
  policy.mode === "report" ? html`<p>${prose(REPORT_MODE_NOTE)}</p>\n` : null
}${todoHtml(report, view)}<p class="proof">${proofText(inventory.proof)}${plannedLinksText(inventory)}</p>
</section>
${numbersHtml(report, view)}`;
}

function numbersHtml(report: OrgReport, { grants, undecided }: OrgView): Markup {
  const { plan } = report;
  const { reported, toRevoke } = decisionCounts(plan);
  return bigNumbers(`The numbers at ${dayOf(Date.parse(plan.asOf))}`, [
    ["Grants", plan.inventory.grants, "grants"],
    ["Connected users", plan.inventory.connectedUsers, "grants"],
    ["Apps with grants", plan.inventory.apps, "apps"],
    ["Only reported", reported, "reported"],
    ["To be revoked", toRevoke, "revocations"],
    ["Apps undecided", undecided.length, "undecided"],
    ["Idle grants", grants.filter(({ use }) => use === "idle").length, "glance"],
    ["High privilege", grants.filter(({ privilege }) => privilege !== null).length, "privileged"],
  ]);
}

/** Numbers that are read first, each leading to the section that tells more. */
export function bigNumbers(
  label: string,
  numbers: readonly (readonly [label: string, count: number, section: string])[],
): Markup {
  return html`<ul class="numbers" aria-label="${label}">${numbers.map(
    ([what, number, section]) =>
      html`\n<li><a href="#${section}"><strong>${count(number)}</strong> <span>${what}</span></a></li>`,
  )}
</ul>
`;
}
