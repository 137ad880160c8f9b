import type { Outcome } from "../plan/outcome.ts";

/** How a revocation in rounds looks and acts. */
export interface Rounds<Seen> {
  /** Reads the org anew. @param revoked whether anything was revoked by then */
  look(revoked: boolean): Promise<Seen>;
  /** How many grants are to be revoked by what was seen; null where they must not be. */
  count(seen: Seen): number | null;
  revoke(seen: Seen): Promise<readonly Outcome[]>;
}

/**
 * How it ended: nothing was left at two looks in a row; a look that must not be acted on; two rounds in a row in which nothing moved,
 * or one that was stopped; or grants that came again after every round.
 */
export type RoundsEnd = "none-left" | "refused" | "failed" | "came-again";

export const MOST_ROUNDS = 5;
const LOOKS_WITHOUT = 2;
/** A token that was exchanged just before its call fails once; what fails twice will fail again. */
const MOST_STUCK = 2;

/**
 * Revokes, looks again, and revokes what came meanwhile, until two looks in a row find nothing: an app that exchanges its
 * tokens, or is authorized again, can have a new grant when the old one is gone. Errors as those of the look and the revocation.
 */
export async function inRounds<Seen>(
  by: Rounds<Seen>,
): Promise<{ readonly rounds: number; readonly end: RoundsEnd }> {
  let rounds = 0;
  let stuck = 0;
  for (let without = 0; without < LOOKS_WITHOUT; ) {
    const seen = await by.look(rounds > 0);
    const found = by.count(seen);
    if (found === null) return { rounds, end: "refused" };
    if (found === 0) {
      without++;
      continue;
    }
    if (rounds === MOST_ROUNDS) return { rounds, end: "came-again" };
    without = 0;
    const outcomes = await by.revoke(seen);
    rounds++;
    stuck = moved(outcomes) ? 0 : stuck + 1;
    if (stuck === MOST_STUCK || wasStopped(outcomes)) return { rounds, end: "failed" };
  }
  return { rounds, end: "none-left" };
}

function moved(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ status }) => status !== "failed");
}

/** Whether a round ended before its time, or in doubt. */
function wasStopped(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ status }) => status === "not tried" || status === "unknown");
}
