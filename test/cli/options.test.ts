import { InvalidArgumentError } from "commander";
import { expect, it } from "vitest";
import { parseTime } from "../../src/cli/options.ts";

it("`--as-of` is a day or a time in UTC that the calendar has, and no other is taken for it", () => {
  expect(parseTime("2027-01-31")).toBe(Date.UTC(2027, 0, 31));
  expect(parseTime("2027-01-31T08:00:00.250Z")).toBe(Date.UTC(2027, 0, 31, 8, 0, 0, 250));
  for (const text of [
    "2026-02-30",
    "2026-02-30T08:00:00Z",
    "2027-01-31T25:00Z",
    "2027-01-31T08:00:00",
    "now",
    "",
  ])
    expect(() => parseTime(text), text).toThrow(InvalidArgumentError);
});
