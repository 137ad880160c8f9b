import { amount } from "../../text.ts";
import { outcomesOf } from "./decisionCounts.ts";
import type { OrgReport } from "./orgReport.ts";
import type { OrgView } from "./orgView.ts";

export interface Headline {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
}

/** The whole report in one line: the worst that is true. Nothing that somebody must settle is called clean. */
export function headlineOf(report: OrgReport, { undecided }: OrgView): Headline {
  const { plan } = report;
  const { kept, reported, revoked, errors, recordBroken } = outcomesOf(report);
  const grants = `${amount(revoked, "grant")} of ${plan.inventory.grants.toLocaleString("en")}`;
  if (plan.limits.refusal !== null)
    return { tone: "bad", text: `${grants} would be revoked: more than the limits allow` };
  if (revoked > 0) return { tone: "bad", text: `${grants} ${revoked === 1 ? "is" : "are"} to be revoked` };
  if (recordBroken) return { tone: "bad", text: "Nothing to revoke, but the audit record was changed" };
  if (errors > 0)
    return { tone: "bad", text: `Nothing to revoke, but ${amount(errors, "error")} among the findings` };
  if (undecided.length > 0)
    return {
      tone: "warn",
      text: `Nothing to revoke, but ${amount(undecided.length, "app")} ${undecided.length === 1 ? "needs" : "need"} a decision`,
    };
  if (reported > 0)
    return { tone: "warn", text: `Nothing to revoke; ${amount(reported, "grant")} only reported` };
  return {
    tone: "good",
    text: kept === 0 ? "Clean: there are no grants" : "Clean: the policy keeps every grant",
  };
}
