import { headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { type Section, sectionsOf } from "../org/sections.ts";
import { proofText } from "../proofText.ts";
import { markdownTable, markdownText } from "../render/markdown.ts";

/** Rows of a section that are shown; GitHub takes 65,536 characters in an issue. */
const MOST_ROWS = 50;
/** Rows beyond which a section is folded. */
const FOLDED_ROWS = 10;
const MOST_CHARACTERS = 60_000;
const MARKS = { good: "✅", warn: "🔎", bad: "⚠️" } as const;

/** A report for issues and job summaries, cut by whole sections' rows where it would be too long for an issue. */
export function reportMarkdown(report: OrgReport): string {
  let text = "";
  for (const most of [MOST_ROWS, 20, 5, 0]) {
    text = withRows(report, most);
    if (text.length <= MOST_CHARACTERS) break;
  }
  return text;
}

function withRows(report: OrgReport, most: number): string {
  const { plan, redacted } = report;
  const view = orgView(report);
  const { tone, text } = headlineOf(report, view);
  return `${[
    `# Connected users of ${markdownText(plan.org.name)}`,
    `${MARKS[tone]} **${text}.**`,
    ...(plan.limits.refusal === null ? [] : [`Refused: ${markdownText(plan.limits.refusal)}`]),
    ...(plan.policy.mode === "report" ? ["The policy is in `mode: report`: nothing is revoked."] : []),
    `The org ${markdownText(plan.org.id)} held against ${markdownText(plan.policy.file)} at ${plan.asOf}: ${plan.inventory.grants} grants of ${plan.inventory.connectedUsers} users for ${plan.inventory.apps} apps.`,
    ...sectionsOf(report, view).map((section) => sectionText(section, most)),
    proofText(plan.inventory.proof),
    `Last used is when a token was last issued, not the last API call.${redacted ? " Users' names are replaced." : ""}`,
  ].join("\n\n")}\n`;
}

function sectionText({ title, nothing, columns, rows }: Section, most: number): string {
  const heading = `## ${markdownText(title)}`;
  if (rows.length === 0) return `${heading}\n\n${nothing}`;
  const cut = most < rows.length ? `\n\n… and ${rows.length - most} more; the HTML report has them all.` : "";
  const table = most === 0 ? "" : markdownTable(columns, rows.slice(0, most));
  const body = `${table}${cut}`.trim();
  return rows.length > FOLDED_ROWS
    ? `${heading}\n\n<details><summary>${rows.length} rows</summary>\n\n${body}\n\n</details>`
    : `${heading}\n\n${body}`;
}
