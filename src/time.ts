declare const kind: unique symbol;

/** A point in time: milliseconds since the epoch, UTC. A plain number will do, a Duration will not. */
export type Instant = number & { readonly [kind]?: "instant" };
/** A span of time in milliseconds. */
export type Duration = number & { readonly [kind]?: "duration" };

declare const day: unique symbol;
/** A day of the calendar in UTC, as `2027-03-31`. */
export type Day = string & { readonly [day]: true };

export const DAY_MS = 24 * 60 * 60 * 1000;

/** So many times 24 hours. */
export function days(count: number): Duration {
  return count * DAY_MS;
}

/** The day that a text names; null for any other text, and for a day that no calendar has (2026-02-30). */
export function parseDay(text: string): Day | null {
  const start = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(start) || dayOf(start) !== text ? null : (text as Day);
}

/**
 * The point in time that a text names in UTC, as 2026-03-31T08:30:00Z; null for any other text, and for a day
 * or an hour that there is not (Date.parse takes 2026-02-30 for 2 March).
 */
export function parseUtc(text: string): Instant | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 16) !== text.slice(0, 16) ? null : time;
}

/** `2026-11-23 12:00 UTC`, of an instant in ISO 8601. */
export function minuteText(instant: string): string {
  return `${instant.slice(0, 16).replace("T", " ")} UTC`;
}

/** The day of a point in time. */
export function dayOf(instant: Instant): Day {
  return new Date(instant).toISOString().slice(0, 10) as Day;
}

/** The first moment of a day. */
export function startOf(day: Day): Instant {
  return Date.parse(day);
}

/** The first moment after a day: what holds until a day holds all day long. */
export function endOf(day: Day): Instant {
  return startOf(day) + DAY_MS;
}

/** Whether a day is over. */
export function isOver(day: Day, asOf: Instant): boolean {
  return asOf >= endOf(day);
}

/** Whether more than so many times 24 hours have passed since, to the millisecond. */
export function isLongerAgo(since: Instant, count: number, asOf: Instant): boolean {
  return asOf - since > days(count);
}
