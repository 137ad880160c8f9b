import { SEVERITIES } from "../plan/widening.ts";
import type { Widens } from "./wideningPart.ts";

/** What a change does, for those who decide by it what may be merged. */
export interface Outcome {
  /** Null where it is not known. */
  readonly revokes: boolean | null;
  readonly isOverLimits: boolean;
  /** The worst of what it allows more; null for nothing. */
  readonly widens: Widens;
}

/** What a comment's verb can be told to fail on. `widened:high` is what allows more of that severity, `widened:medium` of that or a worse one. */
export const FAIL_ON = ["widened", "widened:medium", "widened:high", "revokes"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** Whether a change is something that is to fail. What is not known fails as the worst would. Pure. */
export function isFailing({ revokes, widens }: Outcome, failOn: readonly FailOn[]): boolean {
  return failOn.some((what) => {
    if (what === "revokes") return revokes !== false;
    if (widens === null) return false;
    if (widens === "unknown" || what === "widened") return true;
    const least = what === "widened:high" ? "high" : "medium";
    return SEVERITIES.indexOf(widens) <= SEVERITIES.indexOf(least);
  });
}

const LABELS = {
  "sanctioned:widens": ({ widens }) => widens !== null,
  "sanctioned:widens-high": ({ widens }) => widens === "high" || widens === "unknown",
  "sanctioned:revokes": ({ revokes }) => revokes === true,
  "sanctioned:over-limits": ({ isOverLimits }) => isOverLimits,
} as const satisfies Record<string, (outcome: Outcome) => boolean>;

/** The labels of ours that a change has, and those that it has not. Pure. */
export function labelsOf(outcome: Outcome): {
  readonly set: readonly string[];
  readonly unset: readonly string[];
} {
  const all = Object.entries(LABELS).map(([label, isIt]) => ({ label, is: isIt(outcome) }));
  return {
    set: all.flatMap(({ label, is }) => (is ? [label] : [])),
    unset: all.flatMap(({ label, is }) => (is ? [] : [label])),
  };
}

/** What changes of several orgs do together. Pure. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const order: readonly Widens[] = ["unknown", ...SEVERITIES];
  const revokes = outcomes.map((one) => one.revokes);
  return {
    revokes: revokes.includes(true) || (revokes.includes(null) ? null : false),
    isOverLimits: outcomes.some(({ isOverLimits }) => isOverLimits),
    widens: order.find((one) => outcomes.some(({ widens }) => widens === one)) ?? null,
  };
}

/** Of a change that was not judged nothing is known. */
export const NOT_KNOWN: Outcome = { revokes: null, isOverLimits: false, widens: "unknown" };
