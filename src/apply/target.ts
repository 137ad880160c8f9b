/** One call that would revoke something, and when what it revokes was granted (milliseconds; null for unknown). */
export type Target =
  | {
      readonly through: "delete-token";
      /** Null where the org hands out none. A capability: kept in memory for the call alone. */
      readonly token: string | null;
      readonly granted: readonly (number | null)[];
    }
  | {
      readonly through: "usage";
      /** Below `/services/data/vNN.0`. */
      readonly path: string;
      readonly granted: readonly (number | null)[];
    };

/** What the org has, at this moment, of one planned revocation. */
export type LiveGrants =
  | { readonly kind: "matched"; readonly targets: readonly Target[] }
  /** Not to be revoked: it could hit a grant that was not approved. */
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Holds what is live against what is planned, one to one by the time of granting. What was granted since
 * matches nothing and is left alone; where more is live at one time than planned, nothing tells them apart.
 */
export function matched<T>(
  planned: readonly (number | null)[],
  live: readonly T[],
  grantedAt: (one: T) => number | null,
): { readonly live: readonly T[] } | { readonly refused: string } {
  const wanted = Map.groupBy(planned, (time) => time);
  const found = Map.groupBy(live, grantedAt);
  const result: T[] = [];
  for (const [time, { length }] of wanted) {
    const some = found.get(time) ?? [];
    if (some.length > length)
      return {
        refused: `${some.length} grants were given at ${time === null ? "an unknown time" : new Date(time).toISOString()}, ${length} of them planned, and nothing tells them apart; plan again`,
      };
    result.push(...some);
  }
  return { live: result };
}
