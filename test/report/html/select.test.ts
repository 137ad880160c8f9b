import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { selectRows } from "../../../src/report/html/page/select.ts";
import type { TableData } from "../../../src/report/html/tableData.ts";

const STRINGS = [
  "Slack",
  "Outlook Plugin",
  "ada@x",
  "Émile@x",
  "zoe@x",
  "user10@x",
  "user9@x",
  "idle",
  "active",
];
const TABLE: TableData = {
  id: "grants",
  columns: [
    { title: "User", kind: "text" },
    { title: "App", kind: "text" },
    { title: "Use", kind: "badge", choice: true },
    { title: "Tokens", kind: "count" },
  ],
  values: [
    [2, 3, 4, 5, 6],
    [0, 1, 0, 1, 1],
    [7, 8, null, 7, 8],
    [5, null, 0, 12, 5],
  ],
  count: 5,
  sorted: null,
  pageSize: 25,
  printed: 0,
};

const ALL = { query: "", choices: new Map<number, number | null>(), sorting: null };
const select = (wanted: Partial<Parameters<typeof selectRows>[2]>) =>
  selectRows(TABLE, STRINGS, { ...ALL, ...wanted });

describe("rows of a table", () => {
  it("are all there, in their order, where nothing is asked for", () => {
    expect(select({})).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    ["whatever the capitals", "SLACK", [0, 2]],
    ["by every word, in whichever column", "slack zoe", [2]],
    ["by quoted text as a whole", '"outlook plugin"', [1, 3, 4]],
    ["not by words that stand apart", '"plugin outlook"', []],
    ["by a quote that is still being typed", '"outlook pl', [1, 3, 4]],
    ["by blanks alone as by nothing", "  ", [0, 1, 2, 3, 4]],
  ])("are found %s", (_, query, rows) => {
    expect(select({ query })).toEqual(rows);
  });

  it("are narrowed down by choices, which add up with text", () => {
    expect(select({ choices: new Map([[2, 7]]) })).toEqual([0, 3]);
    expect(select({ choices: new Map([[2, null]]) })).toEqual([2]);
    expect(select({ choices: new Map([[2, 7]]), query: "slack" })).toEqual([0]);
  });

  it("are sorted as people sort text: accents beside their letters, numbers by size", () => {
    expect(select({ sorting: { column: 0, descending: false } })).toEqual([0, 1, 4, 3, 2]);
    expect(select({ sorting: { column: 0, descending: true } })).toEqual([2, 3, 4, 1, 0]);
  });

  it("without a value come last either way, and equals stay in their order", () => {
    expect(select({ sorting: { column: 3, descending: false } })).toEqual([2, 0, 4, 3, 1]);
    expect(select({ sorting: { column: 3, descending: true } })).toEqual([3, 0, 4, 2, 1]);
  });

  it("are a part of all rows, each once, however they are asked for", () => {
    fc.assert(
      fc.property(
        fc.record({
          query: fc.string(),
          choices: fc.constantFrom(new Map(), new Map([[2, 8]]), new Map([[2, null]])),
          sorting: fc.option(fc.record({ column: fc.nat(3), descending: fc.boolean() })),
        }),
        (wanted) => {
          const rows = select(wanted);
          const unsorted = select({ ...wanted, sorting: null });
          expect(rows.toSorted((a, b) => a - b)).toEqual(unsorted);
        },
      ),
    );
  });
});
