import { expect, it } from "vitest";
import { digestOf, type Fact } from "../../../scripts/bench/digest.ts";

const FACT: Fact = {
  userId: "005000000000001AAA",
  app: "name:Slack",
  createdAt: 1,
  lastUsedAt: 2,
  useCount: 3,
};

it("grants in another order have the same digest", () => {
  const other = { ...FACT, useCount: 4 };
  expect(digestOf([FACT, other, FACT])).toEqual(digestOf([other, FACT, FACT]));
});

it("one grant that differs, is missing or is there twice is seen", () => {
  const seen = new Set(
    [
      [],
      [FACT],
      [FACT, FACT],
      [{ ...FACT, userId: "005000000000002AAA" }],
      [{ ...FACT, app: "name:slack" }],
      [{ ...FACT, createdAt: null }],
      [{ ...FACT, lastUsedAt: null }],
      [{ ...FACT, lastUsedAt: 3, useCount: 2 }],
    ].map((facts) => digestOf(facts).digest),
  );
  expect(seen.size).toBe(8);
});
