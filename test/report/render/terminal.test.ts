import fc from "fast-check";
import { expect, it } from "vitest";
import { plainTable } from "../../../src/report/render/terminal.ts";

const HEAD = ["App", "User", "Why"];
const ROWS = [
  ["Slack", "ada.abbott@dieppe.example", "user not in scope of the app (policy/dieppe-trading.yaml:19)"],
];

it("nothing is cut where there is no limit", () => {
  expect(plainTable(HEAD, ROWS).split("\n")[1]).toBe(
    "Slack  ada.abbott@dieppe.example  user not in scope of the app (policy/dieppe-trading.yaml:19)",
  );
});

it("the widest columns are cut, and say so", () => {
  expect(plainTable(HEAD, ROWS, { width: 60 }).split("\n")).toEqual([
    "App    User                       Why",
    "Slack  ada.abbott@dieppe.example  user not in scope of the …",
  ]);
});

it("no row is wider than the terminal, as long as ten characters of each column fit; full-width characters too", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "é", "漢", "😀", " ", "-"), maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
      fc.integer({ min: 40, max: 200 }),
      (rows, width) => {
        for (const line of plainTable(HEAD, rows, { width }).split("\n"))
          expect(columnsOf(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

/** Columns that a terminal takes for a text of these characters. */
function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[漢😀]/u.test(character) ? 2 : 1), 0);
}
