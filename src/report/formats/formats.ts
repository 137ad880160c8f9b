import { reportHtml } from "../html/reportHtml.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { NO_TERMINAL, type Terminal } from "../render/terminal.ts";
import { reportCsv } from "./reportCsv.ts";
import { reportGithub } from "./reportGithub.ts";
import { reportJson } from "./reportJson.ts";
import { reportJunit } from "./reportJunit.ts";
import { reportMarkdown } from "./reportMarkdown.ts";
import { reportSarif } from "./reportSarif.ts";
import { reportText } from "./reportText.ts";

/** Every format of a report, by the name that `--format` takes. */
const FORMATS = {
  text: reportText,
  markdown: reportMarkdown,
  html: reportHtml,
  json: reportJson,
  csv: reportCsv,
  sarif: reportSarif,
  junit: reportJunit,
  github: reportGithub,
} satisfies Record<string, (report: OrgReport, terminal: Terminal) => string>;

export type ReportFormat = keyof typeof FORMATS;

export const REPORT_FORMATS = Object.keys(FORMATS) as ReportFormat[];

/** A report in a format, and what the process ends with: 0, 2 for something to revoke, 3 for a limit. Pure. */
export function render(
  report: OrgReport,
  format: ReportFormat,
  terminal = NO_TERMINAL,
): { readonly output: string; readonly exitCode: 0 | 2 | 3 } {
  return { output: FORMATS[format](report, terminal), exitCode: exitCodeOf(report) };
}

function exitCodeOf({ plan }: OrgReport): 0 | 2 | 3 {
  return plan.limits.refusal !== null ? 3 : plan.revocations.length > 0 ? 2 : 0;
}
