import fc from "fast-check";
import { expect, it } from "vitest";
import { chunksOf, takeOne } from "../src/collections.ts";

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
