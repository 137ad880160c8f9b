import { type FindingCode, meaningOf } from "../../decide/codes.ts";
import { amount, count } from "../../text.ts";
import { dayOf } from "../../time.ts";
import { decisionCounts, headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import type { OrgView } from "../org/orgView.ts";
import { type Task, tasksOf } from "../org/tasks.ts";
import { plannedLinksText, proofText, REPORT_MODE_NOTE } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { prose } from "./section.ts";

/** The answer first: what goes, what needs somebody, or that all is well; then the numbers. */
export function verdictHtml(report: OrgReport, view: OrgView): Markup {
  const { limits, policy, inventory } = report.plan;
  const { tone, text } = headlineOf(report, view);
  return html`<section id="verdict" class="verdict ${tone}" aria-labelledby="verdict-title">
<h2 id="verdict-title">${text}</h2>
${limits.refusal === null ? null : html`<p><strong>Refused.</strong> ${limits.refusal}</p>\n`}${
  policy.mode === "report" ? html`<p>${prose(REPORT_MODE_NOTE)}</p>\n` : null
}${todoHtml(tasksOf(report, view))}<p class="proof">${proofText(inventory.proof)}${plannedLinksText(inventory)}</p>
</section>
${numbersHtml(report, view)}`;
}

/** What somebody has to do, as links. */
function todoHtml(tasks: readonly Task[]): Markup | null {
  if (tasks.length === 0) return null;
  return html`<ul class="todo">${tasks.map(({ section, text, names }) => html`<li><a href="#${section}">${prose(text)}</a>${names === undefined ? null : `: ${names}`}</li>`)}</ul>\n`;
}

function numbersHtml(report: OrgReport, { grants, undecided, privileged, measures }: OrgView): Markup {
  const { plan } = report;
  const { reported, toRevoke } = decisionCounts(plan);
  const { idle, privilege } = measures;
  return bigNumbers(`The numbers at ${dayOf(Date.parse(plan.asOf))}`, [
    ["Grants", plan.inventory.grants, "grants", "that the org counted"],
    ["Connected users", plan.inventory.connectedUsers, "grants", "with a grant at least"],
    ["Apps with grants", plan.inventory.apps, "apps", "of one user at least"],
    ["Only reported", reported, "reported", rulesText(plan.counts.report)],
    ["To be revoked", toRevoke, "revocations", rulesText(plan.counts.revoke)],
    ["Apps undecided", undecided.length, "undecided", "on no list of the policy"],
    ["Idle grants", grants.filter(({ use }) => use === "idle").length, "apps", idle.rule],
    privilege.isJudged
      ? ["High privilege", privileged.length, "privileged", privilege.rule]
      : ["High privilege", null, "privileged", privilege.why],
  ]);
}

/** The rules that grants of a decision are counted by, those of most grants first: `app not listed 12, idle 4`. */
function rulesText(counts: Readonly<Record<string, number>>): string {
  const rules = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (rules.length === 0) return "by no rule";
  if (rules.length === 1) return meaningOf(rules[0]![0] as FindingCode);
  const shown = rules
    .slice(0, 2)
    .map(([code, grants]) => `${meaningOf(code as FindingCode)} ${count(grants)}`);
  return `${shown.join(", ")}${rules.length > 2 ? `, ${amount(rules.length - 2, "rule")} more` : ""}`;
}

/** A number with the section that tells more and the rule that it is counted by; null where nobody judged it. */
export type BigNumber = readonly [label: string, count: number | null, section: string, rule: string];

/** A number that is read first, or that nobody judged it. */
export function bigNumber(number: number | null): Markup {
  if (number === null) return html`<strong class="unknown">not judged</strong>`;
  return html`<strong>${count(number)}</strong>`;
}

/** Numbers that are read first. */
export function bigNumbers(label: string, numbers: readonly BigNumber[]): Markup {
  return html`<ul class="numbers" aria-label="${label}">${numbers.map(
    ([what, number, section, rule]) =>
      html`\n<li><a href="#${section}">${bigNumber(number)} <span>${what}</span> <small>${prose(rule)}</small></a></li>`,
  )}
</ul>
`;
}
