import { isAccountLink } from "../accountLink.ts";
import { type FindingCode, meaningOf } from "../decide/codes.ts";
import type { Grant } from "../inventory/inventory.ts";
import { type Position, placeText } from "../policy/policy.ts";
import { dayOf, type Instant } from "../time.ts";
import type { Covers } from "./covers.ts";

/**
 * Why these grants go, in one line: the rule and its place, and whether they are in use. It holds nothing that
 * changes by itself while somebody reads it: of a user who loses an app that is in use there is no date, since a
 * token that is rotated brings another; the day of granting and the month of the last use stand where they stay as
 * they are, and where an approval is of the very grants.
 */
export function revocationReason(
  {
    code,
    at,
    grants,
    covers,
  }: {
    readonly code: FindingCode;
    readonly at: Position;
    readonly grants: readonly Grant[];
    readonly covers: Covers;
  },
  asOf: Instant,
): string {
  const rule = ruleText({ code, at });
  if (grants.every(isAccountLink)) return `${rule}; account linked to it`;
  // What is revoked by hand goes while it is read: then the days say what somebody had.
  const inUse = (times: readonly (Instant | null)[]) =>
    code !== "by-hand" && times.some((time) => time !== null && time >= inUseSince(asOf));
  const uses = grants.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  if (covers === "pair" && inUse([...uses, ...grants.map(({ createdAt }) => createdAt)]))
    return `${rule}; in use`;
  // Of what goes for not being used the last use is the point, and another one would be another plan.
  const used =
    uses.length === 0
      ? "no use recorded"
      : inUse(uses) && code !== "idle"
        ? "in use"
        : `last used ${dayOf(Math.max(...uses)).slice(0, 7)}`;
  return `${rule}; ${grantedText(grants)}, ${used}`;
}

/** What the rule says of it: `app not listed`. */
export function whyText({ code }: { readonly code: FindingCode }): string {
  return meaningOf(code);
}

/** Which rule, and where it is: `app not listed (policy/acme.yaml:2)`. Untrusted text. */
export function ruleText({ code, at }: { readonly code: FindingCode; readonly at: Position }): string {
  return `${whyText({ code })} (${placeText(at)})`;
}

function grantedText(grants: readonly Grant[]): string {
  const days = grants.map(({ createdAt }) => (createdAt === null ? "on an unknown day" : dayOf(createdAt)));
  return grants.length === 1 ? `granted ${days[0]}` : `${grants.length} grants: ${days.join(", ")}`;
}

/**
 * A grant is in use that was made or used in the month of the run or one of the two before it: some 60 to 90
 * days. By whole months, so that no line changes overnight but that in which a month begins.
 */
function inUseSince(asOf: Instant): Instant {
  const run = new Date(asOf);
  return Date.UTC(run.getUTCFullYear(), run.getUTCMonth() - 2, 1);
}
