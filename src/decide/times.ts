import type { Grant } from "../inventory/inventory.ts";
import type { Placed, Position } from "../policy/policy.ts";
import { days, type Instant, isLongerAgo } from "../time.ts";
import type { FindingCode } from "./codes.ts";
import type { Basis, Rule, Verdict } from "./rule.ts";

/**
 * Whether a grant is too old, idle or never used. A limit of N days is exceeded when more than N times
 * 24 hours have passed, to the millisecond. "Used" is when a token was last issued, not the last API
 * call (docs/salesforce.md#last-used). Where the org does not say when, or says something that cannot be,
 * the policy's `unknownUse` decides.
 */
export function timeRules(basis: Basis): Record<"age" | "idle" | "use", Rule> {
  const { resolved, asOf } = basis;
  const { defaults } = resolved.policy;
  const times = ({ listed }: Parameters<Rule>[0]) => listed?.entry.times ?? defaults;
  const undated = undatedVerdict(basis);
  const over = (code: FindingCode, since: Instant, limit: Placed<number>): Verdict | null =>
    isLongerAgo(since, limit.value, asOf) ? { action: "revoke", code, at: limit.position } : null;
  const sinceGranted = (code: FindingCode, grant: Grant, limit: Placed<number>): Verdict | null =>
    isDated(grant.createdAt, asOf)
      ? over(code, grant.createdAt, limit)
      : undated(grant.createdAt, limit.position);
  /** No verdict on a grant that is younger than the limit: it has not been idle or unused for longer than it exists. */
  const useUnknown = ({ createdAt }: Grant, limit: Placed<number>): Verdict | null =>
    isDated(createdAt, asOf) && !isLongerAgo(createdAt, limit.value, asOf)
      ? null
      : doubtful(basis, "use-unknown", limit.position);
  return {
    age: (judged) => {
      const limit = times(judged).maxAgeDays;
      return limit && sinceGranted("too-old", judged.grant, limit);
    },
    idle: (judged) => {
      const limit = times(judged).maxIdleDays;
      if (limit === null) return null;
      const { grant } = judged;
      const use = useOf(grant, asOf);
      if (use === "unknown") return useUnknown(grant, limit);
      return use === "never" ? null : over("idle", grant.lastUsedAt!, limit);
    },
    use: (judged) => {
      const limit = times(judged).neverUsedAfterDays;
      if (limit === null) return null;
      const { grant } = judged;
      const use = useOf(grant, asOf);
      if (use === "unknown") return useUnknown(grant, limit);
      return use === "never" ? sinceGranted("never-used", grant, limit) : null;
    },
  };
}

/** Clocks differ by minutes, and time zones by less than this: a time that is later is none. */
const AHEAD = days(1);

/** Whether the org says when, and not a time that is yet to come. */
export function isDated(instant: Instant | null, asOf: Instant): instant is Instant {
  return instant !== null && instant <= asOf + AHEAD;
}

/** What is said of a grant without a day of granting; one that is yet to come is as `unknownUse` says. */
export function undatedVerdict(basis: Basis): (createdAt: Instant | null, at: Position) => Verdict {
  return (createdAt, at) =>
    createdAt === null
      ? { action: "report", code: "date-missing", at, passing: true }
      : doubtful(basis, "date-missing", at);
}

function doubtful(
  { resolved: { policy } }: Basis,
  code: "use-unknown" | "date-missing",
  at: Position,
): Verdict {
  return policy.unknownUse.value === "revoke"
    ? { action: "revoke", code, at }
    : { action: "report", code, at, passing: true };
}

/** Whether a token was ever issued; unknown where the org counts some and knows no time, or does not count. */
function useOf({ lastUsedAt, useCount }: Grant, asOf: Instant): "known" | "never" | "unknown" {
  if (lastUsedAt !== null) return isDated(lastUsedAt, asOf) ? "known" : "unknown";
  return useCount === 0 ? "never" : "unknown";
}
