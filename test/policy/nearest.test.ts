import { expect, it } from "vitest";
import { didYouMean, nearest } from "../../src/policy/nearest.ts";

it.each([
  ["a letter left out", "usrs", "users"],
  ["a letter too much", "ownerr", "owner"],
  ["another letter", "onner", "owner"],
  ["other case", "OWNER", "owner"],
  ["nothing alike", "colour", null],
  ["nothing", "", null],
])("the nearest name: %s", (_name, text, expected) => {
  expect(nearest(text, ["name", "owner", "users"])).toBe(expected);
});

it("of two that are equally near the first is taken", () => {
  expect(nearest("ac", ["ab", "ad"])).toBe("ab");
});

it("where none is near the other remedy stands", () => {
  expect(didYouMean("usrs", ["users"], "correct it")).toBe('did you mean "users"?');
  expect(didYouMean("colour", ["users"], "correct it")).toBe("correct it");
});

it("a text of a megabyte among many names is no work", () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `user${i}@dieppe.example`);
  expect(nearest("x".repeat(1_000_000), names)).toBeNull();
});
