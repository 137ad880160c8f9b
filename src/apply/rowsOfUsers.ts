import { chunksOf } from "../collections.ts";
import { CEILING } from "../inventory/readRange.ts";
import type { QueryResult } from "../salesforce/reader.ts";
import { applyErrors } from "./errors.ts";

const USERS_PER_QUERY = 200;

/**
 * All rows of some users: of a few hundred at once, and of half as many where the org stops without a word, or may have
 * (docs/salesforce.md#pages-and-the-ceiling). @param ask for the rows of users
 * @throws RemoteError where the org hands out fewer rows of one user than it counts, or as many as it hands out at most
 */
export async function rowsOfUsers<Row>(
  userIds: readonly string[],
  ask: (userIds: readonly string[]) => Promise<QueryResult<Row>>,
): Promise<Row[]> {
  const read = async (some: readonly string[]): Promise<Row[]> => {
    const { rows, totalSize } = await ask(some);
    if (rows.length < CEILING && rows.length === totalSize) return rows;
    if (some.length === 1)
      throw applyErrors["live-grants-not-complete"]({
        counted: totalSize,
        user: some[0]!,
        read: rows.length,
      });
    return await inParts(some, Math.ceil(some.length / 2));
  };
  const inParts = async (some: readonly string[], size: number): Promise<Row[]> => {
    const found: Row[] = [];
    for (const part of chunksOf(some, size)) for (const row of await read(part)) found.push(row);
    return found;
  };
  return await inParts([...new Set(userIds)], USERS_PER_QUERY);
}
