import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { App, Grant } from "../../src/inventory/inventory.ts";
import { acceptPlanFile, restrictToApproved } from "../../src/plan/approvedPlan.ts";
import { digestOf } from "../../src/plan/digest.ts";
import { type Evaluation, evaluate } from "../../src/plan/evaluate.ts";
import { countGrants } from "../../src/plan/plan.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { changedCases, resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";
import { isWithin } from "./within.ts";

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;
const OLD = AS_OF - 365 * DAY;
const BOBS = app("Bob's Tool");
const [ANN, BEN] = [user(1), user(2)];
const org = (grants = [grant(ANN.id, BOBS), grant(BEN.id, BOBS)]) =>
  inventoryOf({ users: [ANN, BEN], apps: [BOBS], grants });
const limits = { percent: 100 };
const policyOf = (more = {}) =>
  resolve({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], limits, ...more }, org())
    .policy;
const at = (inventory = org(), more = {}) => evaluate(policyOf(more), inventory, AS_OF);
const approved = planFile(at(), { all: false });
const HELD = { orgId: "00D000000000001EAA", asOf: AS_OF + 6 * DAY, maxAgeDays: 7 };
const accept = (text: string, held = {}) => acceptPlanFile(text, "plan.json", { ...HELD, ...held });

/** With a digest made anew: that is no secret. */
function forged(more: Partial<PlanFile>): string {
  const { digest: _, ...content } = { ...approved, ...more };
  return JSON.stringify({ ...content, digest: digestOf(content) });
}

describe("an approved plan is accepted", () => {
  it("as it was written, within its time", () => {
    expect(accept(JSON.stringify(approved))).toEqual(approved);
    const colons = forged({ org: { ...approved.org, name: 'a ": b \\": \\\\' } });
    expect(accept(colons).org.name).toBe('a ": b \\": \\\\');
    // What looks like a key between two values is none.
    const standingAccess = {
      days: 30,
      sources: [],
      entries: [
        {
          kind: "session" as const,
          app: null,
          name: null,
          couldBe: [],
          user: null,
          through: ["Sales", ": Support"],
          lastSeen: null,
          knownBy: [],
          code: null,
          policy: { file: "p.yaml", line: 1 },
        },
      ],
    };
    expect(accept(forged({ standingAccess })).standingAccess).toEqual(standingAccess);
    expect(accept(forged({}), { asOf: AS_OF - 5 * MINUTE })).toEqual(approved); // a clock that is ahead
    expect(accept(JSON.stringify(approved, null, 4), { asOf: AS_OF + 7 * DAY })).toEqual(approved);
  });

  it.each<[rule: string, text: string, held: object, message: string]>([
    [
      "changed",
      JSON.stringify({ ...approved, revocations: approved.revocations.slice(1) }),
      {},
      "was changed after it was written. Make a new one with `npx sanctioned plan --out` and have it approved. Nothing was revoked.",
    ],
    [
      "changed in a user alone",
      JSON.stringify(approved).replace(ANN.username, "eve@dieppe.example"),
      {},
      "was changed",
    ],
    [
      "of another org",
      JSON.stringify(approved),
      { orgId: "00D000000000002EAA" },
      "is of the org 00D000000000001EAA (Dieppe), and this is 00D000000000002EAA",
    ],
    [
      "too old",
      JSON.stringify(approved),
      { asOf: AS_OF + 7 * DAY + 1 },
      "is of 2026-11-23T12:00:00.000Z, older than 7 days",
    ],
    [
      "of a time to come",
      JSON.stringify(approved),
      { asOf: AS_OF - 5 * MINUTE - 1 },
      "is of 2026-11-23T12:00:00.000Z, which is still to come",
    ],
    [
      "one that says its revocations twice, of which a person reads the first",
      JSON.stringify(approved).replace('"revocations":', '"revocations":[],"revocations":'),
      {},
      "is not a plan file of this release",
    ],
    ["of no time", forged({ asOf: "garbage" }), {}, "is not a plan file of this release"],
    [
      "of a month that is none",
      forged({ asOf: "2026-13-01T00:00:00.000Z" }),
      {},
      "is not a plan file of this release",
    ],
    [
      "of a day that is none",
      forged({ asOf: "2026-02-31T00:00:00.000Z" }),
      {},
      "is not a plan file of this release",
    ],
    [
      "one of whose grants was given on a day that is none",
      forged({
        revocations: approved.revocations.map((one) => ({
          ...one,
          grants: one.grants.map((grant) => ({ ...grant, granted: "2026-02-31T00:00:00.000Z" })),
        })),
      }),
      {},
      "is not a plan file of this release",
    ],
    [
      "refused by the limits that it was held against",
      JSON.stringify(planFile(at(org(), { limits: { revocations: 1, percent: 99 } }), { all: false })),
      {},
      "is over the limits that it was held against: limits.revocations 1 (2), limits.percent 99 (100). If it is all meant, raise the limits",
    ],
    [
      "refused, whatever the numbers",
      forged({ limits: { ...approved.limits, refusal: "1 is over 0" } }),
      {},
      "is over the limits that it was held against: 1 is over 0",
    ],
    [
      "over its limits and does not say so",
      forged({ limits: { ...approved.limits, perApp: { limit: 1, actual: 1, app: "x" } } }),
      {},
      "is over the limits that it was held against: limits.perApp 1 (2)",
    ],
    [
      "without an end to its limits",
      JSON.stringify(approved).replace('"limit":50', '"limit":null'),
      {},
      "is not a plan file of this release",
    ],
    [
      "with a limit that JSON makes infinite",
      JSON.stringify(approved).replace('"limit":50', '"limit":1e999'),
      {},
      "is not a plan file of this release",
    ],
    ["no plan", "{}", {}, "is not a plan file of this release"],
    ["invalid JSON", "{", {}, "is not valid JSON"],
  ])("and refused when it is %s", (_rule, text, held, message) => {
    expect(() => accept(text, held)).toThrow(`The approved plan plan.json ${message}`);
  });
});

