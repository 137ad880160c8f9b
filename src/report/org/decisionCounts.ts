import type { OrgReport } from "./orgReport.ts";

/** What a report counts that somebody has to look at. */
export interface Outcomes {
  /** Grants by what the policy makes of them. */
  readonly kept: number;
  readonly reported: number;
  readonly revoked: number;
  /** Findings that are errors. */
  readonly errors: number;
  /** Whether the audit record was changed. */
  readonly recordBroken: boolean;
}

export function outcomesOf({ plan: { counts, findings }, recorded }: OrgReport): Outcomes {
  const sum = (codes: Readonly<Record<string, number>>) => Object.values(codes).reduce((a, b) => a + b, 0);
  return {
    kept: sum(counts.keep),
    reported: sum(counts.report),
    revoked: sum(counts.revoke),
    errors: findings.filter(({ severity }) => severity === "error").length,
    recordBroken: recorded?.whole === false,
  };
}
