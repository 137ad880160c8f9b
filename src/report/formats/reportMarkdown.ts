import { amount } from "../../text.ts";
import { headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { type Section, sectionsOf } from "../org/sections.ts";
import { tasksOf } from "../org/tasks.ts";
import { fitted, markdownText, tableMarkdown } from "../render/markdown.ts";
import { approvalsText, LAST_USED_NOTE, proofText, REDACTED_NOTE, REPORT_MODE_NOTE } from "../words.ts";

/** Rows of a section that are shown where there is room. */
const MOST_ROWS = 50;
const MARKS = { good: "✅", warn: "🔎", bad: "⚠️" } as const;

/** A report for issues and job summaries, cut by whole sections' rows where it would be too long for an issue. */
export function reportMarkdown(report: OrgReport): string {
  const { plan, redacted } = report;
  const { org, policy, inventory, limits, asOf } = plan;
  const view = orgView(report);
  const { tone, text } = headlineOf(report, view);
  const sections = sectionsOf(report, view);
  const tasks = tasksOf(report, view)
    .map(({ text, names }) => `- ${text}${names === undefined ? "" : `: ${markdownText(names)}`}`)
    .join("\n");
  return fitted(
    (most) =>
      `${[
        `# Connected users of ${markdownText(org.name)}`,
        `${MARKS[tone]} **${text}.**`,
        ...(limits.refusal === null ? [] : [`Refused: ${markdownText(limits.refusal)}`]),
        ...(policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
        ...[approvalsText(plan) ?? []].flat(),
        ...(tasks === "" ? [] : [tasks]),
        `The org ${markdownText(org.id)} held against ${markdownText(policy.file)} at ${asOf}: ${amount(inventory.grants, "grant")} of ${amount(inventory.connectedUsers, "user")} for ${amount(inventory.apps, "app")}.`,
        ...sections.flatMap((section) => sectionParts(section, most)),
        proofText(inventory.proof),
        `${LAST_USED_NOTE}${redacted ? ` ${REDACTED_NOTE}` : ""}`,
      ].join("\n\n")}\n`,
    MOST_ROWS,
  );
}

function sectionParts({ title, note, alarm, nothing, table }: Section, most: number): string[] {
  return [
    `## ${markdownText(title)}`,
    ...(note === undefined ? [] : [alarm === true ? `⚠️ **${note}**` : note]),
    table.size === 0 ? nothing : tableMarkdown(table, most, "the HTML report has them all"),
  ];
}
