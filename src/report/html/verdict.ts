import { type FindingCode, meaningOf } from "../../decide/codes.ts";
import { decisionCounts } from "../../plan/counts.ts";
import { amount, count } from "../../text.ts";
import { dayOf } from "../../time.ts";
import { headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import type { OrgView } from "../org/orgView.ts";
import { type Task, tasksOf } from "../org/tasks.ts";
import { TRENDS } from "../org/trend.ts";
import { plannedLinksText, proofText, REPORT_MODE_NOTE } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { prose } from "./section.ts";
import { trendOfNumber } from "./trendOfNumber.ts";

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
  const number = (
    key: keyof typeof TRENDS,
    value: number | null,
    section: string,
    rule: string,
  ): BigNumber => [TRENDS[key], value, section, rule, trendOfNumber(report, key)];
  return bigNumbers(`The numbers at ${dayOf(Date.parse(plan.asOf))}`, [
    number("grants", plan.inventory.grants, "grants", "that the org counted"),
    number("users", plan.inventory.connectedUsers, "grants", "with a grant at least"),
    number("apps", plan.inventory.apps, "apps", "of one user at least"),
    number("reported", reported, "reported", rulesText(plan.counts.report)),
    number("toRevoke", toRevoke, "revocations", rulesText(plan.counts.revoke)),
    number("undecided", undecided.length, "undecided", "on no list of the policy"),
    number("idle", grants.filter(({ use }) => use === "idle").length, "apps", idle.rule),
    privilege.isJudged
      ? number("privileged", privileged.length, "privileged", `of ${privilege.rule}`)
      : number("privileged", null, "privileged", privilege.why),
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

/** A number with the section that tells more and the rule that it is counted by, and its trend; null where nobody judged it. */
export type BigNumber = readonly [
  label: string,
  count: number | null,
  section: string,
  rule: string,
  trend?: Markup | null,
];

/** Numbers that are read first. */
export function bigNumbers(label: string, numbers: readonly BigNumber[]): Markup {
  return html`<ul class="numbers" aria-label="${label}">${numbers.map(
    ([what, number, section, rule, trend = null]) =>
      html`\n<li><a href="#${section}">${number === null ? html`<strong class="unknown">not judged</strong>` : html`<strong>${count(number)}</strong>`} <span>${what}</span> <small>${prose(rule)}</small>${trend}</a></li>`,
  )}
</ul>
`;
}
