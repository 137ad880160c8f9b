import { parseInstant } from "../salesforce/instant.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { checkApiShare } from "./apiShare.ts";
import type { Grant } from "./inventory.ts";
import { ALL_TIMES, type GrantRow } from "./partition.ts";
import { isRefusedForm, type Partition } from "./queryForms.ts";
import { readGrants } from "./readGrants.ts";
import { allByLists } from "./readListed.ts";
import {
  AIMED_ROWS,
  allByUser,
  type FieldsRead,
  type GrantReading,
  grantQuery,
  PAGE_ROWS,
  type ReadPart,
  type Unread,
} from "./readRange.ts";

/** A way to read all grants: by what they are divided, and with which fields. */
export interface Way {
  readonly partition: Partition;
  readonly fields: FieldsRead;
}

export const FIRST_WAY: Way = { partition: "CreatedDate", fields: { dated: true, ids: true } };

/** The fields that an org may refuse, by how likely it is. */
const FIELDS: readonly FieldsRead[] = [
  { dated: true, ids: true },
  { dated: false, ids: true },
  { dated: true, ids: false },
  { dated: false, ids: false },
];

export interface ReadingSource {
  readonly countBefore: number;
  readonly toGrant: (row: GrantRow) => Grant;
  /** For dividing by user, where dates cannot be used. */
  readonly userIds: () => Promise<Iterable<string>>;
  readonly now: () => Date;
  readonly onProgress: (read: number, total: number) => void;
}

export interface WayRead {
  readonly parts: ReadPart[];
  readonly reading: GrantReading;
  /** When the newest grant was made that was there before the reading; null where it was not asked for, or has no date. */
  readonly newest: number | null;
  /** The same, or now. */
  readonly latest: number;
  readonly calls: number;
}

/**
 * The ways that are left where the org refuses the first, with the fields that it hands out: by time without the ids of
 * rows, if it was for these; by user, for which it has to compare ids; and by lists of users, which are known to work.
 */
export async function otherWays(reader: OrgReader): Promise<{ ways: Way[]; calls: number }> {
  const { fields, calls } = await fieldsThere(reader);
  const ways: Way[] = [
    { partition: "UserId", fields },
    { partition: "UserId IN", fields },
  ];
  return { ways: fields.dated && !fields.ids ? [{ ...FIRST_WAY, fields }, ...ways] : ways, calls };
}

async function fieldsThere(reader: OrgReader): Promise<{ fields: FieldsRead; calls: number }> {
  let calls = 0;
  for (const fields of FIELDS)
    try {
      calls++;
      await reader.query(grantQuery(fields, []), { enough: 1 });
      return { fields, calls };
    } catch (error) {
      if (!isRefusedForm(error)) throw error;
    }
  return { fields: FIELDS.at(-1)!, calls };
}

/** Reads all grants, in a way. @throws ApiError where the org refuses a form of query that it needs */
export async function readWay(
  reader: OrgReader,
  { countBefore, toGrant, userIds, now, onProgress }: ReadingSource,
  { partition, fields }: Way,
): Promise<WayRead> {
  const isByTime = partition === "CreatedDate";
  const isLarge = countBefore > PAGE_ROWS;
  const newest = isByTime && isLarge ? await readNewest(reader) : null;
  const latest = newest ?? now().getTime();
  let start: Unread[];
  if (isByTime) start = [{ kind: "time", range: ALL_TIMES, rows: countBefore }];
  else if (partition === "UserId") start = allByUser(isLarge ? await userIds() : [], countBefore);
  else {
    start = allByLists([...(await userIds())], countBefore);
    // A list is read, perhaps after one that was too large, and counted.
    checkApiShare(reader, 3 * Math.max(start.length, Math.ceil(countBefore / AIMED_ROWS)));
  }
  const reading: GrantReading = {
    ...fields,
    toGrant,
    ...(partition === "UserId IN" ? { names: new Set<string>() } : {}),
  };
  const { parts, calls } = await readGrants(reader, start, reading, {
    latest,
    onProgress: (count) => onProgress(count, countBefore),
  });
  return { parts, reading, latest, newest, calls: calls + (isByTime && isLarge ? 1 : 0) };
}

async function readNewest(reader: OrgReader): Promise<number | null> {
  const { rows } = await reader.query<{ CreatedDate: string | null }>(
    "SELECT CreatedDate FROM OauthToken WHERE CreatedDate != null ORDER BY CreatedDate DESC NULLS LAST LIMIT 1",
    { enough: 1 },
  );
  return parseInstant(rows[0]?.CreatedDate);
}
