import { planEnd } from "../../plan/planEnd.ts";
import { safeJson } from "../../safeJson.ts";
import { auditHtml } from "../html/auditHtml.ts";
import { reportHtml } from "../html/reportHtml.ts";
import { headlineOf } from "../org/headline.ts";
import { notJudgedText } from "../org/measures.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { grantsSection } from "../org/sections.ts";
import { tasksOf } from "../org/tasks.ts";
import { tableCsv } from "../render/csv.ts";
import { NO_TERMINAL, type Terminal } from "../render/terminal.ts";
import { reportGithub } from "./reportGithub.ts";
import { reportJunit } from "./reportJunit.ts";
import { reportMarkdown } from "./reportMarkdown.ts";
import { reportSarif } from "./reportSarif.ts";
import { reportText } from "./reportText.ts";

/** What a format may need to know beside the report. */
interface Surroundings {
  /** Of this tool. */
  readonly version: string;
  readonly terminal: Terminal;
  /** Of the page. */
  readonly edition: Edition;
  /** Whether the edition for paper has every grant too. */
  readonly annex: boolean;
}

/** The page in full, or in a few pages that somebody signs. */
export const EDITIONS = ["full", "audit"] as const;
export type Edition = (typeof EDITIONS)[number];

/** Every format of a report, by the name that `--format` takes. */
const FORMATS = {
  text: (report, { terminal }) => reportText(report, terminal),
  markdown: reportMarkdown,
  html: (report, { edition, annex }) =>
    edition === "audit" ? auditHtml(report, { annex }) : reportHtml(report),
  /** As data, which a later report can be held against. */
  json: (report) => safeJson({ ...report, headline: headlineData(report) }),
  /** Every grant as a row. */
  csv: (report) => tableCsv(grantsSection(orgView(report)).table, { excel: true }),
  sarif: (report, { version }) => reportSarif(report, version),
  junit: reportJunit,
  github: reportGithub,
} satisfies Record<string, (report: OrgReport, surroundings: Surroundings) => string>;

/** What the page says first, for tools that show one line: what nobody judged is null there, and never 0. */
function headlineData(report: OrgReport) {
  const view = orgView(report);
  const { measures, grants, privileged } = view;
  const { idle, privilege } = measures;
  return {
    ...headlineOf(report, view),
    tasks: tasksOf(report, view),
    idle: {
      grants: grants.filter(({ use }) => use === "idle").length,
      rule: idle.rule,
      isInPolicy: idle.isSaid,
    },
    highPrivilege: privilege.isJudged
      ? { grants: privileged.length, rule: privilege.rule }
      : { grants: null, rule: notJudgedText(privilege) },
  };
}

export type ReportFormat = keyof typeof FORMATS;

export const REPORT_FORMATS = Object.keys(FORMATS) as ReportFormat[];

/** A report in a format, and what the process ends with: 0, 2 for what breaks the policy or a record that was changed, 3 for a limit. Pure. */
export function render(
  report: OrgReport,
  format: ReportFormat,
  {
    version,
    terminal = NO_TERMINAL,
    edition = "full",
    annex = false,
  }: Partial<Surroundings> & Pick<Surroundings, "version">,
): { readonly output: string; readonly exitCode: 0 | 2 | 3 } {
  return {
    output: FORMATS[format](report, { version, terminal, edition, annex }),
    exitCode: exitCodeOf(report),
  };
}

function exitCodeOf({ plan, recorded }: OrgReport): 0 | 2 | 3 {
  const end = planEnd(plan);
  return end === 0 && recorded?.whole === false ? 2 : end;
}
