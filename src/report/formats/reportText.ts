import pc from "picocolors";
import { printable } from "../../printable.ts";
import { headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { type Section, sectionsOf } from "../org/sections.ts";
import { proofText } from "../proofText.ts";
import { NO_TERMINAL, plainTable, type Terminal } from "../render/terminal.ts";

/** Rows of a section beyond which a terminal is no place for them. */
const MOST_ROWS = 40;
const INDENT = "  ";

/** A report for a terminal: the verdict first, then what needs a decision, then the rest. */
export function reportText(report: OrgReport, { width, color }: Terminal = NO_TERMINAL): string {
  const { plan, redacted } = report;
  const view = orgView(report);
  const colors = pc.createColors(color);
  const { tone, text } = headlineOf(report, view);
  const paint = { good: colors.green, warn: colors.yellow, bad: colors.red }[tone];
  const lines = [
    `${printable(plan.org.name)} (${plan.org.id}) held against ${printable(plan.policy.file)} at ${plan.asOf}`,
    paint(`${text}.`),
    ...(plan.limits.refusal === null ? [] : [`Refused: ${printable(plan.limits.refusal)}`]),
    ...(plan.policy.mode === "report" ? ["The policy is in `mode: report`: nothing is revoked."] : []),
    "",
    ...sectionsOf(report, view).flatMap((section) => sectionLines(section, width)),
    proofText(plan.inventory.proof),
    "Last used is when a token was last issued, not the last API call.",
    ...(redacted ? ["Users' names are replaced."] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function sectionLines({ title, nothing, columns, rows }: Section, width: number | null): string[] {
  if (rows.length === 0) return [title, `  ${nothing}`, ""];
  const shown = rows.slice(0, MOST_ROWS).map((row) => row.map(printable));
  const table = plainTable(columns, shown, { width: width === null ? null : width - INDENT.length });
  const more = rows.length - MOST_ROWS;
  return [
    title,
    ...table.split("\n").map((line) => `${INDENT}${line}`),
    ...(more > 0 ? [`  … and ${more} more: --format html, csv or json has them all`] : []),
    "",
  ];
}
