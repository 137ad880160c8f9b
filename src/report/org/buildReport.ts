import { changesByDate, changesSince } from "./changes.ts";
import type { FullPlan, OrgReport, RecordedPeriod } from "./orgReport.ts";
import { orgView } from "./orgView.ts";
import { trendOf } from "./trend.ts";

/** The start of a report's period: the plan of an earlier one, or a time in milliseconds since the epoch. */
export type Since = { readonly plan: FullPlan } | { readonly time: number };

/** A report of one org. Pure. @param since null for a report without a period @param earlier reports of the org that its numbers stand beside */
export function buildReport(
  plan: FullPlan,
  since: Since | null,
  recorded: RecordedPeriod | null,
  earlier: readonly FullPlan[] = [],
): OrgReport {
  const trend = trendOf(plan, since !== null && "plan" in since ? [since.plan, ...earlier] : earlier);
  const bare: OrgReport = {
    version: 1,
    kind: "sanctioned-report",
    plan,
    since: since === null ? null : new Date(startOf(since)).toISOString(),
    changes: null,
    recorded,
    ...(trend.length === 0 ? {} : { trend }),
    redacted: false,
  };
  if (since === null) return bare;
  const view = orgView(bare);
  const changes =
    "plan" in since ? changesSince(since.plan, plan, view) : changesByDate(since.time, plan, view);
  return { ...bare, changes };
}

/** When a period starts, in milliseconds since the epoch: for an earlier report, the time that it was of. */
export function startOf(since: Since): number {
  return "plan" in since ? Date.parse(since.plan.asOf) : since.time;
}
