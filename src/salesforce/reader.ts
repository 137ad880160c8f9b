import type { Caller, Org } from "../inventory/inventory.ts";

/** What planning may do with an org: read. It has nothing that could revoke, and cannot select a token. */
export interface OrgReader {
  readonly org: Org;
  readonly caller: Caller;
  /**
   * Runs SOQL and follows its pages to the end. `totalSize` is what the org says; fewer rows mean that
   * it stopped handing them out.
   * @throws ApiError where the org refuses; Error for a query that names a token field
   */
  query<Row>(soql: string): Promise<{ rows: Row[]; totalSize: number }>;
  /** The number that a `SELECT COUNT() …` query gives. */
  count(soql: string): Promise<number>;
  /** API calls made so far. */
  readonly calls: number;
}

/** Fields of OauthToken that hold a credential (salesforce-facts 1.2): no plan needs them, so no plan may read them. */
const NEVER_SELECT = /\b(AccessToken|RequestToken|DeleteToken)\b/i;

/** @throws Error where a query could bring token material into the process */
export function refuseTokenFields(soql: string): void {
  const field = NEVER_SELECT.exec(soql)?.[1];
  if (field !== undefined) throw new Error(`a query of the planner names ${field}`);
}
