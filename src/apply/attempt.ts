import type { RevokeAnswer } from "./revokeCall.ts";
import type { Chosen } from "./target.ts";

/** What was called for, and what was answered. No targets where there was nothing to call for. */
export interface Calls {
  readonly answers: readonly RevokeAnswer[];
  readonly chosen: Extract<Chosen, { kind: "chosen" }>;
}

/** What came of the attempt to revoke what was planned of one user and app. */
export type Attempt = { readonly refused: string } | { readonly notTried: string } | Calls;
