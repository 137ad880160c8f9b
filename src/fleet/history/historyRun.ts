import type { FleetRun, OrgNumbers } from "../runSchema.ts";
import type { HistoryRun, HistoryVerb, Seen } from "./historySchema.ts";

/**
 * What the history keeps of a run. Pure.
 * @param revoked how many grants the run revoked, by the name of the org; an org that it was to revoke nothing in is not in it
 */
export function historyRun(
  { asOf, orgs }: FleetRun,
  verb: HistoryVerb,
  revoked: ReadonlyMap<string, number> = new Map(),
): HistoryRun {
  return {
    history: 1,
    at: asOf,
    verb,
    orgs: orgs.map(({ name, id, status, numbers }) => ({
      name,
      id,
      status,
      seen: numbers && seenOf(numbers),
      revoked: revoked.get(name) ?? null,
    })),
  };
}

function seenOf(numbers: OrgNumbers): Seen {
  const { grants, connectedUsers, apps, unlistedApps, idle, reported, standing, revocations } = numbers;
  return { grants, connectedUsers, apps, unlistedApps, idle, reported, standing, revocations };
}
