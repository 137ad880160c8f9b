import { expect, it } from "vitest";
import { parseUtc } from "../src/time.ts";

it("a time in UTC is one that the calendar and the clock have", () => {
  expect(parseUtc("2024-02-29T23:59:59.123Z")).toBe(Date.UTC(2024, 1, 29, 23, 59, 59, 123));
  expect(parseUtc("2026-11-23T08:30Z")).toBe(Date.UTC(2026, 10, 23, 8, 30));
  for (const text of [
    "2026-02-30T08:30:00Z",
    "2026-02-29T08:30:00Z",
    "2026-01-01T24:00Z",
    "2026-13-01T00:00Z",
    "2026-01-01T08:30:00",
    "2026-01-01T08:30:00+02:00",
    "2026-01-01",
    "soon",
    "",
  ])
    expect(parseUtc(text), text).toBeNull();
});
