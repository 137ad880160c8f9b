import type { FindingCode } from "../decide/codes.ts";
import type { Decision } from "../decide/decide.ts";
import { hasLookBack } from "../decide/privilege.ts";
import type { Policy } from "../policy/policy.ts";

/**
 * What the approval of a planned revocation covers (law 5). `pair`: this user loses this app, whatever grants
 * the two have by then. `grants`: the very grants that were shown, and no others.
 */
export type Covers = "pair" | "grants";

/**
 * Rules that look at the user and the app alone, and so say the same of every grant that the two have or will
 * have. All others look at when a grant was made or used; a code that is not named here is one of them.
 */
const OF_THE_PAIR: ReadonlySet<FindingCode> = new Set([
  "app-denied",
  "app-not-listed",
  "platform-app",
  "user-not-allowed",
  "scope-exceeded",
  "provider-denied",
  "provider-not-listed",
  "user-not-allowed-to-link",
  "user-offboarded",
  "user-inactive",
  "user-frozen",
  "by-hand",
]);

/**
 * `pair` where one rule that looks at nothing else revokes every grant that the two have: a grant that a
 * baseline or another rule keeps must not go with those that were approved.
 * @param decisions to revoke, of one user and one app; at least one @param kept how many more grants the two have
 */
export function coversOf(
  decisions: readonly Decision[],
  kept: number,
  { highPrivilege }: Pick<Policy, "highPrivilege">,
): Covers {
  const { code } = decisions[0]!;
  const ofThePair =
    OF_THE_PAIR.has(code) ||
    (code === "high-privilege-grant" && highPrivilege !== null && !hasLookBack(highPrivilege));
  return kept === 0 && ofThePair && decisions.every((one) => one.code === code) ? "pair" : "grants";
}
