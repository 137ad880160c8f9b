import { expect, it } from "vitest";
import type { Outcome } from "../../src/plan/outcome.ts";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { openReasons } from "../../src/pulumi/openReasons.ts";

const outcomes = (
  count: number,
  status: Outcome["status"],
  reason: (i: number) => string = () => "HTTP 500",
): Outcome[] =>
  Array.from({ length: count }, (_, i) => ({
    revocation: { appLabel: "Slack", userLabel: `user${i}` } as PlannedRevocation,
    status,
    reason: reason(i),
  }));

it("each that did not succeed is named with its reason", () => {
  const lines = openReasons([
    ...outcomes(2, "failed"),
    ...outcomes(1, "not tried", () => "\u001bsomebody asked"),
    ...outcomes(1, "replaced", () => "granted again"),
  ]);
  expect(lines).toEqual([
    "Slack, user0: HTTP 500",
    "Slack, user1: HTTP 500",
    "Slack, user0: not tried, since \\u{1b}somebody asked",
    "Slack, user0: replaced, planned again by the next update: granted again",
  ]);
});

it("many of one reason are counted, and do not hide others", () => {
  const lines = openReasons([
    ...outcomes(100_000, "not tried", () => "too many failed"),
    ...outcomes(1, "failed"),
  ]);
  expect(lines).toHaveLength(22);
  expect(lines.slice(-2)).toEqual([
    "and 99,980 more: not tried, since too many failed",
    "Slack, user0: HTTP 500",
  ]);
});

it("many reasons are cut with a count of what is left", () => {
  const lines = openReasons([
    ...outcomes(25, "failed"),
    ...outcomes(1_000, "failed", (i) => `granted again at ${i}`),
  ]);
  expect(lines).toHaveLength(201);
  expect(lines.at(-1)).toBe("and 821 more: the record has each");
});
