import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { App } from "../../src/inventory/inventory.ts";
import { acceptPlanFile, restrictToApproved } from "../../src/plan/approvedPlan.ts";
import { digestOf } from "../../src/plan/digest.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { countGrants } from "../../src/plan/plan.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { changedCases, resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";

const DAY = 24 * 60 * 60 * 1000;
const BOBS = app("Bob's Tool");
const [ANN, BEN] = [user(1), user(2)];
const org = (grants = [grant(ANN.id, BOBS), grant(BEN.id, BOBS)]) =>
  inventoryOf({ users: [ANN, BEN], apps: [BOBS], grants });
const policyOf = (more = {}) => resolve({ version: 1, unlisted: "revoke", apps: [], ...more }, org()).policy;
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
    expect(accept(forged({}), { asOf: AS_OF - DAY })).toEqual(approved);
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
      { asOf: AS_OF - DAY - 1 },
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
    const now = at(
      org([grant(ANN.id, BOBS), grant(BEN.id, BOBS), grant(BEN.id, BOBS, { createdAt: AS_OF + 1 })]),
    );
    const { plan, drift } = restrictToApproved(now, approved);
    expect([countGrants(plan), drift]).toEqual([2, 1]);
    expect(plan.revocations.map(({ grants }) => grants.map(({ createdAt }) => createdAt))).toEqual([
      [AS_OF],
      [AS_OF],
    ]);
  });

  it("what is gone is skipped", () => {
    const { plan, drift } = restrictToApproved(at(org([grant(ANN.id, BOBS)])), approved);
    expect([plan.revocations.map(({ user: { id } }) => id), drift]).toEqual([[ANN.id], 0]);
  });

  it.each([
    ["protected", { protected: { users: [ANN.username] } }],
    ["exempt", { exemptions: [{ user: ANN.username, reason: "a", owner: "b", expires: "2026-12-31" }] }],
    ["sanctioned", { apps: [{ name: BOBS.name, users: { usernames: [ANN.username] } }] }],
  ])("a user who has become %s is not revoked", (_what, more) => {
    const { plan } = restrictToApproved(at(org(), more), approved);
    expect(plan.revocations.map(({ user: { id } }) => id)).toEqual([BEN.id]);
  });

  it("one approved time licenses one grant, however many were granted then", () => {
    const twice = [grant(ANN.id, BOBS), grant(ANN.id, BOBS)];
    const granted = ({ plan, drift }: ReturnType<typeof restrictToApproved>) => [countGrants(plan), drift];
    expect(granted(restrictToApproved(at(org(twice)), approved))).toEqual([1, 1]);
    const both = planFile(at(org(twice)), { all: false });
    expect(granted(restrictToApproved(at(org(twice)), both))).toEqual([2, 0]);
    expect(granted(restrictToApproved(at(org([...twice, grant(ANN.id, BOBS)])), both))).toEqual([2, 1]);
  });

  it("a grant of an unknown time is licensed by an unknown time alone", () => {
    const unknown = org([grant(ANN.id, BOBS, { createdAt: null })]);
    const counts = (now: ReturnType<typeof org>, file: PlanFile) =>
      countGrants(restrictToApproved(at(now), file).plan);
    expect(counts(unknown, approved)).toBe(0);
    const file = planFile(at(unknown), { all: false });
    expect([counts(unknown, file), counts(org(), file)]).toEqual([1, 0]);
  });

  it("what is left of a revocation says its own grants", () => {
    const now = at(org([grant(ANN.id, BOBS), grant(ANN.id, BOBS, { createdAt: AS_OF - DAY })]));
    expect(restrictToApproved(now, approved).plan.revocations.map(({ reason }) => reason)).toEqual([
      "app not listed (generated policy at unlisted); granted 2026-11-23, last used 2026-11",
    ]);
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

  it("law 5: never more than the file lists, and never more than the policy revokes now", () => {
    fc.assert(
      fc.property(changedCases, ({ approved: before, now: after }) => {
        const now = evaluate(after.policy.policy, after.inventory, AS_OF);
        for (const file of [
          planFile(now, { all: false }),
          planFile(evaluate(before.policy.policy, before.inventory, AS_OF), { all: false }),
        ]) {
          const { plan, drift } = restrictToApproved(now, file);
          expect(countGrants(plan) + drift).toBe(countGrants(now.plan));
          const listed = file.revocations.flatMap(({ user: { id }, app: { id: appId, name }, grants }) =>
            grants.map(({ granted }) => JSON.stringify([id, appId ?? name, granted])),
          );
          for (const {
            user: { id },
            app: { id: appId, name },
            grants,
          } of plan.revocations)
            for (const { createdAt } of grants) {
              const key = JSON.stringify([
                id,
                appId ?? name,
                createdAt === null ? null : new Date(createdAt).toISOString(),
              ]);
              expect(listed).toContain(key);
              listed.splice(listed.indexOf(key), 1);
            }
        }
      }),
      { numRuns: 300 },
    );
  });
});