describe("what is planned now is restricted to what was approved", () => {
  it("an app whose name has the form of an id is not the app of that id", () => {
    const slack = app("Slack", sfId("0H4", 1));
    const before = planFile(at(org([grant(ANN.id, slack)])), { all: false });
    const { plan, drift } = restrictToApproved(at(org([grant(ANN.id, app(slack.id!))])), before);
    expect([plan.revocations, drift]).toEqual([[], 1]);
  });

  it("a violation that is new is left, and counted as drift", () => {
    const shiny = app("Shiny AI Notetaker");
    const now = at(org([grant(ANN.id, BOBS), grant(BEN.id, BOBS), grant(BEN.id, shiny)]));
    const { plan, drift } = restrictToApproved(now, approved);
    expect([plan.revocations.map(({ app: { key } }) => key), drift]).toEqual([[BOBS.key, BOBS.key], 1]);
  });

  it("a user loses an app with every grant that the two have by now: rotated, granted again, or more of them", () => {
    for (const [now, count] of [
      [[grant(ANN.id, BOBS, { createdAt: AS_OF + DAY, lastUsedAt: AS_OF + DAY })], 1],
      [[grant(ANN.id, BOBS), grant(ANN.id, BOBS), grant(ANN.id, BOBS, { createdAt: null })], 3],
    ] as const) {
      const { plan, drift } = restrictToApproved(at(org([...now])), approved);
      expect([countGrants(plan), drift]).toEqual([count, 0]);
      expect(plan.revocations.map(({ covers }) => covers)).toEqual(["pair"]);
    }
  });

  it("a rule that is another by now is not covered", () => {
    const listed = { apps: [{ name: BOBS.name, users: { usernames: [ANN.username] } }] };
    const { plan, drift } = restrictToApproved(at(org(), listed), approved);
    expect([plan.revocations, drift]).toEqual([[], 1]); // Ben: no longer not listed, but not in scope
  });

  it("a rule is where it was in a policy that says the same, and nowhere else in one that does not", () => {
    const revoked = (line: number, file: string, more = "") => {
      const text = `${"\n".repeat(line)}{ version: 1, unlisted: revoke, platformApps: revoke, apps: [${more}] }`;
      const parsed = parsePolicy(text, file, () => ({ why: "is not there", remedy: null }));
      if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
      return evaluate(parsed.policy, org(), AS_OF);
    };
    const file = planFile(revoked(1, "policy/x.yaml"), { all: false });
    const count = (now: ReturnType<typeof revoked>) => countGrants(restrictToApproved(now, file).plan);
    expect([count(revoked(1, "./policy/x.yaml")), count(revoked(5, "policy/x.yaml"))]).toEqual([2, 2]);
    const denied = "{ name: Other Tool, sanctioned: false }";
    expect([count(revoked(1, "policy/x.yaml", denied)), count(revoked(5, "policy/x.yaml", denied))]).toEqual([
      2, 0,
    ]);
  });

  it("what is gone is skipped", () => {
    const { plan, drift } = restrictToApproved(at(org([grant(ANN.id, BOBS)])), approved);
    expect([plan.revocations.map(({ user: { id } }) => id), drift]).toEqual([[ANN.id], 0]);
  });

  it.each([
    ["protected", { protected: { users: [ANN.username] } }],
    ["exempt", { exemptions: [{ user: ANN.username, reason: "a", owner: "b", expires: "2026-12-31" }] }],
  ])("a user who has become %s is not revoked", (_what, more) => {
    const { plan } = restrictToApproved(at(org(), more), approved);
    expect(plan.revocations.map(({ user: { id } }) => id)).toEqual([BEN.id]);
  });

  describe("by a rule of time it is the very grants", () => {
    const SLACK = app("Slack", sfId("0H4", 1));
    const old = (createdAt: number | null) => grant(ANN.id, SLACK, { createdAt, lastUsedAt: OLD });
    const idle = (...grants: readonly Grant[]) =>
      at(inventoryOf({ users: [ANN], apps: [SLACK], grants }), {
        apps: [{ id: SLACK.id, users: "everyone", maxIdleDays: 30 }],
      });
    const counts = (now: Evaluation, before: Evaluation) => {
      const { plan, drift } = restrictToApproved(now, planFile(before, { all: false }));
      return [countGrants(plan), drift];
    };

    it("one approved time licenses one grant, however many were granted then", () => {
      const [one, two] = [idle(old(OLD)), idle(old(OLD), old(OLD))];
      expect(counts(two, one)).toEqual([1, 1]);
      expect(counts(two, two)).toEqual([2, 0]);
      expect(counts(idle(old(OLD), old(OLD), old(OLD)), two)).toEqual([2, 1]);
    });

    it("a grant of an unknown time is licensed by an unknown time alone", () => {
      const [known, unknown] = [idle(old(OLD)), idle(old(null))];
      expect([counts(unknown, known), counts(unknown, unknown), counts(known, unknown)]).toEqual([
        [0, 1],
        [1, 0],
        [0, 1],
      ]);
    });

    it("one that was rotated is not covered", () => {
      expect(counts(idle(old(OLD + DAY)), idle(old(OLD)))).toEqual([0, 1]);
    });

    it("what is left of a revocation says its own grants", () => {
      const { plan } = restrictToApproved(
        idle(old(OLD), old(OLD + DAY)),
        planFile(idle(old(OLD)), { all: false }),
      );
      expect(plan.revocations).toMatchObject([
        {
          covers: "grants",
          others: [OLD + DAY],
          reason:
            "no token issued for longer than allowed (generated policy at apps[0].maxIdleDays); granted 2025-11-23, last used 2025-11",
        },
      ]);
    });

    it("whatever a plan file says that it covers", () => {
      const before = planFile(idle(old(OLD)), { all: false });
      const forged = {
        ...before,
        revocations: before.revocations.map((one) => ({ ...one, covers: "pair" as const })),
      };
      expect(countGrants(restrictToApproved(idle(old(OLD), old(OLD + DAY)), forged).plan)).toBe(1);
    });
  });

  describe("an app is told", () => {
    const [OTHER, SLACK, TWIN] = [
      app("Other Tool"),
      app("Slack", sfId("0H4", 1)),
      app("Slack", sfId("0H4", 2)),
    ];
    const holding = (...apps: App[]) =>
      inventoryOf({ users: [ANN], apps, grants: apps.map((one) => grant(ANN.id, one)) });
    const revoked = (approvedOf: App, ...now: App[]) =>
      restrictToApproved(
        at(holding(...now)),
        planFile(at(holding(approvedOf)), { all: false }),
      ).plan.revocations.map((revocation) => revocation.app.key);

    it("by its name where it has no id: approval of one is none of another", () => {
      expect(revoked(BOBS, BOBS, OTHER)).toEqual([BOBS.key]);
      expect(revoked(BOBS, OTHER)).toEqual([]);
    });

    it("by its id where it has one: not by a name that two share, and whatever its name becomes", () => {
      expect(revoked(SLACK, SLACK, TWIN)).toEqual([SLACK.key]);
      expect(revoked(SLACK, { ...SLACK, name: "Slack for Teams" })).toEqual([SLACK.key]);
    });
  });

  it("law 5: never more than the file approves, and never more than the policy revokes now", () => {
    fc.assert(
      fc.property(changedCases, ({ approved: before, now: after }) => {
        const now = evaluate(after.policy.policy, after.inventory, AS_OF);
        for (const shown of [now, evaluate(before.policy.policy, before.inventory, AS_OF)]) {
          const { plan, drift } = restrictToApproved(now, planFile(shown, { all: false }));
          expect(countGrants(plan) + drift).toBe(countGrants(now.plan));
          expect(plan.revocations.filter((one) => !isWithin(one, shown.plan))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
