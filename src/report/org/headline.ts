import {
  areLinksRead,
  decisionCounts,
  errorCount,
  isStandingWhole,
  standingCount,
} from "../../plan/counts.ts";
import { amount, count } from "../../text.ts";
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

/** What nobody knows of an org, as clauses. */
function notSeen({ standingAccess, inventory }: FullPlan): string[] {
  return [
    ...(isStandingWhole(standingAccess) ? [] : ["access without a grant was not looked for everywhere"]),
    ...(areLinksRead(inventory) ? [] : ["links to identity providers could not be read"]),
  ];
}
