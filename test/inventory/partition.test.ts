import { describe, expect, it } from "vitest";
import {
  BY_APP_NAME,
  BY_USER,
  conditionsOf,
  createdAt,
  dividedAround,
  dividedAt,
  type GrantRow,
  spread,
  timesBetween,
  where,
} from "../../src/inventory/partition.ts";

const row: GrantRow = {
  UserId: "005000000000001AAA",
  AppName: "Slack",
  AppMenuItem: null,
  CreatedDate: null,
  LastUsedDate: null,
  UseCount: null,
};
const second = (n: number) => Date.UTC(2026, 0, 1, 0, 0, n);

describe("a stretch of time", () => {
  it("has what is at its beginning and not what is at its end: neighbours share no grant and lose none", () => {
    expect(conditionsOf({ from: second(1), to: second(2) })).toEqual([
      "CreatedDate >= 2026-01-01T00:00:01.000Z",
      "CreatedDate < 2026-01-01T00:00:02.000Z",
    ]);
  });

  it("says of grants without a date whether they belong to it", () => {
    expect(conditionsOf({ from: "undated", to: null })).toEqual([]);
    expect(conditionsOf({ from: "dated", to: null })).toEqual(["CreatedDate != null"]);
    expect(conditionsOf({ from: "dated", to: second(2) })).toEqual([
      "CreatedDate < 2026-01-01T00:00:02.000Z",
    ]);
  });

  it("all of its conditions hold at once", () => {
    expect(where(["A = 1", "B != null"])).toBe(" WHERE A = 1 AND B != null");
    expect(where([])).toBe("");
  });

  it("knows a grant's time, whatever the org writes, and a grant without", () => {
    expect(createdAt({ ...row, CreatedDate: "2026-01-01T00:00:05.000+0000" })).toBe(second(5));
    expect(createdAt(row)).toBeNull();
  });
});

describe("times to divide a stretch at", () => {
  it("are spread evenly, at whole seconds", () => {
    expect(timesBetween(second(0), second(40), 0, 4)).toEqual([second(10), second(20), second(30)]);
    expect(timesBetween(second(0), second(4), 0, 3)).toEqual([second(2), second(3)]);
  });

  it("with an open end go up to the latest grant", () => {
    expect(timesBetween(second(0), null, second(40), 2)).toEqual([second(20)]);
  });

  it("leave a stretch whole that is too short: no bound stands twice, or at an end", () => {
    expect(timesBetween(second(0), second(2), 0, 9)).toEqual([second(1)]);
    expect(timesBetween(second(0), second(1), 0, 5)).toEqual([]);
    expect(timesBetween(second(5), second(5), 0, 3)).toEqual([]);
  });
});

describe("grants divided by values have each grant in one part, however the org compares", () => {
  const names = [
    "Zed",
    "apple",
    "Tool",
    "tool",
    "Tool ",
    "İstanbul",
    "istanbul",
    "Émile",
    "emile",
    "",
    "O'Reilly",
  ];
  const orders: [string, (name: string) => string][] = [
    ["by code unit", (name) => name],
    ["without regard to case", (name) => name.toLowerCase()],
    ["by length", (name) => String(name.length)],
    ["backwards", (name) => [...name].toReversed().join("")],
    ["all equal", () => ""],
  ];
  /** Whether a name meets a condition such as `AppName >= 'Tool'`. */
  const meets = (name: string, condition: string, key: (name: string) => string): boolean => {
    const [, operator, literal] = /^AppName (<|<=|>|>=) '(.*)'$/s.exec(condition)!;
    const [a, b] = [key(name), key(literal!.replaceAll("\\'", "'"))];
    if (operator === "<") return a < b;
    if (operator === "<=") return a <= b;
    return operator === ">" ? a > b : a >= b;
  };
  const parts = (name: string, divided: string[][], key: (name: string) => string) =>
    divided.filter((conditions) => conditions.every((condition) => meets(name, condition, key)));

  it.each(orders)("%s", (_order, key) => {
    for (let count = 0; count < names.length; count++) {
      const divided = dividedAt(BY_APP_NAME, names.slice(0, count));
      expect(divided).toHaveLength(count + 1);
      for (const name of names) expect(parts(name, divided, key)).toHaveLength(1);
    }
    for (const value of names) {
      const around = Object.values(dividedAround(BY_APP_NAME, value));
      for (const name of names) expect(parts(name, around, key)).toHaveLength(1);
      expect(meets(value, around[1]![0]!, key)).toBe(true);
    }
  });
});

it("values to divide at are spread evenly, and all of them where there are few", () => {
  expect(spread(["a", "b", "c", "d", "e", "f", "g"], 3)).toEqual(["b", "d", "f"]);
  expect(spread(["a", "b"], 3)).toEqual(["a", "b"]);
  expect(spread(["a"], 0)).toEqual([]);
  expect([BY_USER.valueOf(row), BY_APP_NAME.valueOf(row)]).toEqual([row.UserId, "Slack"]);
});
