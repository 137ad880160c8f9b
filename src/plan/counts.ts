import type { PlanFile } from "./planSchema.ts";

/** Grants by what the policy makes of them. */
export interface DecisionCounts {
  readonly kept: number;
  readonly reported: number;
  readonly toRevoke: number;
}

export function decisionCounts({ counts }: Pick<PlanFile, "counts">): DecisionCounts {
  const sum = (codes: Readonly<Record<string, number>>) => Object.values(codes).reduce((a, b) => a + b, 0);
  return { kept: sum(counts.keep), reported: sum(counts.report), toRevoke: sum(counts.revoke) };
}

/** How many findings are errors. */
export function errorCount({ findings }: Pick<PlanFile, "findings">): number {
  return findings.filter(({ severity }) => severity === "error").length;
}

type StandingAccess = NonNullable<PlanFile["standingAccess"]>;

/** How many ways in without a grant the policy does not want. */
export function standingCount({ standingAccess }: Pick<PlanFile, "standingAccess">): number {
  return (standingAccess?.entries ?? []).filter(({ code }) => code !== null).length;
}

/** Whether access without a grant was looked for everywhere. @param standing undefined where nobody looked, as in a plan of an older release */
export function isStandingWhole(standing: Pick<StandingAccess, "sources"> | undefined): boolean {
  const { sources = [] } = standing ?? {};
  return sources.length > 0 && sources.every(({ state }) => state === "read");
}

/** Whether the links to identity providers are among the grants. A plan without them says nothing of them. */
export function areLinksRead({ accountLinks }: PlanFile["inventory"]): boolean {
  return accountLinks === undefined || accountLinks.counts !== null;
}
