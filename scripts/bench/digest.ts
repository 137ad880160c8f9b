import { createHash } from "node:crypto";

/** What makes a grant this one and no other; times in milliseconds. */
export interface Fact {
  readonly userId: string;
  /** As `App.key`: the app's id, or `name:` and its name. */
  readonly app: string;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly useCount: number | null;
}

const WORDS = 8;

/** Number and digest of grants in any order: the sum of their SHA-256 hashes, so that none has to be kept or sorted. */
export function digestOf(facts: Iterable<Fact>): { grants: number; digest: string } {
  const sums = Array.from({ length: WORDS }, () => 0n);
  let grants = 0;
  for (const { userId, app, createdAt, lastUsedAt, useCount } of facts) {
    const text = JSON.stringify([userId, app, createdAt, lastUsedAt, useCount]);
    const hash = createHash("sha256").update(text).digest();
    for (let i = 0; i < WORDS; i++) sums[i]! += BigInt(hash.readUInt32BE(i * 4));
    grants++;
  }
  return { grants, digest: sums.map((sum) => sum.toString(16)).join("-") };
}
