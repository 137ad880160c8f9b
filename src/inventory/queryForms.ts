import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlDateTime, soqlIn, soqlString } from "../salesforce/soql.ts";
import { countQuery } from "./partition.ts";

/** By what the grants are divided to be read, in the order in which the ways are tried. */
export const PARTITIONS = ["CreatedDate", "UserId", "UserId IN"] as const;
export type Partition = (typeof PARTITIONS)[number];

/** A form of query that listing asks of OauthToken, and what the org said to it. */
export interface QueryForm {
  /** The way of dividing that needs it. */
  readonly partition: Partition;
  readonly soql: string;
  /** What the org refused it with, as in `INVALID_FIELD, HTTP 400`; null where it answered. */
  readonly refusal: string | null;
}

export interface QueryForms {
  readonly forms: readonly QueryForm[];
  /** The way of dividing that a list too large for one answer will use; null where the org refuses each. */
  readonly partition: Partition | null;
}

/**
 * Asks each form of query that the listing has once, for one row, and says by what the grants of this org can be divided.
 * Only the forms of `UserId IN` are known to work (docs/salesforce.md#pages-and-the-ceiling).
 * @throws ApiError for a refusal that is not of the form, such as an expired session; UserError as the queries of `reader`
 */
export async function probeQueryForms(reader: OrgReader, now: Date = new Date()): Promise<QueryForms> {
  const user = reader.caller.userId;
  const forms = await Promise.all(
    queryFormsOf(user, now.getTime()).map(async (form) => ({
      ...form,
      refusal: await refusalOf(reader, form.soql),
    })),
  );
  return { forms, partition: partitionOf(forms) };
}

/** The first way of dividing of which no form was refused; null where there is none. */
export function partitionOf(forms: readonly Pick<QueryForm, "partition" | "refusal">[]): Partition | null {
  const isRefused = (wanted: Partition) =>
    forms.some(({ partition, refusal }) => partition === wanted && refusal !== null);
  return PARTITIONS.find((partition) => !isRefused(partition)) ?? null;
}

/** Each form as it asks of a user and a time, in milliseconds since the epoch, for one row. */
export function queryFormsOf(user: string, time: number): Pick<QueryForm, "partition" | "soql">[] {
  return PARTITIONS.flatMap((partition) => FORMS[partition](user, time).map((soql) => ({ partition, soql })));
}

async function refusalOf(reader: OrgReader, soql: string): Promise<string | null> {
  try {
    await reader.query(soql, { enough: 1 });
    return null;
  } catch (error) {
    if (isRefusedForm(error)) return `${error.salesforceCode}, HTTP ${error.status}`;
    throw error;
  }
}

const FIELDS = "SELECT UserId, AppName FROM OauthToken";

const FORMS: Readonly<Record<Partition, (user: string, time: number) => string[]>> = {
  CreatedDate: (_, time) => {
    const at = soqlDateTime(time);
    return [
      `${FIELDS} ORDER BY CreatedDate ASC NULLS FIRST LIMIT 1`,
      `${FIELDS} ORDER BY CreatedDate DESC NULLS LAST LIMIT 1`,
      `${FIELDS} WHERE CreatedDate >= ${at} ORDER BY CreatedDate ASC NULLS FIRST LIMIT 1`,
      `${FIELDS} WHERE CreatedDate < ${at} ORDER BY CreatedDate ASC NULLS FIRST LIMIT 1`,
      `${FIELDS} WHERE CreatedDate != null ORDER BY CreatedDate ASC NULLS FIRST LIMIT 1`,
      `${FIELDS} WHERE CreatedDate = null LIMIT 1`,
      countQuery([`CreatedDate >= ${at}`]),
    ];
  },
  UserId: (user) => {
    const id = soqlString(user);
    return [
      `${FIELDS} WHERE UserId >= ${id} LIMIT 1`,
      `${FIELDS} WHERE UserId < ${id} LIMIT 1`,
      countQuery([`UserId >= ${id}`]),
    ];
  },
  "UserId IN": (user) => {
    const users = `UserId IN ${soqlIn([user])}`;
    return [
      `${FIELDS} WHERE ${users} LIMIT 1`,
      `${FIELDS} WHERE ${users} AND AppName IN ${soqlIn(["Salesforce CLI"])} LIMIT 1`,
      countQuery([users]),
    ];
  },
};

/** Codes that say nothing of a query's form: of the session, of limits, of what the user or the org may do at all, of pages. */
const NOT_OF_THE_FORM =
  /^(INVALID_SESSION_ID|INVALID_AUTH_HEADER|INVALID_QUERY_LOCATOR|REQUEST_LIMIT_EXCEEDED|API_(CURRENTLY_)?DISABLED.*)$/;

/**
 * Whether the org refused the form of a query, so that another may do: with whatever code, as a field that cannot be
 * filtered, or with an internal error that stays.
 */
export function isRefusedForm(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || NOT_OF_THE_FORM.test(error.salesforceCode)) return false;
  return error.status === 500 || (error.status >= 400 && error.status < 500 && error.status !== 429);
}
