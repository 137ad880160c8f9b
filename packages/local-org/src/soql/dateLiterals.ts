/** A stretch of time in milliseconds since the epoch, without its end. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where the days, weeks, … begin that lie so many after the one of an instant. */
const STARTS: Readonly<Record<string, (at: Date, after: number) => number>> = {
  DAY: (at, after) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + after),
  // From Sunday on, as in the locale of the United States.
  WEEK: (at, after) =>
    Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() - at.getUTCDay() + 7 * after),
  MONTH: (at, after) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + after),
  QUARTER: (at, after) => Date.UTC(at.getUTCFullYear(), 3 * (Math.floor(at.getUTCMonth() / 3) + after)),
  YEAR: (at, after) => Date.UTC(at.getUTCFullYear() + after, 0),
};

const DAYS: Readonly<Record<string, number>> = { YESTERDAY: -1, TODAY: 0, TOMORROW: 1 };
const NEIGHBOURS: Readonly<Record<string, number>> = { LAST: -1, THIS: 0, NEXT: 1 };

/**
 * The time that a date literal of SOQL means: `TODAY`, `LAST_N_DAYS:90`, `THIS_FISCAL_YEAR`, … Days are those of UTC, and the
 * fiscal year begins in January. @param now in milliseconds @returns undefined where it is none
 */
export function dateSpan(literal: string, now: number): Span | undefined {
  const at = new Date(now);
  const text = literal
    .toUpperCase()
    .replace("_FISCAL_", "_")
    .replace(/^(LAST|NEXT)_90_DAYS$/, "$1_N_DAYS:90");
  const span = (unit: string, first: number, end: number): Span => ({
    from: STARTS[unit]!(at, first),
    to: STARTS[unit]!(at, end),
  });
  const day = DAYS[text];
  if (day !== undefined) return span("DAY", day, day + 1);
  const [, neighbour = "", period] = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/.exec(text) ?? [];
  if (period !== undefined) return span(period, NEIGHBOURS[neighbour]!, NEIGHBOURS[neighbour]! + 1);
  const [, ago, count] = /^N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO:(\d+)$/.exec(text) ?? [];
  if (ago !== undefined) return span(ago, -Number(count), 1 - Number(count));
  const [, side, unit, n] = /^(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S:(\d+)$/.exec(text) ?? [];
  if (unit === undefined) return undefined;
  if (side === "NEXT") return span(unit, 1, 1 + Number(n));
  // The last days have today among them; the last weeks, months, … end before the present one.
  return span(unit, -Number(n), unit === "DAY" ? 1 : 0);
}
