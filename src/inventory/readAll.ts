import { chunksOf } from "../collections.ts";
import { textOfAnswer } from "../salesforce/answers.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { inventoryErrors } from "./errors.ts";

/** Ids of one IN list: a query stays far below the length of a URL that servers take. */
const IDS_PER_QUERY = 200;

/** How often rows of several pages are read, until they are the same twice. */
const MOST_READINGS = 4;

/**
 * All rows of a query. Those of several pages are read until they are the same twice: whoever is gone from a page already
 * read could move somebody else over a boundary, and a member who is missed would lose their access.
 * @throws InconclusiveError where the org hands out fewer than it counts, or others each time
 */
export async function readAll<Row>(reader: OrgReader, soql: string): Promise<Row[]> {
  let before: string | undefined;
  for (let reading = 1; reading <= MOST_READINGS; reading++) {
    const { rows, totalSize, pages } = await reader.query<Row>(soql);
    if (pages === 1 || reading === MOST_READINGS) checkAll(rows.length, totalSize, soql);
    const seen = pages === 1 ? "" : contentOf(rows);
    if (pages === 1 || (seen === before && rows.length === totalSize)) return rows;
    before = seen;
  }
  throw inventoryErrors["rows-not-the-same"]({ soql });
}

/** The same text for the same rows, in whatever order. */
export function contentOf(rows: readonly unknown[]): string {
  return rows
    .map((row) => textOfAnswer(row))
    .sort()
    .join("\n");
}

/** All rows whose field is one of the ids; `soql` ends where the condition follows. */
export async function readWhereIn<Row>(
  reader: OrgReader,
  soql: string,
  field: string,
  ids: readonly string[],
): Promise<Row[]> {
  const rows = await Promise.all(
    chunksOf(ids, IDS_PER_QUERY).map((chunk) => readAll<Row>(reader, `${soql} ${field} IN ${soqlIn(chunk)}`)),
  );
  return rows.flat();
}

/** @throws InconclusiveError where the numbers differ */
export function checkAll(read: number, totalSize: number, soql: string): void {
  if (read !== totalSize) throw inventoryErrors["row-count-not-matched"]({ counted: totalSize, read, soql });
}
