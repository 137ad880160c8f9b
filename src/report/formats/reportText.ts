import pc from "picocolors";
import { refusedText } from "../../plan/limits.ts";
import { headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { type Section, sectionsOf } from "../org/sections.ts";
import { NO_TERMINAL, type Terminal, tableText } from "../render/terminal.ts";
import {
  approvalsText,
  cutNote,
  LAST_USED_NOTE,
  proofText,
  REDACTED_NOTE,
  REPORT_MODE_NOTE,
  subjectText,
} from "../words.ts";

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
    subjectText(plan),
    paint(`${text}.`),
    ...(plan.limits.refusal === null ? [] : [refusedText(plan.limits.refusal)]),
    ...(plan.policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
    ...[approvalsText(plan) ?? []].flat(),
    "",
    ...sectionsOf(report, view).flatMap((section) => sectionLines(section, width, colors)),
    proofText(plan.inventory.proof),
    LAST_USED_NOTE,
    ...(redacted ? [REDACTED_NOTE] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function sectionLines(
  { title, note, alarm, nothing, table }: Section,
  width: number | null,
  { red }: ReturnType<typeof pc.createColors>,
): string[] {
  const rows =
    table.size === 0 ? nothing : tableText(table, width === null ? null : width - INDENT.length, MOST_ROWS);
  const cut = cutNote(table.size - MOST_ROWS, "--format html, csv or json has them all");
  const lines = [
    ...(note === undefined ? [] : [alarm === true ? red(note) : note]),
    ...rows.split("\n"),
    ...(cut === null ? [] : [cut]),
  ];
  return [title, ...lines.map((line) => `${INDENT}${line}`), ""];
}
