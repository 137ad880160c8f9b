import { describe, expect, it } from "vitest";
import { printedRows, printedText } from "../../../src/report/html/page/paper.ts";

describe("a table on paper", () => {
  it.each([
    ["has none of an annex that nobody asked for", { count: 448, printed: 0 }, 448, false, 0],
    ["has all of it where that is ticked", { count: 20_000, printed: 0 }, 20_000, true, 20_000],
    ["has what somebody filtered", { count: 448, printed: 0 }, 12, false, 12],
    ["has no more than 500 of what somebody filtered", { count: 20_000, printed: 0 }, 4_000, false, 500],
    ["has all of what was filtered where that is ticked", { count: 20_000, printed: 0 }, 4_000, true, 4_000],
    ["has the first rows of others", { count: 4_998, printed: 40 }, 4_998, false, 40],
    ["has all where they are few", { count: 12, printed: 40 }, 12, false, 12],
    ["has nothing where nothing matches", { count: 448, printed: 0 }, 0, false, 0],
  ] as const)("%s", (_, table, matching, areAllWanted, rows) => {
    expect(printedRows(table, matching, areAllWanted)).toBe(rows);
  });

  it("counts what is left out, and says how to get it", () => {
    expect(printedText(12, 12, 12, "")).toBe("");
    expect(printedText(0, 1_448, 1_448, "")).toBe(
      "Not on this paper: 1,448 rows. To print them, tick “All rows on paper” on the page, or filter first.",
    );
    expect(printedText(40, 4_998, 4_998, "")).toMatch(
      /^Rows 1 to 40 of 4,998; the others are not on this paper\. To print them, tick/,
    );
  });

  it("says what it was filtered by, also where all that matches is there or nothing does", () => {
    expect(printedText(12, 12, 448, "App Slack (12)")).toBe(
      "The 12 rows that match the filter App Slack (12), of 448.",
    );
    expect(printedText(0, 0, 448, "“nobody”")).toBe("The 0 rows that match the filter “nobody”, of 448.");
    expect(printedText(500, 4_000, 20_000, "“App 7”")).toBe(
      "Rows 1 to 500 of 4,000 that match the filter “App 7”, of 20,000; the others are not on this paper. To print them, tick “All rows on paper” on the page.",
    );
  });
});
