import fc from "fast-check";
import { expect, it } from "vitest";
import { chunksOf, fairShares, isSameData, takeOne } from "../src/collections.ts";

it("parts have every value once, in their order, and no more than their size", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (values, size) => {
      const parts = chunksOf(values, size);
      expect(parts.flat()).toEqual(values);
      expect(parts.length).toBe(Math.ceil(values.length / size));
      expect(parts.every(({ length }) => length > 0 && length <= size)).toBe(true);
    }),
  );
});

it("a value is taken off a list as often as it stands there", () => {
  const list = [1, null, 1];
  expect([1, null, 1, 1, null].map((value) => takeOne(list, value))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(list).toEqual([]);
});

it("of a room each gets as much as another, until it has all that it wants, and no place is left that somebody wants", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.nat(60), (wanted, room) => {
      const shares = fairShares(wanted, room);
      const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
      expect(sum(shares)).toBe(Math.min(room, sum(wanted)));
      const short = shares.filter((share, i) => share < wanted[i]!);
      for (const [i, share] of shares.entries()) {
        expect(share).toBeLessThanOrEqual(wanted[i]!);
        for (const less of short) expect(share).toBeLessThanOrEqual(less + 1);
      }
    }),
  );
});

it("plain data is the same whatever the order of its keys, and no other", () => {
  expect(isSameData({ a: [1, { b: null, c: "" }] }, { a: [1, { c: "", b: null }] })).toBe(true);
  for (const other of [{}, { a: [] }, { a: [1, { b: null }] }, { a: [1, { b: null, d: "" }] }, null, [], "a"])
    expect(isSameData({ a: [1, { b: null, c: "" }] }, other)).toBe(false);
  expect(isSameData([], {})).toBe(false);
});
