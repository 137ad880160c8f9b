import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wildcards } from "../../src/resolve/wildcards.ts";

describe("a pattern", () => {
  it.each<[pattern: string, text: string, isLike: boolean]>([
    ["abc", "abc", true],
    ["abc", "abcd", false],
    ["abc", "ab", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["?", "😀", true],
    ["*", "", true],
    ["a*", "a", true],
    ["*c", "abcbc", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["a*?c", "ac", false],
    ["a**c", "abc", true],
    ["a*c*", "a*c", true],
    ["a.c", "abc", false],
    ["a*", "a\nb", true],
    ["", "", true],
    ["", "a", false],
  ])("%s and %j: %s", (pattern, text, isLike) => {
    expect(wildcards(pattern)(text)).toBe(isLike);
  });

  it("is what an expression of it is", () => {
    const letters = fc
      .array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "su");
        expect(wildcards(pattern.replace(/\*+/g, "*"))(text)).toBe(expression.test(text));
      }),
    );
  });

  it("of many `*` takes no time on a long name", () => {
    const start = performance.now();
    expect(wildcards("*a".repeat(200))("a".repeat(199) + "b".repeat(10_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
