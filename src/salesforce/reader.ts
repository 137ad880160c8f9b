import type { Caller, Org } from "./org.ts";

export interface QueryOptions {
  /** Stops asking for pages once this many rows are there; the rows are then a prefix of the answer. */
  readonly enough?: number;
}

/** The rows of a query. Fewer than `totalSize`, the number that the org states, are not all. */
export interface QueryResult<Row> {
  readonly rows: Row[];
  readonly totalSize: number;
  /** Pages fetched: one API call each. */
  readonly pages: number;
}

/** What planning may do with an org: read. It has nothing that could revoke, and cannot select a token. */
export interface OrgReader {
  readonly org: Org;
  readonly caller: Caller;
  /**
   * Runs SOQL and follows its pages to the end, or until there are enough.
   * @throws ApiError where the org refuses; UserError where it gives no usable answer; Error for a query that names a token field
   */
  query<Row>(soql: string, options?: QueryOptions): Promise<QueryResult<Row>>;
  /**
   * As `query`, a page at a time, for answers too large to keep as they come. A first page that comes again begins the answer
   * anew: what was taken before is void.
   */
  eachPage<Row>(
    soql: string,
    take: (rows: Row[], isFirst: boolean) => void,
  ): Promise<{ totalSize: number; pages: number }>;
  /** The number that a `SELECT COUNT() …` query gives. */
  count(soql: string): Promise<number>;
  /** Reads a REST resource below `/services/data/vNN.0`, such as `/limits`. Errors as `query`. */
  get<T>(path: string): Promise<T>;
  /** The org's components of a metadata type, such as `ConnectedApp`, as the org names them. Errors as `query`. */
  listMetadata(type: string): Promise<ListedComponent[]>;
  /** Those of the components that the org hands out, as raw texts. Errors as `query`. */
  readMetadata<T>(type: string, fullNames: readonly string[]): Promise<(T & { readonly fullName: string })[]>;
  /** What is asked from now on is of another run, which waits for an org in trouble as long as the first did. */
  beginRun(): void;
  /** API calls made so far. */
  readonly calls: number;
  /** The org's API calls of the last 24 hours, from the last answer that said so; null where none did. */
  readonly apiUsage: { readonly used: number; readonly limit: number } | null;
  /** By how much the org's clock is ahead of ours, in milliseconds, to the second; null where it does not say. */
  readonly clockSkewMs: number | null;
  /** The names of all headers that the org has answered with so far. */
  readonly headerNames: readonly string[];
  /** Requests under way at once, at most: fewer, once the org said that they are too many. */
  readonly concurrency: number;
  /** The share of the org's remaining API calls that one run may use, 0 to 1. */
  readonly maxApiShare: number;
}

/** A component of metadata. */
export interface ListedComponent {
  readonly fullName: string;
  /** The id of its record as the org writes it; null where it gives none. */
  readonly id: string | null;
}

/** Fields of OauthToken that hold a credential (docs/salesforce.md#fields-of-oauthtoken): no plan needs them, so no plan may read them. */
export const NEVER_SELECT: readonly string[] = ["AccessToken", "RequestToken", "DeleteToken"];

const TOKEN_FIELD = new RegExp(`\\b(${NEVER_SELECT.join("|")})\\b`, "i");
const STRING_LITERAL = /'(?:[^'\\]|\\.)*'/gs;

/** @throws Error where a query could bring token material into the process */
export function refuseTokenFields(soql: string): void {
  // An app may be called "DeleteToken"; `FIELDS(ALL)` names no field and selects all.
  const code = soql.replace(STRING_LITERAL, "''");
  const field = TOKEN_FIELD.exec(code)?.[1] ?? /\bFIELDS\s*\(/i.exec(code)?.[0];
  if (field !== undefined) throw new Error(`a query of the planner names ${field}`);
}
