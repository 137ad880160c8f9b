import { appKey } from "../../plan/parts.ts";
import { amount } from "../../text.ts";
import { dueExemptions, overdueReviews } from "../org/due.ts";
import { decisionCounts, errorCount, standingCount } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import type { OrgView } from "../org/orgView.ts";
import { html, type Markup } from "./markup.ts";

/** Something to do, and the section that tells more. */
interface Task {
  readonly count: number;
  readonly section: string;
  readonly text: string;
}

/** What somebody has to do, as links. */
export function todoHtml(report: OrgReport, view: OrgView): Markup | null {
  const tasks = [...grantTasks(report, view), ...upkeepTasks(report)].filter(({ count }) => count > 0);
  if (tasks.length === 0) return null;
  return html`<ul class="todo">${tasks.map(({ section, text }) => html`<li><a href="#${section}">${text}</a></li>`)}</ul>\n`;
}

function grantTasks(report: OrgReport, { undecided }: OrgView): Task[] {
  const { revocations, limits } = report.plan;
  const { toRevoke, reported } = decisionCounts(report.plan);
  const standing = standingCount(report.plan);
  const users = new Set(revocations.map(({ user }) => user.id)).size;
  const apps = new Set(revocations.map(({ app }) => appKey(app))).size;
  const what = `${amount(toRevoke, "grant")} of ${amount(users, "user")} for ${amount(apps, "app")}`;
  return [
    {
      count: toRevoke,
      section: "revocations",
      text: limits.refusal === null ? `Revoke ${what}` : `Find out why there are ${what} to revoke`,
    },
    {
      count: undecided.length,
      section: "undecided",
      text: `Decide on ${amount(undecided.length, "app")} that the policy does not list`,
    },
    {
      count: standing,
      section: "standing",
      text: `Cut off or list ${standing} that ${standing === 1 ? "gets" : "get"} in without a grant`,
    },
    {
      count: reported,
      section: "reported",
      text: `Look at ${amount(reported, "grant")} that ${reported === 1 ? "is" : "are"} only reported`,
    },
  ];
}

function upkeepTasks(report: OrgReport): Task[] {
  const { plan, changes, recorded } = report;
  const errors = errorCount(plan);
  const due = dueExemptions(plan).filter(({ state }) => state !== "holds").length;
  const overdue = overdueReviews(plan).length;
  const newApps = changes?.newApps.length ?? 0;
  return [
    {
      count: Number(recorded?.whole === false),
      section: "recorded",
      text: "Find out who changed the audit record",
    },
    { count: errors, section: "findings", text: `Fix ${amount(errors, "error")} among the findings` },
    { count: due, section: "exemptions", text: `Renew or end ${amount(due, "exemption")} due or expired` },
    { count: overdue, section: "reviews", text: `Review ${amount(overdue, "app")} whose review is overdue` },
    { count: newApps, section: "changes", text: `See ${amount(newApps, "app")} new since the last report` },
  ];
}
