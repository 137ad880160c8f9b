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
 * How it ended: nothing was left at two looks in a row; a look that must not be acted on; a round in which nothing moved or that
 * was stopped; or grants that came again after every round.
 */
export type RoundsEnd = "none-left" | "refused" | "failed" | "came-again";

export const MOST_ROUNDS = 5;
const LOOKS_WITHOUT = 2;

/**
 * Revokes, looks again, and revokes what came meanwhile, until two looks in a row find nothing: an app that exchanges its
 * tokens, or is authorized again, can have a new grant when the old one is gone. Errors as those of the look and the revocation.
 */
export async function inRounds<Seen>(
  by: Rounds<Seen>,
): Promise<{ readonly rounds: number; readonly end: RoundsEnd }> {
  let rounds = 0;
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
    if (!mayGoOn(outcomes)) return { rounds, end: "failed" };
  }
  return { rounds, end: "none-left" };
}

/** Whether another round could come further: not where the run was stopped, the org could not be read, or nothing moved. */
function mayGoOn(outcomes: readonly Outcome[]): boolean {
  const statuses = new Set(outcomes.map(({ status }) => status));
  if (statuses.has("not tried") || statuses.has("unknown")) return false;
  return statuses.has("revoked") || statuses.has("replaced") || statuses.has("already gone");
}
