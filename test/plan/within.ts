import type { Plan, PlannedRevocation } from "../../src/plan/plan.ts";

/**
 * Whether law 5 lets a revocation be made once a plan was shown and approved: the same user loses the same app by the
 * same rule, and where either is of the very grants, each of them was shown. Written from the law, apart from the code.
 */
export function isWithin(made: PlannedRevocation, shown: Plan): boolean {
  return shown.revocations.some((one) => {
    const same =
      one.user.id === made.user.id &&
      one.app.id === made.app.id &&
      (made.app.id !== null || one.app.name === made.app.name) &&
      one.code === made.code &&
      one.at.file === made.at.file &&
      one.at.line === made.at.line;
    if (!same || (one.covers === "pair" && made.covers === "pair")) return same;
    const left = one.grants.map(({ createdAt }) => createdAt);
    return made.grants.every(({ createdAt }) => {
      const at = left.indexOf(createdAt);
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  });
}
