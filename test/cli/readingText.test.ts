import { expect, it } from "vitest";
import { readingText } from "../../src/cli/terminalOutput.ts";

const at = (now: number) => ({ begun: 0, now });

it.each<[what: string, counted: Parameters<typeof readingText>[0], now: number, text: string]>([
  ["nothing, while nothing is known", null, 2_880, "| logging in and counting the grants (2 s)"],
  [
    "nothing of an org that counts none",
    { read: 0, total: 0, since: 0 },
    2_880,
    "| logging in and counting the grants (2 s)",
  ],
  [
    "no time left before anything is read",
    { read: 0, total: 20_000, since: 0 },
    9_600,
    "| reading grants [....................] 0 of 20,000",
  ],
  [
    "the time left by what was read",
    { read: 5_000, total: 20_000, since: 0 },
    9_600,
    "| reading grants [#####...............] 5,000 of 20,000, about 29 s left",
  ],
  [
    "that it goes on, once all are read",
    { read: 20_100, total: 20_000, since: 0 },
    9_600,
    "| 20,000 grants read; checking, and reading the rest (9 s)",
  ],
])("of a reading it says %s", (_what, counted, now, text) => {
  expect(readingText(counted, at(now))).toBe(text);
});
