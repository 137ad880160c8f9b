import type { FleetRun, OrgNumbers } from "../runSchema.ts";
import type { HistoryRun, HistoryVerb, Seen } from "./historySchema.ts";

/** What the history keeps of a run that judged. Pure. */
export function historyRun({ asOf, orgs }: FleetRun, verb: HistoryVerb): HistoryRun {
  return {
    history: 1,
    at: asOf,
    verb,
    orgs: orgs.map(({ name, id, status, numbers }) => ({
      name,
      id,
      status,
      seen: numbers && seenOf(numbers),
      revoked: null,
    })),
  };
}

/**
 * What the history keeps of a run that revoked: that alone, since what it was planned by may be older, or asked about one app. Pure.
 * @param time in milliseconds since the epoch
 * @param revoked how many grants, by the name of the org; one that nothing was to be revoked in is not in it
 */
export function historyOfRevoking(
  { orgs }: FleetRun,
  verb: HistoryVerb,
  time: number,
  revoked: ReadonlyMap<string, number>,
): HistoryRun {
  return {
    history: 1,
    at: new Date(time).toISOString(),
    verb,
    orgs: orgs.flatMap(({ name, id, status }) => {
      const count = revoked.get(name);
      return count === undefined ? [] : { name, id, status, seen: null, revoked: count };
    }),
  };
}

function seenOf(numbers: OrgNumbers): Seen {
  const { grants, connectedUsers, apps, unlistedApps, idle, reported, standing, revocations } = numbers;
  return { grants, connectedUsers, apps, unlistedApps, idle, reported, standing, revocations };
}
