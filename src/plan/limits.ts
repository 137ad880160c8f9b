import type { Limits } from "../policy/policy.ts";
import { placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { compareText, count, firstFew } from "../text.ts";
import { planErrors } from "./errors.ts";
import type { Plan } from "./plan.ts";

/** One limit with the number that was held against it. */
export interface LimitCheck {
  readonly limit: number;
  readonly actual: number;
}

/** Limits that a plan exceeds, each with the number of it; null for none. */
export type Exceeded = Readonly<Partial<Record<"revocations" | "percent" | "perApp", LimitCheck>>> | null;

/** A plan held against the policy's limits, as a whole and before anything is revoked. */
export interface LimitVerdict {
  readonly revocations: LimitCheck;
  /** In percent of all grants of the org. */
  readonly percent: LimitCheck & { readonly of: number };
  /** The app with the most revocations; null where there are none. */
  readonly perApp: (LimitCheck & { readonly app: string }) | null;
  /** Which limits are exceeded, with every number and what to do; null where none is. Untrusted text. */
  readonly refusal: string | null;
}

/**
 * Holds a plan against limits. Zero means zero: it refuses every revocation. Pure.
 * @param grants how many the org has
 */
export function judgeLimits(plan: Plan, grants: number, limits: Limits): LimitVerdict {
  const {
    count: all,
    percent,
    byApp,
  } = amounts(
    plan.revocations.map(({ appLabel, grants: own }) => [appLabel, own.length]),
    grants,
  );
  const [most] = byApp;
  const plural = all === 1 ? "revocation is" : "revocations are";
  const exceeded = [
    ...(all > limits.revocations
      ? [`over the limit of ${count(limits.revocations)} (limits.revocations)`]
      : []),
    ...(percent > limits.percent
      ? [`${roundedUp(percent)}% (${count(all)}/${count(grants)}), over ${limits.percent}% (limits.percent)`]
      : []),
    ...overPerApp(byApp, limits.perApp),
  ];
  return {
    revocations: { limit: limits.revocations, actual: all },
    percent: { limit: limits.percent, actual: all === 0 ? 0 : Number(roundedUp(percent)), of: grants },
    perApp: most === undefined ? null : { limit: limits.perApp, actual: most[1], app: most[0] },
    refusal:
      exceeded.length === 0
        ? null
        : planErrors["limits-exceeded"].untrusted({
            revocations: `${count(all)} ${plural}`,
            exceeded: exceeded.join(", and "),
            place: placeText(limits.position),
          }),
  };
}

/**
 * Which limits so many revocations exceed. Pure.
 * @param byApp app and number of grants, an app any number of times @param grants how many the org has
 */
export function exceededLimits(
  byApp: readonly (readonly [app: string, grants: number])[],
  grants: number,
  limits: Omit<Limits, "position">,
): Exceeded {
  const { count, percent, byApp: sums } = amounts(byApp, grants);
  const perApp = sums.reduce((most, [, own]) => Math.max(most, own), 0);
  const exceeded = {
    ...(count > limits.revocations ? { revocations: { limit: limits.revocations, actual: count } } : {}),
    ...(percent > limits.percent
      ? { percent: { limit: limits.percent, actual: Number(roundedUp(percent)) } }
      : {}),
    ...(perApp > limits.perApp ? { perApp: { limit: limits.perApp, actual: perApp } } : {}),
  };
  return Object.keys(exceeded).length === 0 ? null : exceeded;
}

/** What each limit that any of the plans exceeds has to be for all of them to be within it. */
export function toRaise(
  verdicts: readonly Readonly<Record<keyof typeof RAISE_VARIABLES, LimitCheck | null>>[],
): RaisedTo {
  const keys = Object.keys(RAISE_VARIABLES) as (keyof typeof RAISE_VARIABLES)[];
  const raised = keys.flatMap((key) => {
    const over = verdicts.flatMap((verdict) => {
      const check = verdict[key];
      return check !== null && check.actual > check.limit ? check.actual : [];
    });
    return over.length === 0 ? [] : [[key, Math.max(...over)] as const];
  });
  return Object.fromEntries(raised);
}

/** What raises each limit for one run, in the environment alone: a change must not be able to. */
export const RAISE_VARIABLES = {
  revocations: "SANCTIONED_RAISE_REVOCATIONS",
  percent: "SANCTIONED_RAISE_PERCENT",
  perApp: "SANCTIONED_RAISE_PER_APP",
} as const;
export const RAISE_REASON = "SANCTIONED_RAISE_REASON";

type RaisedTo = Readonly<Partial<Record<keyof typeof RAISE_VARIABLES, number>>>;

/** What raises limits for one run, as variables by name. @param reason goes on record; a run takes no empty one */
export function raisingVariables(limits: RaisedTo, reason: string): Readonly<Record<string, string>> {
  const keys = Object.keys(RAISE_VARIABLES) as (keyof typeof RAISE_VARIABLES)[];
  const numbers = keys.flatMap((key) =>
    limits[key] === undefined ? [] : [[RAISE_VARIABLES[key], String(limits[key])] as const],
  );
  return { ...Object.fromEntries(numbers), [RAISE_REASON]: reason };
}

/** Those of which more than `limit` would be revoked, the most first; an org can have hundreds. */
function overPerApp(byApp: readonly (readonly [app: string, grants: number])[], limit: number): string[] {
  const over = byApp.filter(([, n]) => n > limit).map(([app, n]) => `${count(n)} of ${app}`);
  if (over.length === 0) return [];
  const each = over.length === 1 ? "" : "each ";
  return [`${firstFew(over, 3, "app")}, ${each}over ${count(limit)} for one app (limits.perApp)`];
}

/** The limits that were exceeded, as in `limits.revocations 50 (104)`. */
export function exceededText(exceeded: NonNullable<Exceeded>): string {
  return Object.entries(exceeded)
    .map(([name, { limit, actual }]) => `limits.${name} ${count(limit)} (${count(actual)})`)
    .join(", ");
}

/** What limits are held against, with each app once, the most first. */
function amounts(byApp: readonly (readonly [app: string, grants: number])[], grants: number) {
  const sums = new Map<string, number>();
  for (const [app, own] of byApp) sums.set(app, (sums.get(app) ?? 0) + own);
  const count = byApp.reduce((sum, [, own]) => sum + own, 0);
  return {
    count,
    percent: count === 0 ? 0 : (count / grants) * 100, // without grants nothing is below any percentage
    byApp: [...sums].sort(([a, m], [b, n]) => n - m || compareText(a, b)),
  };
}

/** What the limits refused, in one line with the code of that error, where a run goes on to say more. */
export function refusedText(refusal: string): string {
  return `Refused: ${printable(refusal)} [limits-exceeded]`;
}

/** One decimal, and never rounded down to the limit that it is over. */
export function roundedUp(percent: number): string {
  return (Math.ceil(percent * 10) / 10).toFixed(1);
}
