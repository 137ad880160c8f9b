import type { PlannedRevocation } from "../plan/plan.ts";

/**
 * What became of one planned revocation. `revoked` and `already gone` are both verified by reading the
 * org again; `unknown` means that the org could not be read again after the call.
 */
export interface Outcome {
  readonly revocation: PlannedRevocation;
  readonly status: "revoked" | "already gone" | "failed" | "unknown";
  /** Why, for `failed` and `unknown`; empty otherwise. */
  readonly reason: string;
}
