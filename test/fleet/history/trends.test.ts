import { describe, expect, it } from "vitest";
import type { HistoryRun } from "../../../src/fleet/history/historySchema.ts";
import { trendsOf } from "../../../src/fleet/history/trends.ts";
import { runOn, seen } from "./runs.ts";

const all = () => true;
const grantsOf = (runs: readonly HistoryRun[], name: string) =>
  trendsOf(runs, all)
    .orgs.find((org) => org.name === name)
    ?.days.map((point) => [point.period, point.seen?.grants ?? null]);

describe("the trend of an org", () => {
  it("has a gap where a run did not judge it or was about others, and never zero", () => {
    const runs = [
      runOn("2026-11-01", { one: seen(10), two: seen(5) }),
      runOn("2026-11-02", { one: null, two: seen(5) }),
      runOn("2026-11-03", { two: seen(5) }),
      runOn("2026-11-04", { one: seen(12), two: seen(5) }),
    ];
    expect(grantsOf(runs, "one")).toEqual([
      ["2026-11-01", 10],
      ["2026-11-02", null],
      ["2026-11-03", null],
      ["2026-11-04", 12],
    ]);
  });

  it("counts several runs of a day once, by the last that judged it", () => {
    const runs = [
      runOn("2026-11-01T06:00:00.000Z", { one: seen(10) }),
      runOn("2026-11-01T12:00:00.000Z", { one: seen(11) }),
      runOn("2026-11-01T23:59:59.999Z", { one: null }),
      runOn("2026-11-02T00:00:00.000Z", { one: seen(12) }),
    ];
    expect(grantsOf(runs, "one")).toEqual([
      ["2026-11-01", 11],
      ["2026-11-02", 12],
    ]);
    expect(trendsOf(runs, all).months.map(({ seen }) => seen?.grants)).toEqual([12]);
  });

  it("begins when the org joined", () => {
    const runs = [
      runOn("2026-11-01", { one: seen(10) }),
      runOn("2026-11-02", { one: seen(10), late: seen(3) }),
    ];
    expect(grantsOf(runs, "late")).toEqual([["2026-11-02", 3]]);
  });

  it("follows the org by its id when it is called otherwise", () => {
    const [first, second] = [runOn("2026-11-01", { old: seen(10) }), runOn("2026-11-02", { old: seen(11) })];
    const renamed = { ...second!, orgs: second!.orgs.map((org) => ({ ...org, name: "new" })) };
    expect(grantsOf([first!, renamed], "new")).toEqual([
      ["2026-11-01", 10],
      ["2026-11-02", 11],
    ]);
  });
});

describe("the trend of a fleet", () => {
  it("says of how many orgs a sum is, and compares those alone that both have", () => {
    const runs = [
      runOn("2026-11-01", { one: seen(10), two: seen(100) }),
      runOn("2026-11-02", { one: seen(11, { idle: 2 }), two: null, late: seen(50) }),
      runOn("2026-11-03", { two: seen(90) }),
    ];
    expect(
      trendsOf(runs, all).days.map(({ judged, known, seen, change }) => [
        judged,
        known,
        seen?.grants,
        change?.grants,
      ]),
    ).toEqual([
      [2, 2, 110, undefined],
      [2, 3, 61, 1],
      [1, 3, 90, undefined],
    ]);
    expect(trendsOf(runs, all).days[1]?.change?.idle).toBe(2);
  });

  it("knows no more of an org that left, once its last run is over", () => {
    const runs = [
      runOn("2026-11-01", { one: seen(10), gone: seen(1), out: seen(1) }),
      runOn("2026-11-02", { one: seen(10), gone: seen(1) }),
      runOn("2026-11-03", { one: seen(10) }),
    ];
    expect(trendsOf(runs, ({ name }) => name === "one").days.map(({ known }) => known)).toEqual([3, 2, 1]);
    expect(trendsOf(runs, all).days.map(({ known }) => known)).toEqual([3, 3, 3]);
  });

  it("is not broken by a run that only revoked, which judged nothing", () => {
    const runs = [
      runOn("2026-11-01", { one: seen(10) }),
      runOn("2026-11-02", { one: { revoked: 3 } }),
      runOn("2026-11-03", { one: seen(7) }),
    ];
    const { days, orgs } = trendsOf(runs, all);
    expect(
      days.map(({ judged, revoked, change, isLikeBefore }) => [
        judged,
        revoked,
        change?.grants,
        isLikeBefore,
      ]),
    ).toEqual([
      [1, 0, undefined, false],
      [0, 3, undefined, false],
      [1, 0, -3, true],
    ]);
    expect(orgs[0]?.days).toHaveLength(2);
  });

  it("adds up what all runs of a month revoked, and is no sum where no org was judged", () => {
    const runs = [
      runOn("2026-10-31", { one: { revoked: 1 } }),
      runOn("2026-11-01T06:00:00.000Z", { one: { revoked: 2 }, two: { revoked: 3 } }),
      runOn("2026-11-01T07:00:00.000Z", { one: { revoked: 4 } }),
      runOn("2026-11-30", { one: seen(10) }),
    ];
    expect(trendsOf(runs, all).months).toMatchObject([
      { period: "2026-10", revoked: 1, judged: 0, seen: null },
      { period: "2026-11", revoked: 9, judged: 1, seen: { grants: 10 } },
    ]);
  });
});
