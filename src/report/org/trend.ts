import { decisionCounts } from "../../plan/counts.ts";
import { appKey } from "../../plan/parts.ts";
import { compareText } from "../../text.ts";
import { dayOf, minuteText } from "../../time.ts";
import { tableOf } from "../render/table.ts";
import { WIDE } from "./columns.ts";
import type { FullPlan, TrendPoint } from "./orgReport.ts";
import { orgView } from "./orgView.ts";
import type { Section } from "./section.ts";

/** What a trend tells of one report: numbers alone. Null where nobody judged it then. Pure. */
function pointOf(plan: FullPlan): TrendPoint {
  const { grants, undecided, measures, privileged } = orgView({ plan });
  const { toRevoke, reported } = decisionCounts(plan);
  return {
    at: plan.asOf,
    digest: plan.digest,
    grants: grants.length,
    users: new Set(plan.rows.map(({ user }) => user.id)).size,
    apps: new Set(plan.rows.map(({ app }) => appKey(app))).size,
    undecided: undecided.length,
    toRevoke,
    reported,
    idle: grants.filter(({ use }) => use === "idle").length,
    privileged: measures.privilege.isJudged ? privileged.length : null,
  };
}

/**
 * The numbers of a report beside those of earlier ones, the oldest first, the same report once; none where there is nothing to compare
 * with. Pure. @param earlier of the same org, in any order
 */
export function trendOf(plan: FullPlan, earlier: readonly FullPlan[]): TrendPoint[] {
  const now = pointOf(plan);
  const before = new Map(
    earlier
      .filter(({ digest, asOf }) => digest !== plan.digest && asOf < plan.asOf)
      .map((one) => [one.digest, one]),
  );
  if (before.size === 0) return [];
  return [...[...before.values()].map(pointOf), now].sort((a, b) => compareText(a.at, b.at));
}

/** What a trend is of. */
export const TRENDS = {
  grants: "Grants",
  users: "Connected users",
  apps: "Apps with grants",
  undecided: "Apps undecided",
  toRevoke: "To be revoked",
  reported: "Only reported",
  idle: "Idle grants",
  privileged: "High-privilege grants",
} as const satisfies Partial<Record<keyof TrendPoint, string>>;

/** What a terminal of 80 characters has room for. */
const NARROW: ReadonlySet<string> = new Set(["grants", "users", "toRevoke", "idle"]);

/** When each report was of, in as few words as tell it from the others: the day, the minute, or its plan as well. */
function ownTimes(trend: readonly TrendPoint[]): (point: TrendPoint) => string {
  const texts = [
    ({ at }: TrendPoint) => dayOf(Date.parse(at)) as string,
    ({ at }: TrendPoint) => minuteText(at),
    ({ at, digest }: TrendPoint) => `${minuteText(at)}, plan ${digest.slice(0, 8)}`,
  ];
  return (point) =>
    texts
      .map((text) => text(point))
      .find((text, i) => trend.filter((one) => texts[i]!(one) === text).length === 1) ?? texts.at(-1)!(point);
}

/** The numbers of each report as a row; null where there was none before. Pure. */
export function trendSection(trend: readonly TrendPoint[]): Section | null {
  if (trend.length === 0) return null;
  const whenText = ownTimes(trend);
  const number = (key: keyof typeof TRENDS) => ({
    title: TRENDS[key],
    kind: "count" as const,
    nothing: "not judged",
    ...(NARROW.has(key) ? {} : { only: WIDE }),
    value: (point: TrendPoint) => point[key],
  });
  return {
    id: "trend",
    readThrough: true,
    title: "Trend",
    note: "Idle as the policy of each report had it; what nobody judged then is said so.",
    nothing: "",
    caption: "The numbers of earlier reports, and of this one",
    count: null,
    table: tableOf(trend, {
      at: { title: "Report of", kind: "text", value: whenText },
      grants: number("grants"),
      users: number("users"),
      apps: number("apps"),
      undecided: number("undecided"),
      toRevoke: number("toRevoke"),
      reported: number("reported"),
      idle: number("idle"),
      privileged: number("privileged"),
    }),
  };
}
