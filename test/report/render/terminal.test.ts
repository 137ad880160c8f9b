import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../../../src/printable.ts";
import { folded, hanging } from "../../../src/report/render/fold.ts";
import { type ColumnOf, tableOf } from "../../../src/report/render/table.ts";
import { plainRows, tightTableText } from "../../../src/report/render/terminal.ts";

const HEAD = ["App", "User", "Why"];
const ROWS = [
  ["Slack", "ada.abbott@dieppe.example", "user not in scope of the app (policy/dieppe-trading.yaml:19)"],
];
const plainTable = (rows: readonly (readonly string[])[], width: number | null = null) => {
  const { head, rows: texts } = plainRows(HEAD, rows, { width });
  return [head, ...texts].join("\n");
};

describe("a table", () => {
  it("is neither folded nor cut where there is no limit, and one long cell widens no other row", () => {
    expect(plainTable(ROWS).split("\n")[1]).toBe(
      "Slack  ada.abbott@dieppe.example  user not in scope of the app (policy/dieppe-trading.yaml:19)",
    );
    const long = ["x".repeat(200), "bob@dieppe.example", "denied"];
    const [head, short, wide] = plainTable([...ROWS, long]).split("\n");
    expect(head!.length).toBeLessThan(100);
    expect(short).toMatch(/^Slack {57}ada\.abbott@/);
    expect(wide).toBe(`${long[0]}  bob@dieppe.example         denied`);
  });

  it("folds the widest columns, words before names", () => {
    expect(plainTable(ROWS, 60).split("\n")).toEqual([
      "App    User                       Why",
      "Slack  ada.abbott@dieppe.example  user not in scope of the",
      "                                    app (policy/dieppe-",
      "                                    trading.yaml:19)",
    ]);
  });

  it("no row is wider than the terminal, as long as ten characters of each column fit, and nothing of it is lost; full-width characters too", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", "漢", "😀", " ", "-"), maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 40, max: 200 }),
        (rows, width) => {
          const text = plainTable(rows, width);
          for (const line of text.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(width);
          expect(signs(text)).toEqual(signs([HEAD, ...rows].flat().join("")));
        },
      ),
    );
  });

  it("says once what is the same in every row, and puts below a row what would have to be broken", () => {
    const column = (title: string, at: number): ColumnOf<readonly string[], string> => ({
      title,
      kind: "text",
      value: (row) => row[at]!,
    });
    const rows = ["ada.abbott", "ben.castillo", "mads.petit"].map((name) => [
      "Bob's Lead Scoring Tool",
      `${name}@dieppe.example`,
      "app not listed",
      `${name}@a-long-domain-of-another-company.example`,
    ]);
    const table = tableOf(rows, {
      app: column("App", 0),
      user: column("User", 1),
      why: column("Why", 2),
      mail: column("Mail", 3),
    });
    expect(tightTableText(table, 70).split("\n")).toEqual([
      "The same for each: Why: app not listed",
      "App                      User",
      ...rows.flatMap(([app, user, , mail]) => [`${app}  ${user}`, `    Mail: ${mail}`]),
    ]);
    expect(tightTableText(table, null)).not.toContain("The same");
  });
});

describe("a line", () => {
  it("is broken at blanks, in a long word after a sign, with a hanging indent", () => {
    expect(hanging("revoke a.very.long.name@dieppe.example now", 24, "- ", "    ")).toEqual([
      "- revoke a.very.long.",
      "    name@dieppe.example",
      "    now",
    ]);
  });

  it("keeps all that it says, whole escapes too, within its width", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "漢", " ", "-", "@", "\u202e", "\u{e0041}"),
      maxLength: 80,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 12, max: 40 }), (raw, width) => {
        const shown = printable(raw);
        const lines = folded(shown, width);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        expect(signs(lines.join(""))).toEqual(signs(shown));
        const escapes = (some: string) => (some.match(/\\u\{[0-9a-f]+\}/g) ?? []).length;
        expect(lines.reduce((sum, line) => sum + escapes(line), 0)).toBe(escapes(shown));
      }),
    );
  });
});

/** All but blanks, in no order: cells that are folded stand below each other. */
function signs(text: string): string[] {
  return [...text.replace(/\s/g, "")].sort();
}

/** Columns that a terminal takes for a text of these characters. */
function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[漢😀]/u.test(character) ? 2 : 1), 0);
}
