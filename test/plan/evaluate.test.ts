import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/plan/evaluate.ts";
import { leaversPlan } from "../../src/plan/leaversPlan.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Tool");
const ANN = user(1);
const LEFT = [user(2, { isActive: false }), user(3, { isFrozen: true }), user(4)] as const;

/** Ann has an app that is not listed; three users who left have a sanctioned one. */
const ORG = inventoryOf({
  users: [ANN, ...LEFT],
  apps: [SLACK, BOBS],
  grants: [grant(ANN.id, BOBS), ...LEFT.map(({ id }) => grant(id, SLACK))],
});

function evaluated(
  limits: NonNullable<PolicyFile["limits"]>,
  raised?: Parameters<typeof evaluate>[3],
  offboarded: string[] = [LEFT[2].username],
) {
  const result = policyFromObject(
    {
      version: 1,
      unlisted: "revoke",
      platformApps: "revoke",
      limits,
      apps: [{ id: SLACK.id!, users: "everyone" }],
      offboarded,
    } satisfies PolicyFile,
    "policy",
  );
  if ("problems" in result) throw new PolicyError(result.problems);
  return evaluate(result.policy, ORG, AS_OF, raised);
}

const NONE = { revocations: 0, percent: 0, perApp: 0 };
const ALL = { revocations: 4, percent: 100, perApp: 3 };

describe("limits that are raised for one run", () => {
  it("hold in place of the policy's", () => {
    expect(evaluated(NONE).limits.refusal).toContain("over the limit of 0");
    expect(evaluated(NONE, ALL).limits).toMatchObject({
      refusal: null,
      revocations: { limit: 4 },
      percent: { limit: 100 },
      perApp: { limit: 3 },
    });
  });

  it("are raised one by one: what is not raised stays as the policy says", () => {
    expect(evaluated(NONE, { revocations: 4 }).limits).toMatchObject({
      revocations: { limit: 4 },
      percent: { limit: 0 },
    });
    expect(evaluated(NONE, { revocations: 4, percent: 100 }).limits.refusal).toMatch(
      /^4 revocations are 3 of Slack, 1 of Bob's Tool, each over 0 for one app \(limits\.perApp\)/,
    );
  });
});

it("a policy that does not fit the org is no evaluation but its problems", () => {
  expect(() => evaluated(ALL, {}, ["nobody@calais.example"])).toThrow(PolicyError);
});

it("percentages are of all grants of the org", () => {
  expect(evaluated(ALL).limits.percent).toEqual({ limit: 100, actual: 100, of: 4 });
});

describe("the plan of leavers", () => {
  it("holds what goes because its user has left, and nothing else", () => {
    const { plan } = leaversPlan(evaluated(ALL));
    expect(plan.revocations.map(({ user: { id }, code }) => [id, code])).toEqual([
      [LEFT[0].id, "user-inactive"],
      [LEFT[1].id, "user-frozen"],
      [LEFT[2].id, "user-offboarded"],
    ]);
  });

  it("is held against the limits by itself, of all grants of the org", () => {
    const refusal = (limits: NonNullable<PolicyFile["limits"]>, raised?: Parameters<typeof leaversPlan>[1]) =>
      leaversPlan(evaluated(limits), raised).refusal;
    expect(refusal({ ...ALL, revocations: 3, percent: 75 })).toBeNull();
    expect(refusal({ ...ALL, revocations: 2 })).toContain("3 revocations are over the limit of 2");
    expect(refusal({ ...ALL, percent: 74 })).toContain("75.0% (3/4), over 74%");
  });

  it("obeys limits that are raised for one run", () => {
    expect(leaversPlan(evaluated(NONE)).refusal).not.toBeNull();
    expect(leaversPlan(evaluated(NONE), ALL).refusal).toBeNull();
  });
});
