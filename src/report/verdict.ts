import { amount } from "../text.ts";
import type { OrgReport } from "./orgReport.ts";
import type { OrgView } from "./orgView.ts";

/** The one thing that a reader has to know. */
export interface ReportVerdict {
  readonly level: "clean" | "review" | "revoke" | "refused";
  readonly text: string;
}

/** What a report comes to: a limit that refuses, else what would be revoked, else what needs a look, else clean. */
export function verdictOf({ plan }: OrgReport, { undecided }: OrgView): ReportVerdict {
  const { revocations, limits, inventory, findings, policy } = plan;
  const count = revocations.reduce((sum, { grants }) => sum + grants.length, 0);
  if (limits.refusal !== null) return { level: "refused", text: `Refused by a limit: ${limits.refusal}` };
  const held = plan.rows.filter((row) => row.held !== null).length;
  if (count > 0)
    return {
      level: "revoke",
      text: `${amount(count, "grant")} of ${inventory.grants} would be revoked.`,
    };
  const open = [
    ...(held > 0
      ? [
          `${amount(held, "grant")} spared by ${policy.mode === "report" ? "`mode: report`" : "a mode or the baseline"}`,
        ]
      : []),
    ...(undecided.length > 0 ? [`${amount(undecided.length, "app")} not listed`] : []),
    ...severities(findings),
  ];
  return open.length === 0
    ? {
        level: "clean",
        text: `Nothing to revoke: all ${inventory.grants} grants are sanctioned or protected.`,
      }
    : { level: "review", text: `Nothing to revoke. To look at: ${open.join(", ")}.` };
}

/** What the process ends with, where that was asked for: 3 for a limit, 2 for something to revoke. */
export function exitCodeOf({ plan }: OrgReport): 0 | 2 | 3 {
  return plan.limits.refusal !== null ? 3 : plan.revocations.length > 0 ? 2 : 0;
}

function severities(findings: OrgReport["plan"]["findings"]): string[] {
  return (["error", "warning"] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : amount(count, severity);
  });
}
