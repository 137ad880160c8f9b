import { errorCount } from "./counts.ts";
import type { PlanFile } from "./planSchema.ts";

/**
 * What a process ends with that shows a plan: 3 where a limit refuses it; 2 where something breaks the policy, be it grants that would be
 * revoked or a finding that is an error, for which an issue about drift is open too; else 0.
 */
export function planEnd({
  limits,
  revocations,
  findings,
}: Pick<PlanFile, "limits" | "revocations" | "findings">): 0 | 2 | 3 {
  if (limits.refusal !== null) return 3;
  return revocations.length > 0 || errorCount({ findings }) > 0 ? 2 : 0;
}
