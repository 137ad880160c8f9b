import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";

/** API calls that a listing takes at most, where nothing has to be tried again. */
export function callsForListing(grants: number, users: number): number {
  return Math.ceil((grants / 500) * 1.1) + Math.ceil(users / 2_000) + 30;
}

/** @throws UserError (`api-share-exceeded`) where that many calls are more than a run's share of what the org has left */
export function checkApiShare({ apiUsage, maxApiShare, org }: OrgReader, calls: number): void {
  if (apiUsage === null) return;
  const left = Math.max(0, apiUsage.limit - apiUsage.used);
  if (calls <= left * maxApiShare) return;
  throw inventoryErrors["api-share-exceeded"]({
    host: new URL(org.instanceUrl).host,
    calls,
    left,
    limit: apiUsage.limit,
    percent: Math.round(maxApiShare * 100),
  });
}
