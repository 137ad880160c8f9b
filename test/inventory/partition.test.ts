import { describe, expect, it } from "vitest";
import {
  BY_APP_NAME,
  byCreatedDate,
  byUser,
  conditionsOf,
  type GrantRow,
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
const second = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
const LATEST = Date.parse(second(40));

describe("a range", () => {
  const key = byCreatedDate(LATEST);
  const range = { within: [], key, to: null };

  it("has what is at its beginning and not what is at its end: neighbours share no grant and lose none", () => {
    expect(conditionsOf({ ...range, from: { kind: "at", value: "A" }, to: "B" })).toEqual([
      "CreatedDate >= A",
      "CreatedDate < B",
    ]);
  });

  it("after a value is without what is at it", () => {
    expect(conditionsOf({ ...range, from: { kind: "after", value: "A" } })).toEqual(["CreatedDate > A"]);
  });

  it("says of rows without a value whether they belong to it", () => {
    expect(conditionsOf({ ...range, from: { kind: "nulls" } })).toEqual([]);
    expect(conditionsOf({ ...range, from: { kind: "not-null" } })).toEqual(["CreatedDate != null"]);
  });

  it("within other conditions meets those too, all of them", () => {
    const conditions = conditionsOf({ ...range, within: ["UserId = 'x'"], from: { kind: "not-null" } });
    expect(where(conditions)).toBe(" WHERE UserId = 'x' AND CreatedDate != null");
    expect(where([])).toBe("");
  });
});

describe("ranges by the time of granting", () => {
  const key = byCreatedDate(LATEST);
  const { between, literal } = key;

  it("are divided evenly, at whole seconds", () => {
    expect(between(second(0), second(40), 4)).toEqual([second(10), second(20), second(30)]);
    expect(between(second(0), second(4), 3)).toEqual([second(2), second(3)]);
  });

  it("with an open end are divided up to the latest grant", () => {
    expect(between(second(0), null, 2)).toEqual([second(20)]);
  });

  it("too short to divide stay whole: no bound stands twice, or at an end", () => {
    expect(between(second(0), second(2), 9)).toEqual([second(1)]);
    expect(between(second(0), second(1), 5)).toEqual([]);
    expect(between(second(5), second(5), 3)).toEqual([]);
  });

  it("sort times in one form, whatever the org writes, and know a row without", () => {
    expect(key.valueOf({ ...row, CreatedDate: "2026-01-01T00:00:05.000+0000" })).toBe(second(5));
    expect(key.valueOf(row)).toBeNull();
    expect(literal(second(5))).toBe(second(5));
  });
});

describe("ranges by user", () => {
  const ids = ["d", "b", "a", "e", "c", "f"];
  const key = byUser(ids);
  const { between, literal } = key;

  it("are divided so that each has as many users", () => {
    expect(between("a", null, 2)).toEqual(["d"]);
    expect(between("a", "f", 2)).toEqual(["d"]);
    expect(between("a", null, 3)).toEqual(["c", "e"]);
  });

  it("between neighbours, or beyond the last user, stay whole", () => {
    expect(between("a", "b", 2)).toEqual([]);
    expect(between("f", null, 2)).toEqual([]);
    expect(between("x", "z", 2)).toEqual([]);
    expect(byUser([]).between("a", null, 4)).toEqual([]);
  });

  it("have no bound twice, nor at an end, however many pieces are asked for", () => {
    expect(between("a", "d", 9)).toEqual(["b", "c"]);
    expect(between("b", "e", 7)).toEqual(["c", "d"]);
  });

  it("compare ids as texts", () => {
    expect([key.valueOf(row), literal("it's")]).toEqual([row.UserId, "'it\\'s'"]);
  });
});

it("ranges by app compare names without regard to case, as the org does, and are never divided", () => {
  expect(BY_APP_NAME.valueOf({ ...row, AppName: "SlAcK" })).toBe("slack");
  expect(BY_APP_NAME.valueOf({ ...row, AppName: null })).toBeNull();
  expect(BY_APP_NAME.literal("O'Reilly")).toBe("'O\\'Reilly'");
  expect(BY_APP_NAME.between("a", "z", 5)).toEqual([]);
});
