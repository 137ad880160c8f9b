import { compareText } from "../../text.ts";
import type { HistoryRun, Seen } from "./historySchema.ts";

/** The numbers of an org at the end of a period, by its last run that judged it; null where none did: a gap, and not zero. */
export interface Point {
  /** A day as 2026-11-26, or a month as 2026-11. */
  readonly period: string;
  readonly seen: Seen | null;
}

/** What a history tells of one org. */
export interface OrgTrend {
  /** What an org is known by, whatever it is called. */
  readonly id: string;
  /** As it was called last. */
  readonly name: string;
  /** Of each day on which a run was to look at any org, from the org's first one. */
  readonly days: readonly Point[];
}

/** What a history tells of all orgs in a period. */
export interface FleetPoint {
  readonly period: string;
  /** Orgs that a run judged in the period. */
  readonly judged: number;
  /** Orgs that the fleet had: from the first run of each to its last, and on for those that it still has. */
  readonly known: number;
  /** Sums over the orgs that were judged; null where none was. */
  readonly seen: Seen | null;
  /** What became more or less since the period before, over those orgs alone that were judged in both; null where there is none. */
  readonly change: Seen | null;
  /** Whether the very same orgs were judged in the period before, so that the sums can be told apart by nothing else. */
  readonly isLikeBefore: boolean;
  /** Grants that runs of the period revoked. */
  readonly revoked: number;
}

export interface Trends {
  readonly days: readonly FleetPoint[];
  readonly months: readonly FleetPoint[];
  /** By id. */
  readonly orgs: readonly OrgTrend[];
}

/**
 * The trends of a fleet, by the days and months (UTC) of its runs. Several runs of a period count once, by the last that judged an org; what
 * they revoked adds up. Pure.
 * @param runs in the order in which they were looked at
 * @param isStillThere whether the fleet still has an org that a run was about
 */
export function trendsOf(
  runs: readonly HistoryRun[],
  isStillThere: (org: { readonly id: string; readonly name: string }) => boolean,
): Trends {
  const days = periodsOf(runs, 10);
  const names = new Map<string, string>();
  for (const { orgs } of runs) for (const { id, name } of orgs) names.set(id, name);
  const stays = new Set([...names].flatMap(([id, name]) => (isStillThere({ id, name }) ? [id] : [])));
  return {
    days: fleetPoints(days, stays),
    months: fleetPoints(periodsOf(runs, 7), stays),
    orgs: [...names]
      .sort(([a], [b]) => compareText(a, b))
      .map(([id, name]) => ({ id, name, days: pointsOf(id, days) })),
  };
}

interface Period {
  readonly period: string;
  /** By id; null for an org that was to be judged and was not. What only revoked looked at none. */
  readonly orgs: ReadonlyMap<string, Seen | null>;
  readonly revoked: number;
}

/** @param length of the part of a time that says which period it is in */
function periodsOf(runs: readonly HistoryRun[], length: number): Period[] {
  const byPeriod = Map.groupBy(runs, ({ at }) => at.slice(0, length));
  return [...byPeriod].map(([period, some]) => {
    const orgs = new Map<string, Seen | null>();
    let revoked = 0;
    for (const org of some.flatMap((run) => run.orgs)) {
      // A run later that day that could not judge it takes nothing back.
      if (org.revoked === null || org.seen !== null) orgs.set(org.id, org.seen ?? orgs.get(org.id) ?? null);
      revoked += org.revoked ?? 0;
    }
    return { period, orgs, revoked };
  });
}

/** @param stays ids of the orgs that the fleet still has */
function fleetPoints(periods: readonly Period[], stays: ReadonlySet<string>): FleetPoint[] {
  const last = new Map(periods.flatMap(({ orgs }, i) => [...orgs.keys()].map((id) => [id, i] as const)));
  const known = new Set<string>();
  let before: Period["orgs"] | null = null;
  return periods.map(({ period, orgs, revoked }, i) => {
    const earlier = before;
    if (orgs.size > 0) before = orgs;
    for (const id of orgs.keys()) known.add(id);
    for (const id of known) if (last.get(id)! < i && !stays.has(id)) known.delete(id);
    const judged = [...orgs.values()].filter((seen) => seen !== null);
    return {
      period,
      judged: judged.length,
      known: known.size,
      seen: judged.length === 0 ? null : sumOf(judged),
      change: earlier === null ? null : changeBetween(earlier, orgs),
      isLikeBefore: earlier !== null && areJudgedAlike(earlier, orgs),
      revoked,
    };
  });
}

function pointsOf(id: string, periods: readonly Period[]): Point[] {
  const looked = periods.filter(({ orgs }) => orgs.size > 0);
  const first = looked.findIndex(({ orgs }) => orgs.has(id));
  return first === -1
    ? []
    : looked.slice(first).map(({ period, orgs }) => ({ period, seen: orgs.get(id) ?? null }));
}

/** Like is compared with like: an org that is missing once, or joined, would else look like a change of the others. */
function changeBetween(before: Period["orgs"], after: Period["orgs"]): Seen | null {
  const both = [...after].flatMap(([id, now]) => {
    const then = before.get(id) ?? null;
    return now === null || then === null ? [] : [combined(now, then, (a, b) => a - b)];
  });
  return both.length === 0 ? null : sumOf(both);
}

function areJudgedAlike(before: Period["orgs"], after: Period["orgs"]): boolean {
  const judged = (orgs: Period["orgs"]) =>
    [...orgs].flatMap(([id, seen]) => (seen === null ? [] : id)).sort();
  return judged(before).join() === judged(after).join();
}

function sumOf(some: readonly Seen[]): Seen {
  return some.reduce((sum, one) => combined(sum, one, (a, b) => a + b));
}

function combined(one: Seen, other: Seen, of: (a: number, b: number) => number): Seen {
  return {
    grants: of(one.grants, other.grants),
    connectedUsers: of(one.connectedUsers, other.connectedUsers),
    apps: of(one.apps, other.apps),
    unlistedApps: of(one.unlistedApps, other.unlistedApps),
    idle: of(one.idle, other.idle),
    reported: of(one.reported, other.reported),
    standing: of(one.standing, other.standing),
    revocations: of(one.revocations, other.revocations),
  };
}
