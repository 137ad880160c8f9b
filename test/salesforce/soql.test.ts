import { expect, it } from "vitest";
import { soqlDateTime, soqlIn, soqlString } from "../../src/salesforce/soql.ts";

it("nothing in a text ends its literal", () => {
  expect(soqlString(`a'b"c\\d`)).toBe(`'a\\'b\\"c\\\\d'`);
  expect(soqlString("\n\r\t\b\f")).toBe("'\\n\\r\\t\\b\\f'");
});

it("a list has every value, each a literal of its own", () => {
  expect(soqlIn(["a", "b'c"])).toBe("('a','b\\'c')");
});

it("a list of nothing is a bug: SOQL knows none, and a query without it would ask for everything", () => {
  expect(() => soqlIn([])).toThrow("must not be empty");
});

it("a point in time is written in UTC, to the millisecond", () => {
  expect(soqlDateTime(Date.UTC(2026, 3, 7, 16, 0, 10, 5))).toBe("2026-04-07T16:00:10.005Z");
});
