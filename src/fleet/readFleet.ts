import pLimit from "p-limit";
import { CodedError } from "../errors.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { NO_NEEDS } from "../inventory/needs.ts";
import { openObserver } from "../run/open.ts";
import type { FleetOrg } from "./orgs.ts";
import { ORGS_AT_ONCE, problemOf, statusOfError } from "./planFleet.ts";
import type { OrgResult } from "./runSchema.ts";
import { type FleetSurroundings, refuseOther, surroundingsOf } from "./surroundings.ts";

/** What was read of an org, or why nothing was. */
export type OrgReading<T> = { readonly org: FleetOrg } & (
  | { readonly value: T }
  | { readonly status: OrgResult["status"]; readonly problem: NonNullable<OrgResult["problem"]> }
);

/** What was read of a fleet, and the errors nobody expected, which are thrown once the rest is shown. */
export interface FleetReading<T> {
  readonly orgs: readonly OrgReading<T>[];
  readonly unexpected: readonly { readonly org: string; readonly error: unknown }[];
}

/**
 * Lists orgs without asking their policies, a few at once. Whatever befalls one is its own, and no list is kept.
 * @param take makes of an org's list what is wanted of it
 */
export async function readFleet<T>(
  orgs: readonly FleetOrg[],
  surroundings: FleetSurroundings,
  take: (inventory: Inventory) => T,
  {
    orgsAtOnce = ORGS_AT_ONCE,
    onOrg = () => undefined,
  }: { readonly orgsAtOnce?: number; readonly onOrg?: () => void } = {},
): Promise<FleetReading<T>> {
  const limit = pLimit(orgsAtOnce);
  const unexpected: { org: string; error: unknown }[] = [];
  const read = async (org: FleetOrg): Promise<OrgReading<T>> => {
    try {
      const observer = openObserver(await surroundingsOf(org, surroundings));
      refuseOther(org, (await observer.connect()).org);
      return { org, value: take(await observer.have(NO_NEEDS)) };
    } catch (error) {
      if (!(error instanceof CodedError)) unexpected.push({ org: org.name, error });
      return { org, status: statusOfError(error), problem: problemOf(error) };
    } finally {
      onOrg();
    }
  };
  return { orgs: await Promise.all(orgs.map((org) => limit(() => read(org)))), unexpected };
}
