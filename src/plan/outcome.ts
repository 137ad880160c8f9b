import type { PlannedRevocation } from "./plan.ts";

/**
 * What became of one planned revocation. `revoked` and `already gone` are both verified by reading the
 * org again, the latter by two looks that found nothing; `replaced` means that the user has the app again, by a grant that
 * was not there before or was not approved; `unknown` means that the org could not be read again after the call; `not tried` that the
 * run was stopped before it.
 */
export interface Outcome {
  readonly revocation: PlannedRevocation;
  readonly status: "revoked" | "already gone" | "replaced" | "failed" | "unknown" | "not tried";
  /** Why, for `replaced`, `failed`, `unknown` and `not tried`; empty otherwise. */
  readonly reason: string;
}

/** How many grants had each outcome, as in `12 revoked, 1 failed`. */
export function countOutcomes(outcomes: readonly Outcome[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { status, revocation } of outcomes)
    counts.set(status, (counts.get(status) ?? 0) + revocation.grants.length);
  return Object.fromEntries(counts);
}

/** Whether a planned revocation is not known to be done. */
export function isOpen({ status }: Outcome): boolean {
  return status !== "revoked" && status !== "already gone";
}
