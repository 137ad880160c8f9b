import type { Placed } from "../policy/policy.ts";
import { type Instant, isLongerAgo } from "../time.ts";
import type { FindingCode } from "./codes.ts";
import type { Basis, Rule, Verdict } from "./rule.ts";

/**
 * Whether a grant is too old, idle or never used. A limit of N days is exceeded when more than N times
 * 24 hours have passed, to the millisecond. "Used" is when a token was last issued, not the last API
 * call (docs/salesforce.md#last-used); a grant without that time is judged by `neverUsedAfterDays` alone.
 */
export function timeRules({ asOf }: Basis): Record<"age" | "idle" | "use", Rule> {
  const over = (code: FindingCode, since: Instant | null, limit: Placed<number>): Verdict | null => {
    if (since === null) return { action: "report", code: "date-missing", at: limit.position, passing: true };
    return isLongerAgo(since, limit.value, asOf) ? { action: "revoke", code, at: limit.position } : null;
  };
  return {
    age: ({ grant, listed }) => {
      const limit = listed?.entry.times.maxAgeDays;
      return limit ? over("too-old", grant.createdAt, limit) : null;
    },
    idle: ({ grant, listed }) => {
      const limit = listed?.entry.times.maxIdleDays;
      return limit && grant.lastUsedAt !== null ? over("idle", grant.lastUsedAt, limit) : null;
    },
    use: ({ grant, listed }) => {
      const limit = listed?.entry.times.neverUsedAfterDays;
      const used = grant.lastUsedAt !== null || (grant.useCount ?? 0) > 0;
      return limit && !used ? over("never-used", grant.createdAt, limit) : null;
    },
  };
}
