import type { PlannedRevocation } from "../plan/plan.ts";
import type { Calls } from "./attempt.ts";
import { type Granted, type LiveGrant, strangersOf, without } from "./target.ts";

/** What a user has of an app after the calls. */
export interface Left {
  /** Whether a grant that was called for is there. */
  readonly same: boolean;
  /** When those were given that came in place of it. */
  readonly others: readonly Granted[];
}

/**
 * Whether a grant that was called for is still there, and when those were given that came in place of it: for an approval
 * that covers the pair whatever is there; for one that covers the very grants what came since the calls, or had come in place
 * of one that was not found. Pure.
 */
export function whatIsLeft(
  revocation: PlannedRevocation,
  { chosen: { targets, missing, strangers } }: Calls,
  live: readonly LiveGrant[],
): Left {
  const calledFor = new Set(targets.flatMap(({ granted }) => granted));
  const planned = new Set(revocation.grants.map(({ createdAt }) => createdAt));
  const ofPair = revocation.covers === "pair";
  const same = live.some(({ granted }) => calledFor.has(granted) || (!ofPair && planned.has(granted)));
  if (ofPair) return { same, others: live.map(({ granted }) => granted) };
  const now = strangersOf(revocation, live);
  return { same, others: missing > 0 ? now : without(now, strangers) };
}
