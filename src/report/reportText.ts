import { printable } from "../printable.ts";
import { headlineOf } from "./headline.ts";
import type { OrgReport } from "./orgReport.ts";
import { orgView } from "./orgView.ts";
import { plainTable, tableText } from "./plainTable.ts";
import { proofText } from "./proofText.ts";
import { type Section, sectionsOf } from "./sections.ts";

/** Rows of a section beyond which a terminal is no place for them. */
const MOST_ROWS = 40;

/** A report for a terminal: the verdict first, then what needs a decision, then the rest. */
export function reportText(report: OrgReport): string {
  const { plan, redacted } = report;
  const view = orgView(report);
  const lines = [
    `${printable(plan.org.name)} (${plan.org.id}) held against ${printable(plan.policy.file)} at ${plan.asOf}`,
    `${headlineOf(report, view).text}.`,
    ...(plan.limits.refusal === null ? [] : [`Refused: ${printable(plan.limits.refusal)}`]),
    ...(plan.policy.mode === "report" ? ["The policy is in `mode: report`: nothing is revoked."] : []),
    "",
    ...sectionsOf(report, view).flatMap(sectionLines),
    proofText(plan.inventory.proof),
    "Last used is when a token was last issued, not the last API call.",
    ...(redacted ? ["Users' names are replaced."] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function sectionLines({ title, nothing, columns, rows }: Section): string[] {
  if (rows.length === 0) return [title, `  ${nothing}`, ""];
  const table = plainTable(columns);
  for (const row of rows.slice(0, MOST_ROWS)) table.push(row.map(printable));
  const more = rows.length - MOST_ROWS;
  return [
    title,
    ...tableText(table)
      .split("\n")
      .map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more: --format html, csv or json has them all`] : []),
    "",
  ];
}
