import { describe, expect, it } from "vitest";
import { tableCsv } from "../../../src/report/render/csv.ts";
import { tableMarkdown } from "../../../src/report/render/markdown.ts";
import { tableOf } from "../../../src/report/render/table.ts";
import { tableText } from "../../../src/report/render/terminal.ts";

interface Grant {
  readonly user: string;
  readonly standing: string;
  readonly granted: string | null;
  readonly tokens: number;
  readonly active: boolean | null;
}

const ROWS: readonly Grant[] = [
  { user: "ann", standing: "not-listed", granted: "2026-11-18T12:34:56.000Z", tokens: 1200, active: true },
  { user: "bob", standing: "constructor", granted: null, tokens: 3, active: null },
];
const table = tableOf(ROWS, {
  user: { title: "User", kind: "text", value: ({ user }) => user },
  standing: {
    title: "Standing",
    kind: "badge",
    words: { "not-listed": "not listed" },
    value: ({ standing }) => standing,
  },
  granted: { title: "Granted", kind: "day", nothing: "unknown", value: ({ granted }) => granted },
  at: { title: "At", kind: "minute", only: ["terminal", "markdown"], value: ({ granted }) => granted },
  tokens: { title: "Tokens", kind: "count", value: ({ tokens }) => tokens },
  active: { title: "Active", kind: "text", only: ["csv"], value: ({ active }) => active },
});

describe("a table", () => {
  it("on a terminal is in people's words, with numbers to the right", () => {
    expect(tableText(table, null).split("\n")).toEqual([
      "User  Standing     Granted     At                Tokens",
      "ann   not listed   2026-11-18  2026-11-18 12:34   1,200",
      "bob   constructor  unknown                            3",
    ]);
  });

  it("in a spreadsheet is in the data's words under its keys, with what only data needs", () => {
    expect(tableCsv(table)).toBe(
      "user,standing,granted,tokens,active\nann,not-listed,2026-11-18T12:34:56.000Z,1200,yes\nbob,constructor,,3,\n",
    );
  });

  it("in Markdown says how many rows it leaves out, and where they are", () => {
    expect(tableMarkdown(table, 1, "elsewhere").split("\n")).toEqual([
      "| User | Standing | Granted | At | Tokens |",
      "| --- | --- | --- | --- | --- |",
      "| ann | not listed | 2026-11-18 | 2026-11-18 12:34 | 1,200 |",
      "",
      "… and 1 more: elsewhere",
    ]);
    expect(tableMarkdown(table, 2, "elsewhere")).not.toContain("…");
  });

  it("shows the page its own columns", () => {
    expect(table.in("page").columns.map(({ key }) => key)).toEqual(["user", "standing", "granted", "tokens"]);
  });
});
