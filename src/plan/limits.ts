import type { Limits } from "../policy/policy.ts";
import { placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { compareText } from "../text.ts";
import { planErrors } from "./errors.ts";
import { countGrants, type Plan } from "./plan.ts";

/** One limit with the number that was held against it. */
export interface LimitCheck {
  readonly limit: number;
  readonly actual: number;
}

/** A plan held against the policy's limits, as a whole and before anything is revoked. */
export interface LimitVerdict {
  readonly revocations: LimitCheck;
  /** In percent of all grants of the org. */
  readonly percent: LimitCheck & { readonly of: number };
  /** The app with the most revocations; null where there are none. */
  readonly perApp: (LimitCheck & { readonly app: string }) | null;
  /** Which limits are exceeded, with every number and what to do, in one line; null where none is. */
  readonly refusal: string | null;
}

/**
 * Holds a plan against limits. Zero means zero: it refuses every revocation. Pure.
 * @param grants how many the org has
 */
export function judgeLimits(plan: Plan, grants: number, limits: Limits): LimitVerdict {
  const count = countGrants(plan);
  const percent = count === 0 ? 0 : (count / grants) * 100; // without grants nothing is below any percentage
  const byApp = new Map<string, number>();
  for (const { appLabel, grants: own } of plan.revocations)
    byApp.set(appLabel, (byApp.get(appLabel) ?? 0) + own.length);
  const [most] = [...byApp].sort(([a, m], [b, n]) => n - m || compareText(a, b));
  const plural = count === 1 ? "revocation is" : "revocations are";
  const exceeded = [
    ...(count > limits.revocations ? [`over the limit of ${limits.revocations} (limits.revocations)`] : []),
    ...(percent > limits.percent
      ? [`${rounded(percent)}% (${count}/${grants}), over ${limits.percent}% (limits.percent)`]
      : []),
    ...[...byApp]
      .filter(([, n]) => n > limits.perApp)
      .map(([app, n]) => `${n} of ${printable(app)}, over ${limits.perApp} for one app (limits.perApp)`),
  ];
  return {
    revocations: { limit: limits.revocations, actual: count },
    percent: { limit: limits.percent, actual: count === 0 ? 0 : Number(rounded(percent)), of: grants },
    perApp: most === undefined ? null : { limit: limits.perApp, actual: most[1], app: most[0] },
    refusal:
      exceeded.length === 0
        ? null
        : planErrors["limits-exceeded"]({
            revocations: `${count} ${plural}`,
            exceeded: exceeded.join(", and "),
            place: placeText(limits.position),
          }).message,
  };
}

/** What the limits refused, in one line with the code of that error, where a run goes on to say more. */
export function refusedText(refusal: string): string {
  return `Refused: ${printable(refusal)} [limits-exceeded]`;
}

/** One decimal, and never rounded down to the limit that it is over. */
function rounded(percent: number): string {
  return (Math.ceil(percent * 10) / 10).toFixed(1);
}
