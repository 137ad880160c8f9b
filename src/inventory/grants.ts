import { ApiError } from "../salesforce/failure.ts";
import { parseInstant } from "../salesforce/instant.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";
import type { CompletenessProof, Grant } from "./inventory.ts";
import { BY_APP_NAME, byCreatedDate, byUser, type GrantRow, type Key } from "./partition.ts";
import { readGrants } from "./readGrants.ts";
import { MOST_ROWS, type ReadPart } from "./readRange.ts";
import { COUNT, changedParts } from "./recount.ts";

/** How often the list is held against the org's count, and what changed meanwhile read again. */
const ROUNDS = 4;
/** Refusals of a query's wording rather than of the caller. */
const REFUSED_QUERY = ["INVALID_FIELD", "MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR"];

export interface GrantListing {
  readonly countBefore: number;
  readonly toGrant: (row: GrantRow) => Grant;
  /** For dividing by user, where dates cannot be used. */
  readonly userIds: () => Promise<Iterable<string>>;
  readonly now: () => Date;
  readonly onProgress: (read: number, total: number) => void;
}

export interface ListedGrants {
  readonly grants: Grant[];
  readonly proof: Pick<
    CompletenessProof,
    "countBefore" | "countAfter" | "read" | "partition" | "ranges" | "calls" | "rereads"
  >;
}

/**
 * Reads all rows of OauthToken and holds them against the org's count before and after. Grants that
 * come or go meanwhile are found by counting parts, and those parts read again, a few times.
 * @throws InconclusiveError where the numbers do not come to agree
 */
export async function listGrants(reader: OrgReader, listing: GrantListing): Promise<ListedGrants> {
  let { countBefore } = listing;
  const first = await readPartitioned(reader, listing);
  let { parts } = first;
  let calls = first.calls + 1; // the count before
  let rereads = 0;
  let read = 0;
  let countAfter = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    read = parts.reduce((sum, { grants }) => sum + grants.length, 0);
    countAfter = await reader.count(COUNT);
    calls++;
    if (read === countAfter && countBefore === countAfter) {
      const { partition } = first;
      return {
        grants: flatten(parts),
        proof: { countBefore, countAfter, read, partition, ranges: parts.length, calls, rereads },
      };
    }
    countBefore = countAfter;
    if (read === countAfter || round === ROUNDS) continue;
    const { changed, calls: counts } = await changedParts(reader, parts);
    calls += counts;
    const again = new Set(changed);
    parts = parts.filter((part) => !again.has(part));
    for (const { again: unread } of changed) {
      const renewed = await readGrants(reader, unread, listing.toGrant);
      parts.push(...renewed.parts);
      calls += renewed.calls;
      rereads++;
    }
  }
  throw inventoryErrors["grant-count-not-matched"]({ counted: countAfter, read, rereads });
}

interface Partitioned {
  readonly parts: ReadPart[];
  readonly partition: string;
  readonly calls: number;
}

/**
 * By time of granting; where the org refuses that (CreatedDate stands in one of its two lists of fields
 * only), by user; where it refuses the field altogether, by user and without it.
 */
async function readPartitioned(
  reader: OrgReader,
  { countBefore, toGrant, userIds, now, onProgress }: GrantListing,
): Promise<Partitioned> {
  let calls = 0;
  const readBy = async (key: Key, finer: readonly Key[], dated = true): Promise<Partitioned> => {
    const range = { within: [], key, from: { kind: "nulls" }, to: null } as const;
    const read = await readGrants(reader, { range, rows: countBefore, finer, dated }, toGrant, (count) =>
      onProgress(count, countBefore),
    );
    return { parts: read.parts, partition: key.field, calls: calls + read.calls };
  };
  const latest = async (): Promise<number> => {
    if (countBefore <= 2 * MOST_ROWS) return now().getTime();
    calls++;
    const { rows } = await reader.query<{ CreatedDate: string | null }>(
      "SELECT CreatedDate FROM OauthToken WHERE CreatedDate != null ORDER BY CreatedDate DESC NULLS LAST LIMIT 1",
    );
    return parseInstant(rows[0]?.CreatedDate) ?? now().getTime();
  };
  const byUsers = async (dated: boolean) =>
    readBy(byUser(countBefore > MOST_ROWS ? await userIds() : []), [BY_APP_NAME], dated);
  const withDates = [
    async () => readBy(byCreatedDate(await latest()), [byUser([]), BY_APP_NAME]),
    () => byUsers(true),
  ];
  for (const attempt of withDates) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ApiError && REFUSED_QUERY.includes(error.salesforceCode))) throw error;
      calls++;
    }
  }
  return await byUsers(false);
}

function flatten(parts: readonly ReadPart[]): Grant[] {
  const all: Grant[] = [];
  for (const { grants } of parts) for (const grant of grants) all.push(grant);
  return all;
}
