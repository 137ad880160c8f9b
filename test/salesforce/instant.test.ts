import { expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import { parseInstant } from "../../src/salesforce/instant.ts";

it.each([
  ["2026-04-07T16:00:10.000+0000", "2026-04-07T16:00:10Z"],
  ["2026-04-07T16:00:10.000+0530", "2026-04-07T10:30:10Z"],
  ["2026-04-07T16:00:10.000-0800", "2026-04-08T00:00:10Z"],
  ["2026-04-07T16:00:10.000Z", "2026-04-07T16:00:10Z"],
])("%s is %s", (text, standard) => {
  expect(parseInstant(text)).toBe(Date.parse(standard));
});

it.each(["", "+0000", "5+0000", "soon+0000", "2026-04-07+0000", "2026-13-07T16:00:10.000+0000"])(
  "%j is no time that a grant may be judged by",
  (text) => {
    expect(() => parseInstant(text)).toThrow(InconclusiveError);
  },
);

it.each([null, undefined])("%j is no time at all, which is an answer", (text) => {
  expect(parseInstant(text)).toBeNull();
});

it("a text that is no time is quoted in part", () => {
  const text = `soon ${"x".repeat(100)}`;
  expect(() => parseInstant(text)).toThrow(JSON.stringify(text.slice(0, 40)));
});
