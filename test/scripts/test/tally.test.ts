import { describe, expect, test } from "vitest";
import { tallyLine, tallyOf } from "../../../scripts/test/tally.ts";

describe("the tally of a test run", () => {
  test("counts each test once", () => {
    const files = [
      { failed: true, tests: ["passed" as const, "failed" as const, "skipped" as const] },
      { failed: false, tests: ["passed" as const, "pending" as const] },
    ];
    expect(tallyOf(files, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  test("counts a file that does not load as one failure", () => {
    expect(tallyOf([{ failed: true, tests: [] }], 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("is never clean when vitest itself fails, is killed or leaves no results", () => {
    const clean = [{ failed: false, tests: ["passed" as const] }];
    expect(tallyOf(clean, 1).failed).toBe(1);
    expect(tallyOf(clean, undefined).failed).toBe(1);
    expect(tallyOf(undefined, 0).failed).toBe(1);
    expect(tallyOf(clean, 0).failed).toBe(0);
  });

  test("is one line, which names the skipped only when there are some", () => {
    expect(tallyLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
    expect(tallyLine({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });
});
