import { InconclusiveError } from "../errors.ts";
import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlString } from "../salesforce/soql.ts";

/** An OauthToken row as planning reads it. */
export interface GrantRow {
  readonly UserId: string;
  readonly AppName: string | null;
  readonly AppMenuItem: { readonly ApplicationId: string | null } | null;
  readonly CreatedDate: string | null;
  readonly LastUsedDate: string | null;
  readonly UseCount: number | null;
}

/** The rows and how they were partitioned. */
export interface GrantRows {
  readonly rows: GrantRow[];
  readonly partition: string;
  readonly ranges: number;
}

const SELECT =
  "SELECT UserId, AppName, AppMenuItem.ApplicationId, CreatedDate, LastUsedDate, UseCount FROM OauthToken";
/** The org stops an OauthToken query at 2,500 rows without a word (salesforce-facts 1.3); one query below this is safe. */
const ONE_QUERY = 2_000;

/** A field to walk along: ordered, and comparable in a WHERE clause. */
interface Key {
  readonly field: "CreatedDate" | "UserId";
  /** The row's value as a SOQL literal; null where the row has none. */
  readonly literal: (row: GrantRow) => string | null;
}

const BY_CREATED_DATE: Key = {
  field: "CreatedDate",
  literal: ({ CreatedDate }) => (CreatedDate === null ? null : new Date(CreatedDate).toISOString()),
};
const BY_USER: Key = { field: "UserId", literal: ({ UserId }) => soqlString(UserId) };

/**
 * Reads all rows, of which the org counted `count`. The caller compares the number with the org's own
 * count: rows can come and go while they are read.
 */
export async function readGrantRows(reader: OrgReader, count: number): Promise<GrantRows> {
  if (count <= ONE_QUERY) {
    const { rows } = await reader.query<GrantRow>(SELECT);
    return { rows, partition: "none", ranges: 1 };
  }
  try {
    return { ...(await walk(reader, [], [BY_CREATED_DATE, BY_USER])), partition: "CreatedDate" };
  } catch (error) {
    // CreatedDate stands in one of Salesforce's two lists of fields only; an org may refuse to sort by it.
    if (!(error instanceof ApiError && ["INVALID_FIELD", "MALFORMED_QUERY"].includes(error.code)))
      throw error;
    return { ...(await walk(reader, [], [BY_USER, BY_CREATED_DATE])), partition: "UserId" };
  }
}

/**
 * Walks along a key: each query goes on at the last value seen, and what was read of that value is
 * dropped and read again, so that no tie is lost or read twice. A value that alone reaches the
 * ceiling is walked along the next key.
 */
async function walk(
  reader: OrgReader,
  within: readonly string[],
  [key, ...others]: readonly Key[],
): Promise<{ rows: GrantRow[]; ranges: number }> {
  if (key === undefined)
    throw new InconclusiveError(
      "more than 2,000 grants of one user were given at one instant, and the org hands out no more of them",
    );
  const all: GrantRow[] = [];
  let ranges = 0;
  let from: string | null = null;
  for (;;) {
    const { rows, totalSize }: { rows: GrantRow[]; totalSize: number } = await reader.query<GrantRow>(
      `${SELECT}${where([...within, ...(from === null ? [] : [from])])} ORDER BY ${key.field} ASC NULLS FIRST`,
    );
    ranges++;
    if (rows.length < ONE_QUERY && rows.length === totalSize) return { rows: [...all, ...rows], ranges };
    const last = rows.at(-1);
    if (last === undefined) return { rows: all, ranges };
    const value = key.literal(last);
    const complete = rows.filter((row) => key.literal(row) !== value);
    all.push(...complete);
    if (value === null || complete.length === 0) {
      // Everything that was handed out has this one value.
      const ties = await walk(reader, [...within, `${key.field} = ${value}`], others);
      all.push(...ties.rows);
      ranges += ties.ranges;
      from = value === null ? `${key.field} != null` : `${key.field} > ${value}`;
    } else {
      from = `${key.field} >= ${value}`;
    }
  }
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}
