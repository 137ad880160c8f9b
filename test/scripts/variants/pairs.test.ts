import { expect, it } from "vitest";
import { spaceOf } from "../../../scripts/variants/factors.ts";
import { allPairs, coveringRows, type Values } from "../../../scripts/variants/pairs.ts";
import { aloneOf, rowsOf } from "../../../scripts/variants/variants.ts";

const SPACE = spaceOf(null);
const { factors: FACTORS, defaults: DEFAULTS } = SPACE;

function covers(rows: readonly Values[], factors = FACTORS): boolean {
  return allPairs(factors).every(([[a, x], [b, y]]) => rows.some((row) => row[a] === x && row[b] === y));
}

it("every two values of two settings stand together in a row, whatever the seed", () => {
  for (const seed of [1, 2, 3]) {
    const rows = coveringRows(FACTORS, seed);
    expect(covers(rows)).toBe(true);
    expect(covers(rows.slice(1))).toBe(false);
    expect(rows.length).toBeLessThan(60);
  }
});

it("the same seed gives the same rows, another one others", () => {
  expect(coveringRows(FACTORS, 7)).toEqual(coveringRows(FACTORS, 7));
  expect(coveringRows(FACTORS, 7)).not.toEqual(coveringRows(FACTORS, 8));
});

it("what stands together in a given row need not do so again", () => {
  const factors = { a: ["1", "2"], b: ["1", "2"] };
  expect(coveringRows(factors, 1, [{ a: "1", b: "1" }])).not.toContainEqual({ a: "1", b: "1" });
});

it("a value that closes an org stands beside every open one in a row that nothing else closes, and at last beside its like", () => {
  const closing = new Set(["usageNeeds=setting", "callerMay=not-see-others", "callerMay=not-manage-users"]);
  const rows = rowsOf(SPACE, 1, closing).map(({ values }) => values);
  const closed = (row: Values) =>
    Object.entries(row).filter(([name, value]) => closing.has(`${name}=${value}`));
  expect(covers(rows)).toBe(true);
  const alone = rows.filter((row) => closed(row).length === 1);
  for (const name of closing) {
    const [factor, value] = name.split("=") as [string, string];
    const itself = alone.filter((row) => row[factor] === value);
    const open = Object.entries(FACTORS).flatMap(([other, values]) =>
      other === factor
        ? []
        : values.filter((one) => !closing.has(`${other}=${one}`)).map((one) => [other, one]),
    );
    for (const [other, one] of open)
      expect(
        itself.some((row) => row[other!] === one),
        `${name} ${other}=${one}`,
      ).toBe(true);
  }
});

it("each value but the likeliest is played alone", () => {
  const names = aloneOf(SPACE).map(({ name }) => name);
  expect(names[0]).toBe("default");
  expect(names).toContain("usageNeeds=setting");
  expect(names).not.toContain(`usageNeeds=${DEFAULTS.usageNeeds}`);
});
