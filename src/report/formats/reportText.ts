import pc from "picocolors";
import { refusedText } from "../../plan/limits.ts";
import { printable } from "../../printable.ts";
import { headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { type Section, sectionsOf } from "../org/sections.ts";
import { type Task, tasksOf } from "../org/tasks.ts";
import { hanging } from "../render/fold.ts";
import { NO_TERMINAL, type Terminal, tightTableText } from "../render/terminal.ts";
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

/** A report for a terminal: the verdict first and last, between them what needs a decision, then the rest. */
export function reportText(report: OrgReport, { width, color }: Terminal = NO_TERMINAL): string {
  const { plan, redacted } = report;
  const view = orgView(report);
  const colors = pc.createColors(color);
  const { tone, text } = headlineOf(report, view);
  const paint = { good: colors.green, warn: colors.yellow, bad: colors.red }[tone];
  const line = (some: string) => hanging(some, width, "", "  ");
  // At the end too: on a terminal the beginning has gone by then.
  const verdict = line(`${text}.`).map(paint);
  const lines = [
    ...line(subjectText(plan)),
    ...verdict,
    ...(plan.limits.refusal === null ? [] : line(refusedText(plan.limits.refusal)).map(colors.red)),
    ...(plan.policy.mode === "report" ? line(REPORT_MODE_NOTE) : []),
    ...[approvalsText(plan) ?? []].flat().flatMap(line),
    "",
    ...taskLines(tasksOf(report, view), width),
    ...sectionsOf(report, view).flatMap((section) => sectionLines(section, width, colors)),
    ...line(proofText(plan.inventory.proof)),
    ...line(LAST_USED_NOTE),
    ...(redacted ? line(REDACTED_NOTE) : []),
    "",
    ...verdict,
  ];
  return `${lines.join("\n")}\n`;
}

/** What to do, as at the top of the page; nothing where nothing is. */
function taskLines(tasks: readonly Task[], width: number | null): string[] {
  if (tasks.length === 0) return [];
  const lines = tasks.flatMap(({ text, names }) =>
    hanging(
      names === undefined ? text : `${text}: ${printable(names)}`,
      width,
      `${INDENT}- `,
      `${INDENT}${INDENT}`,
    ),
  );
  return ["To do", ...lines, ""];
}

function sectionLines(
  { title, note, alarm, nothing, table }: Section,
  width: number | null,
  { red }: ReturnType<typeof pc.createColors>,
): string[] {
  const room = width === null ? null : width - INDENT.length;
  // What is piped is not cut.
  const most = room === null ? table.size : MOST_ROWS;
  const rows = table.size === 0 ? hanging(nothing, room, "", "") : [tightTableText(table, room, most)];
  const cut = cutNote(table.size - most, "--format html, csv or json has them all");
  const notes = note === undefined ? [] : hanging(note, room, "", "");
  const lines = [
    ...(alarm === true ? notes.map(red) : notes),
    ...rows.flatMap((some) => some.split("\n")),
    ...(cut === null ? [] : hanging(cut, room, "", "")),
  ];
  return [title, ...lines.map((line) => `${INDENT}${line}`), ""];
}
