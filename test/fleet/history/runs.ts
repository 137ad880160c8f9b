import type { HistoryRun, Seen } from "../../../src/fleet/history/historySchema.ts";
import { sfId } from "../../inventories.ts";

/** The numbers of an org that has so many grants, and none of what a policy minds. */
export function seen(grants: number, more: Partial<Seen> = {}): Seen {
  return {
    grants,
    connectedUsers: grants,
    apps: 1,
    unlistedApps: 0,
    idle: 0,
    reported: 0,
    standing: 0,
    revocations: 0,
    ...more,
  };
}

/** A run on a day over orgs by name: their numbers, null where they were not judged, or how many grants were revoked there. */
export function runOn(
  time: string,
  orgs: Readonly<Record<string, Seen | null | { readonly revoked: number }>>,
): HistoryRun {
  return {
    history: 1,
    at: time.length === 10 ? `${time}T06:00:00.000Z` : time,
    verb: "plan",
    orgs: Object.entries(orgs).map(([name, of]) => {
      const isRevoked = of !== null && "revoked" in of;
      return {
        name,
        id: idOf(name),
        status: of === null ? "unreachable" : "clean",
        seen: isRevoked ? null : of,
        revoked: isRevoked ? of.revoked : null,
      };
    }),
  };
}

function idOf(name: string): string {
  return sfId(
    "00D",
    [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7),
  );
}

/** A run over many orgs, so that its entry takes more than one block of a disk. */
export function largeRun(orgs: number, time = "2026-11-20"): HistoryRun {
  return runOn(
    time,
    Object.fromEntries(Array.from({ length: orgs }, (_, i) => [`org-${i}`, seen(1000 + i)])),
  );
}
