import { toId18 } from "../../../src/salesforce/id.ts";

/** An id of 18 characters: a key prefix such as `005`, and a number. */
export function sfId(prefix: string, serial: number): string {
  return toId18(`${prefix}${String(serial).padStart(12, "0")}`);
}

/** Hands out ids for records that a fixture implies and does not name; none that the fixture has given away. */
export function freeIds(prefix: string, taken: Iterable<string> = []): () => string {
  const given = new Set(taken);
  let serial = 0;
  return () => {
    let id: string;
    do id = sfId(prefix, ++serial);
    while (given.has(id));
    return id;
  };
}
