const CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/** An id of 18 characters: a key prefix such as `005`, and a number. */
export function sfId(prefix: string, serial: number): string {
  return withChecksum(`${prefix}${String(serial).padStart(12, "0")}`);
}

/** The id of 18 characters that 15 stand for: each of the last three says which of five are upper case. */
export function withChecksum(id15: string): string {
  let checksum = "";
  for (let from = 0; from < 15; from += 5) {
    let upper = 0;
    for (let at = 0; at < 5; at++) if (isUpperCase(id15.charCodeAt(from + at))) upper |= 1 << at;
    checksum += CHECKSUM[upper];
  }
  return id15 + checksum;
}

function isUpperCase(code: number): boolean {
  return code >= 65 && code <= 90;
}

/** Whether two ids name one record: their first 15 characters are the same. */
export function sameId(a: string, b: string): boolean {
  return a.slice(0, 15) === b.slice(0, 15);
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
