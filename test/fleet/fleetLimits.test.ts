import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeFleetLimits, type OrgSum } from "../../src/fleet/fleetLimits.ts";
import { DEFAULT_LIMITS } from "../../src/fleet/orgsDefaults.ts";

const position = { file: "orgs.yaml", line: 2, column: 1 };
const wide = { revocations: 1_000_000, percent: 100, perApp: 1_000_000, orgs: 1_000_000, position };
const sum = (grants: number, ...revokes: [string, number][]): OrgSum => ({
  grants,
  revokes: revokes.map(([app, count]) => ({ app, grants: count })),
});

describe("each limit is of all orgs together, and what is at it is allowed", () => {
  const sums = [sum(100, ["Drift", 6], ["Slack", 1]), sum(100, ["drift", 5]), sum(0)];
  it.each([
    ["revocations", 12, 11, "12 revocations, over 11 (limits.revocations)"],
    ["percent", 6, 5.9, "6.0% (12/200), over 5.9% (limits.percent)"],
    ["perApp", 11, 10, "11 of Drift, over 10 for apps of one name (limits.perApp)"],
    ["orgs", 2, 1, "2 orgs, over 1 (limits.orgs)"],
  ] as const)("%s", (limit, enough, tooFew, said) => {
    expect(judgeFleetLimits(sums, { ...wide, [limit]: enough }).refusal).toBeNull();
    expect(judgeFleetLimits(sums, { ...wide, [limit]: tooFew }).refusal).toContain(
      `Over the limits of the fleet (orgs.yaml:2): ${said}. Nothing is revoked in any org.`,
    );
  });
});

it("an app is one, whatever the case, the width and the characters in its name that nobody sees", () => {
  const sums = ["Drift", "DRIFT", "\uff24\uff52\uff49\uff46\uff54", "Drift\u200b"].map((app) =>
    sum(100, [app, 1]),
  );
  expect(judgeFleetLimits(sums, { ...wide, perApp: 3 }).refusal).toContain("4 of Drift, over 3");
});

it("zero refuses every revocation, and is no limit of nothing", () => {
  for (const limit of ["revocations", "percent", "perApp", "orgs"] as const) {
    expect(judgeFleetLimits([sum(10, ["Drift", 1])], { ...wide, [limit]: 0 }).refusal).not.toBeNull();
    expect(judgeFleetLimits([sum(10), sum(0)], { ...wide, [limit]: 0 }).refusal).toBeNull();
  }
});

it("a share of no grants at all is over every percentage", () => {
  expect(judgeFleetLimits([sum(0, ["Drift", 1])], { ...wide, percent: 100 }).refusal).toContain("%");
});

it("more orgs and more revocations never make a refusal go away, but for the share", () => {
  const sums = fc.array(
    fc.record({
      grants: fc.nat(100),
      revokes: fc.array(
        fc.record({ app: fc.constantFrom("A", "a", "B"), grants: fc.integer({ min: 1, max: 9 }) }),
      ),
    }),
  );
  fc.assert(
    fc.property(sums, sums, (some, more) => {
      const limits = { ...DEFAULT_LIMITS, percent: 100, revocations: 40, perApp: 20, orgs: 3, position };
      const counted = (all: readonly OrgSum[]) => all.map((one) => ({ ...one, grants: 10_000 }));
      if (judgeFleetLimits(counted(some), limits).refusal !== null)
        expect(judgeFleetLimits(counted([...some, ...more]), limits).refusal).not.toBeNull();
    }),
  );
});
