import type { FindingCode } from "../decide/codes.ts";
import type { Decision } from "../decide/decide.ts";
import type { Basis } from "../decide/rule.ts";
import type { App, Grant, Inventory, User } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { compareText, count } from "../text.ts";
import type { Instant } from "../time.ts";
import { type Covers, coversOf } from "./covers.ts";
import { appLabels, userLabels } from "./label.ts";
import { revocationReason } from "./reason.ts";

/** All grants of one user for one app that are to be revoked, for one reason. */
export interface PlannedRevocation {
  readonly app: App;
  readonly user: User;
  /** At least one; oldest first. */
  readonly grants: readonly Grant[];
  readonly code: FindingCode;
  readonly at: Position;
  readonly covers: Covers;
  /** When the grants of the pair that are not planned were given, oldest first; null for unknown. Empty for `pair`. */
  readonly others: readonly (Instant | null)[];
  /** Which app and which user, for people: no others of the inventory have the same. Untrusted text, as the reason is. */
  readonly appLabel: string;
  readonly userLabel: string;
  /** One line, for people: what is approved is compared by `approvalKey`. */
  readonly reason: string;
}

/** App label → user label → reason: what Pulumi shows and diffs, line by line. Maps, since the engine diffs arrays by index. */
export type RevocationMap = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What would change in the org. Canonical: sorted by app and user, whatever the order of the inventory. */
export interface Plan {
  readonly revocations: readonly PlannedRevocation[];
}

/** Gathers the decisions to revoke into a plan. Pure. */
export function plan(decisions: readonly Decision[], { inventory, resolved: { policy }, asOf }: Basis): Plan {
  const labels = appLabels(inventory);
  const pairs = new Map<string, { user: User; decisions: Decision[] }>();
  for (const decision of decisions) {
    if (decision.action !== "revoke") continue;
    const user = inventory.users.get(decision.grant.userId);
    if (user === undefined) continue; // law 8: what cannot be resolved is reported, never revoked
    const key = pairKey(decision.grant);
    const pair = pairs.get(key);
    if (pair) pair.decisions.push(decision);
    else pairs.set(key, { user, decisions: [decision] });
  }
  const kept = keptGrants(inventory, pairs);
  const users = userLabels(new Map([...pairs.values()].map(({ user }) => [user.id, user])).values());
  const revocations = [...pairs].map(([key, { user, decisions }]): PlannedRevocation => {
    // Grants of one pair can go for several reasons: that of the oldest is said, whatever the org's order.
    decisions.sort((a, b) => byAge(a.grant, b.grant) || compareText(a.code, b.code));
    const { code, at, grant } = decisions[0]!;
    const { app } = grant;
    const grants = decisions.map((decision) => decision.grant);
    const others = (kept.get(key) ?? []).map(({ createdAt }) => createdAt);
    const covers = coversOf(decisions, others.length, policy);
    return {
      app,
      user,
      grants,
      code,
      at,
      covers,
      others,
      appLabel: labels.get(app.key) ?? app.key,
      userLabel: users.get(user.id) ?? user.id,
      reason: revocationReason({ code, at, grants, covers }, asOf),
    };
  });
  return {
    revocations: revocations.sort(
      (a, b) => compareText(a.appLabel, b.appLabel) || compareText(a.userLabel, b.userLabel),
    ),
  };
}

/** The plan as Pulumi shows it: safe to print, one line for each revocation. */
export function revocationMap(plan: Plan): RevocationMap {
  const byApp = Map.groupBy(plan.revocations, ({ appLabel }) => appLabel);
  const linesOf = (revocations: readonly PlannedRevocation[]) =>
    Object.fromEntries(revocations.map((one) => [printable(one.userLabel), printable(one.reason)]));
  return Object.fromEntries([...byApp].map(([app, some]) => [printable(app), linesOf(some)]));
}

/** A planned revocation of some of its grants alone: it covers no others any more. */
export function withGrants(
  revocation: PlannedRevocation,
  grants: readonly Grant[],
  asOf: Instant,
): PlannedRevocation {
  const left = revocation.grants.filter((grant) => !grants.includes(grant));
  const part = { ...revocation, grants, covers: "grants" as const };
  return {
    ...part,
    others: [...revocation.others, ...left.map(({ createdAt }) => createdAt)].sort(byTime),
    reason: revocationReason(part, asOf),
  };
}

/** How many grants a plan revokes. */
export function countGrants({ revocations }: Plan): number {
  return countGrantsOf(revocations);
}

/** How many grants revocations are of, be they planned or from a plan file. */
export function countGrantsOf(revocations: readonly { readonly grants: readonly unknown[] }[]): number {
  return revocations.reduce((sum, { grants }) => sum + grants.length, 0);
}

/** How many grants the plan revokes by app and reason, as in `12 × Bob's Lead Scoring Tool (app-not-listed)`: safe to print. */
export function summarizePlan(plan: Plan): string[] {
  const counts = new Map<string, number>();
  for (const { appLabel, code, grants } of plan.revocations) {
    const key = `${printable(appLabel)} (${code})`;
    counts.set(key, (counts.get(key) ?? 0) + grants.length);
  }
  return [...counts].map(([key, grants]) => `${count(grants)} × ${key}`);
}

/** The grants of planned pairs that are not planned, by pair, oldest first: something else keeps them. */
function keptGrants(
  { grants }: Inventory,
  planned: ReadonlyMap<string, { readonly user: User; readonly decisions: readonly Decision[] }>,
): ReadonlyMap<string, Grant[]> {
  const users = new Set<string>();
  const goes = new Set<Grant>();
  for (const { user, decisions } of planned.values()) {
    users.add(user.id);
    for (const { grant } of decisions) goes.add(grant);
  }
  const kept = new Map<string, Grant[]>();
  for (const grant of grants) {
    // Most grants of an org are of users who lose nothing: no key is made for those.
    if (!users.has(grant.userId) || goes.has(grant)) continue;
    const key = pairKey(grant);
    if (!planned.has(key)) continue;
    const some = kept.get(key);
    if (some) some.push(grant);
    else kept.set(key, [grant]);
  }
  for (const some of kept.values()) some.sort(byAge);
  return kept;
}

function pairKey({ userId, app }: Grant): string {
  return `${userId} ${app.key}`;
}

function byTime(a: Instant | null, b: Instant | null): number {
  return (a ?? 0) - (b ?? 0);
}

function byAge(a: Grant, b: Grant): number {
  return (
    byTime(a.createdAt, b.createdAt) ||
    (a.lastUsedAt ?? 0) - (b.lastUsedAt ?? 0) ||
    (a.useCount ?? 0) - (b.useCount ?? 0)
  );
}
