import type { OrgReader } from "../salesforce/reader.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { inventoryErrors } from "./errors.ts";

/** Ids of one IN list: a query stays far below the length of a URL that servers take. */
const IDS_PER_QUERY = 200;

/** All rows of a query. @throws InconclusiveError where the org hands out fewer than it counts */
export async function readAll<Row>(reader: OrgReader, soql: string): Promise<Row[]> {
  const { rows, totalSize } = await reader.query<Row>(soql);
  checkAll(rows.length, totalSize, soql);
  return rows;
}

/** All rows whose field is one of the ids; `soql` ends where the condition follows. */
export async function readWhereIn<Row>(
  reader: OrgReader,
  soql: string,
  field: string,
  ids: readonly string[],
): Promise<Row[]> {
  const chunks = Array.from({ length: Math.ceil(ids.length / IDS_PER_QUERY) }, (_, i) =>
    ids.slice(i * IDS_PER_QUERY, (i + 1) * IDS_PER_QUERY),
  );
  const rows = await Promise.all(
    chunks.map((chunk) => readAll<Row>(reader, `${soql} ${field} IN ${soqlIn(chunk)}`)),
  );
  return rows.flat();
}

/** @throws InconclusiveError where the numbers differ */
export function checkAll(read: number, totalSize: number, soql: string): void {
  if (read !== totalSize) throw inventoryErrors["row-count-not-matched"]({ counted: totalSize, read, soql });
}
