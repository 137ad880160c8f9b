import { amount, count } from "../../text.ts";
import { standingNote } from "../standingTable.ts";
import type { FullPlan, OrgReport } from "./orgReport.ts";
import type { OrgView } from "./orgView.ts";

export interface Headline {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
}

/** The whole report in one line: the worst that is true. Nothing that somebody must settle is called clean. */
export function headlineOf(report: OrgReport, { undecided }: OrgView): Headline {
  const { plan, recorded } = report;
  const { kept, reported, toRevoke } = decisionCounts(plan);
  const errors = errorCount(plan);
  const grants = `${amount(toRevoke, "grant")} of ${count(plan.inventory.grants)}`;
  if (plan.limits.refusal !== null)
    return { tone: "bad", text: `${grants} would be revoked: more than the limits allow` };
  if (toRevoke > 0) return { tone: "bad", text: `${grants} ${toRevoke === 1 ? "is" : "are"} to be revoked` };
  if (recorded?.whole === false)
    return { tone: "bad", text: "Nothing to revoke, but the audit record was changed" };
  if (errors > 0)
    return { tone: "bad", text: `Nothing to revoke, but ${amount(errors, "error")} among the findings` };
  if (undecided.length > 0)
    return {
      tone: "warn",
      text: `Nothing to revoke, but ${amount(undecided.length, "app")} ${undecided.length === 1 ? "needs" : "need"} a decision`,
    };
  const standing = standingCount(plan);
  if (standing > 0)
    return {
      tone: "warn",
      text: `Nothing to revoke, but ${count(standing)} ${standing === 1 ? "way" : "ways"} in without a grant that the policy does not want`,
    };
  if (reported > 0)
    return { tone: "warn", text: `Nothing to revoke; ${amount(reported, "grant")} only reported` };
  const unseen = notSeen(plan);
  const clean = kept === 0 ? "no grant was counted" : "the policy keeps every grant that was counted";
  if (unseen.length > 0)
    return { tone: "warn", text: `Nothing to revoke: ${clean}; ${unseen.join(", and ")}` };
  return { tone: "good", text: `Clean: ${clean}` };
}

/** How many ways in without a grant the policy does not want. */
export function standingCount({ standingAccess }: FullPlan): number {
  return (standingAccess?.entries ?? []).filter(({ code }) => code !== null).length;
}

/** What nobody knows of an org, as clauses. A plan without links says nothing of them. */
function notSeen({ standingAccess, inventory: { accountLinks } }: FullPlan): string[] {
  return [
    ...(standingNote(standingAccess).isWhole ? [] : ["access without a grant was not looked for everywhere"]),
    ...(accountLinks === undefined || accountLinks.counts !== null
      ? []
      : ["links to identity providers could not be read"]),
  ];
}

/** Grants by what the policy makes of them. */
export interface DecisionCounts {
  readonly kept: number;
  readonly reported: number;
  readonly toRevoke: number;
}

export function decisionCounts({ counts }: FullPlan): DecisionCounts {
  const sum = (codes: Readonly<Record<string, number>>) => Object.values(codes).reduce((a, b) => a + b, 0);
  return { kept: sum(counts.keep), reported: sum(counts.report), toRevoke: sum(counts.revoke) };
}

/** How many findings are errors. */
export function errorCount({ findings }: FullPlan): number {
  return findings.filter(({ severity }) => severity === "error").length;
}
