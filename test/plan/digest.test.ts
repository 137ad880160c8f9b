import { expect, it } from "vitest";
import { digestOf } from "../../src/plan/digest.ts";

it("a digest is the SHA-256 of canonical JSON", () => {
  // printf '{"a":1,"b":[{"c":null,"d":"x"}]}' | sha256sum
  expect(digestOf({ b: [{ d: "x", c: null }], a: 1 })).toBe(
    "cec8a0c0f92b25930b81077c8e8fb7f648624c37e24f9cdecf7e797247bbf127",
  );
});

it("the order of keys changes nothing, at any depth; the order of a list does", () => {
  expect(digestOf({ a: { x: 1, y: 2 }, b: 3 })).toBe(digestOf({ b: 3, a: { y: 2, x: 1 } }));
  expect(digestOf([{ x: 1, y: 2 }])).toBe(digestOf([{ y: 2, x: 1 }]));
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
});

it.each<[unknown, unknown]>([
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { b: 1 }],
  [{ a: null }, {}],
  [{ a: "1" }, { a: 1 }],
  [["a"], { 0: "a" }],
  [{ a: { b: 1 } }, { a: { b: 2 } }],
])("%j and %j have two digests", (one, other) => {
  expect(digestOf(one)).not.toBe(digestOf(other));
});
