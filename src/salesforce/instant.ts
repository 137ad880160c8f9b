import type { Instant } from "../time.ts";
import { salesforceErrors } from "./errors.ts";

/**
 * Salesforce's way to write a point in time, `2026-04-07T16:00:10.000+0000`, in milliseconds since the
 * epoch; null for null. (Its offset lacks the colon that the standard asks for.)
 * @throws InconclusiveError for text that is no time: a grant without its date must not be judged by it
 */
export function parseInstant(text: string | null | undefined): Instant | null {
  if (text === null || text === undefined) return null;
  // Nearly all are in UTC, and a listing has millions: without the pattern they take half the time.
  const standard = text.endsWith("+0000")
    ? `${text.slice(0, -2)}:00`
    : text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
  const milliseconds = Date.parse(standard);
  if (Number.isNaN(milliseconds))
    throw salesforceErrors["time-not-readable"]({ text: JSON.stringify(text.slice(0, 40)) });
  return milliseconds;
}
