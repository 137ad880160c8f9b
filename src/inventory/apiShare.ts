import { MOST_ROWS } from "../salesforce/pages.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";
import { MOST_STANDING_CALLS } from "./standingSources.ts";

/**
 * API calls that a listing takes at most, where nothing has to be tried again; but for the tokens of external client apps,
 * of which it is not known before who uses the apps.
 * @param externalApps for each of which its users are asked for
 */
export function callsForListing(grants: number, users: number, externalApps: number): number {
  const usage = externalApps + Math.ceil(externalApps / 100);
  return Math.ceil((grants / 500) * 1.1) + Math.ceil(users / 2_000) + usage + MOST_STANDING_CALLS + 30;
}

/** What an org is taken to have that does not say: more than a listing takes, and not without an end. */
const UNSAID = { used: 0, limit: 1_000_000 } as const;

/** @throws UserError (`api-share-exceeded`) where that many calls are more than a run's share of what the org has left */
export function checkApiShare({ apiUsage, maxApiShare, org }: OrgReader, calls: number): void {
  const { used, limit } = apiUsage ?? UNSAID;
  const left = Math.max(0, limit - used);
  if (calls <= left * maxApiShare) return;
  throw inventoryErrors["api-share-exceeded"]({
    host: new URL(org.instanceUrl).host,
    calls,
    left,
    limit,
    percent: Math.round(maxApiShare * 100),
  });
}

/** @throws InconclusiveError where the org counts more of something than any list has that is read: it could go on for ever */
export function checkSize(counted: number, what: string): void {
  if (counted > MOST_ROWS) throw inventoryErrors["more-than-is-read"]({ counted, what, most: MOST_ROWS });
}
