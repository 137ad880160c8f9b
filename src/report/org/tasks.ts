import { IDLE_DAYS } from "../../plan/allParts.ts";
import { decisionCounts, errorCount, standingCount } from "../../plan/counts.ts";
import { amount, count, firstFew } from "../../text.ts";
import { dayOf, days } from "../../time.ts";
import { totalsOf } from "../groups.ts";
import { STANDINGS } from "../words.ts";
import { DUE_DAYS, dueExemptions, overdueReviews } from "./due.ts";
import { notJudgedText } from "./measures.ts";
import type { OrgReport } from "./orgReport.ts";
import type { GrantRow, OrgView } from "./orgView.ts";

/** Something to do, and the section that tells more. */
export interface Task {
  readonly section: string;
  /** With code between backticks. */
  readonly text: string;
  /** What it is about: untrusted text. */
  readonly names?: string;
}

/** What somebody has to do or to look at, the most urgent first. Pure. */
export function tasksOf(report: OrgReport, view: OrgView): Task[] {
  return [
    ...grantTasks(report),
    ...privilegeTasks(report, view),
    ...decisionTasks(report, view),
    ...upkeepTasks(report),
    ...measureTasks(view),
  ].flatMap(({ count: many, ...task }) => (many > 0 ? task : []));
}

interface Counted extends Task {
  readonly count: number;
}

function grantTasks({ plan }: OrgReport): Counted[] {
  const { revocations, limits } = plan;
  const { toRevoke } = decisionCounts(plan);
  const { users, apps } = totalsOf(revocations);
  const what = `${amount(toRevoke, "grant")} of ${amount(users, "user")} for ${amount(apps, "app")}`;
  return [
    {
      count: toRevoke,
      section: "revocations",
      text: limits.refusal === null ? `Revoke ${what}` : `Find out why there are ${what} to revoke`,
    },
  ];
}

/** What users of high privilege connected in the period, or that nobody can tell. */
function privilegeTasks(report: OrgReport, view: OrgView): Counted[] {
  const { privilege } = view.measures;
  if (!privilege.isJudged)
    return [
      {
        count: 1,
        section: "privileged",
        text: `Say who counts as of high privilege (\`highPrivilege\`): what admins connected is ${notJudgedText(privilege)}`,
      },
    ];
  const rows = newlyPrivileged(report, view);
  const apps = Map.groupBy(rows, ({ app, standing }) => `${app} (${STANDINGS[standing]})`);
  const undated = view.privileged.filter(({ granted }) => granted === null).length;
  const users = new Set(rows.map(({ username }) => username)).size;
  return [
    {
      count: rows.length,
      section: "privileged",
      text: `See what ${amount(users, "user")} of high privilege connected ${periodText(report)}`,
      names: firstFew([...apps.keys()].sort()),
    },
    {
      count: undated,
      section: "privileged",
      text: `See ${amount(undated, "grant")} of users of high privilege of which the org does not say since when`,
    },
  ];
}

/** Grants that users of high privilege have given in the period of a report, or in the last month. */
export function newlyPrivileged(
  { plan, since, changes }: OrgReport,
  { privileged }: OrgView,
): readonly GrantRow[] {
  const start = since === null ? Date.parse(plan.asOf) - days(DUE_DAYS) : Date.parse(since);
  const fresh = new Set(changes?.newGrants.map(({ user, app }) => JSON.stringify([user, app])));
  return privileged.filter(
    ({ granted, username, app }) =>
      (granted !== null && Date.parse(granted) >= start) || fresh.has(JSON.stringify([username, app])),
  );
}

/** As in `since 2026-10-23`. */
export function periodText({ since }: Pick<OrgReport, "since">): string {
  return since === null ? `in the last ${DUE_DAYS} days` : `since ${dayOf(Date.parse(since))}`;
}

function decisionTasks({ plan }: OrgReport, { undecided }: OrgView): Counted[] {
  const { reported } = decisionCounts(plan);
  const standing = standingCount(plan);
  return [
    {
      count: undecided.length,
      section: "undecided",
      text: `Decide on ${amount(undecided.length, "app")} that the policy does not list`,
    },
    {
      count: standing,
      section: "standing",
      text: `Cut off or list ${count(standing)} that ${standing === 1 ? "gets" : "get"} in without a grant`,
    },
    {
      count: reported,
      section: "reported",
      text: `Look at ${amount(reported, "grant")} that ${reported === 1 ? "is" : "are"} only reported`,
    },
  ];
}

function upkeepTasks(report: OrgReport): Counted[] {
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

/** What only a rule of the policy would settle. */
function measureTasks({ grants }: OrgView): Counted[] {
  const idle = grants.filter(({ use, isIdleSaid }) => use === "idle" && !isIdleSaid).length;
  return [
    {
      count: idle,
      section: "apps",
      text: `Say how long a grant may go unused: ${amount(idle, "grant")} had no token for over ${IDLE_DAYS} days, and the policy has no \`maxIdleDays\` there`,
    },
  ];
}
