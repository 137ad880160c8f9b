import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Grant } from "../../src/inventory/inventory.ts";
import { digestOf } from "../../src/plan/digest.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { countGrants } from "../../src/plan/plan.ts";
import { isShownOf, parseShown, restrictToShown, type Shown, shownOf } from "../../src/plan/shown.ts";
import { DAY_MS } from "../../src/time.ts";
import { changedCases, resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";
import { isWithin } from "./within.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Tool");
const [ANN, BEN] = [user(1), user(2)];
const OLD = AS_OF - 365 * DAY_MS;
const idle = (createdAt: number | null) => grant(ANN.id, SLACK, { createdAt, lastUsedAt: OLD });

function at(grants: readonly Grant[], more = {}) {
  const inventory = inventoryOf({ users: [ANN, BEN], apps: [SLACK, BOBS], grants });
  const apps = [{ id: SLACK.id!, users: "everyone" as const, maxIdleDays: 30 }];
  const { policy } = resolve(
    { version: 1, unlisted: "revoke", platformApps: "revoke", apps, ...more },
    inventory,
  );
  return evaluate(policy, inventory, AS_OF);
}
const shown = shownOf(at([grant(ANN.id, BOBS), idle(OLD), idle(null)]));
const [PAIR, GRANTS] = Object.entries(shown.revocations);
/** With a digest made anew. */
const forged = (more: object) => {
  const { digest: _, ...content } = { ...shown, ...more };
  return JSON.stringify({ ...content, digest: digestOf(content) });
};

describe("what a preview showed", () => {
  it("is kept by hashes, with what each covers and the times of the grants", () => {
    expect(shown).toMatchObject({ version: 1, at: AS_OF, org: "00D000000000001EAA" });
    expect([PAIR![1], GRANTS![1]].sort((a, b) => (a.covers < b.covers ? -1 : 1))).toEqual([
      { covers: "grants", granted: [null, OLD] },
      { covers: "pair", granted: [AS_OF] },
    ]);
    for (const [key] of [PAIR!, GRANTS!]) expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is read back as it was written", () => {
    expect(parseShown(JSON.stringify(shown))).toEqual(shown);
    expect(parseShown(forged({}))).toEqual(shown);
  });

  it.each<[what: string, text: string]>([
    ["is no JSON", "{"],
    ["is nothing", "null"],
    ["is a number", "1"],
    ["has no revocations", forged({ revocations: null })],
    ["is of another version", forged({ version: 2 })],
    ["is of no time", forged({ at: null })],
    ["covers something else", forged({ revocations: { a: { covers: "app", granted: [] } } })],
    ["covers nothing", forged({ revocations: { a: null } })],
    ["has times that are none", forged({ revocations: { a: { covers: "grants", granted: [OLD, "now"] } } })],
    ["has no times", forged({ revocations: { a: { covers: "pair" } } })],
    ["was changed", JSON.stringify({ ...shown, at: shown.at + 1 })],
    ["has no digest", JSON.stringify({ ...shown, digest: undefined })],
  ])("is none where it %s", (_what, text) => {
    expect(parseShown(text)).toBeNull();
  });

  it("is of its org and of what its policy says alone", () => {
    const same = at([]);
    expect(isShownOf(shown, same)).toBe(true);
    expect(isShownOf({ ...shown, org: "00D000000000002EAA" }, same)).toBe(false);
    expect(isShownOf(shown, at([], { offboarded: [ANN.username] }))).toBe(false);
  });
});

describe("what came since", () => {
  const since = (...grants: Grant[]) => {
    const { plan, since: came } = restrictToShown(at(grants), shown);
    return [countGrants(plan), came];
  };

  it("goes where the user was shown to lose the app, and is told", () => {
    expect(since(grant(ANN.id, BOBS), grant(ANN.id, BOBS))).toEqual([2, { left: 0, more: 1 }]);
  });

  it("is left where it is another user's, and where the very grants were shown", () => {
    expect(since(grant(BEN.id, BOBS))).toEqual([0, { left: 1, more: 0 }]);
    expect(since(idle(OLD), idle(OLD))).toEqual([1, { left: 1, more: 0 }]);
    expect(since(idle(OLD + 1), idle(null))).toEqual([1, { left: 1, more: 0 }]);
  });

  it("is nothing where less is there", () => {
    expect(since(idle(OLD))).toEqual([1, { left: 0, more: 0 }]);
    expect(since()).toEqual([0, { left: 0, more: 0 }]);
  });

  it("law 5: never makes more than was shown, nor more than the policy revokes by then", () => {
    fc.assert(
      fc.property(changedCases, ({ approved, now: after }) => {
        const before = evaluate(approved.policy.policy, approved.inventory, AS_OF);
        const now = evaluate(after.policy.policy, after.inventory, AS_OF);
        for (const one of [before, now]) {
          const kept = parseShown(JSON.stringify(shownOf(one))) as Shown;
          const { plan, since: came } = restrictToShown(now, kept);
          expect(countGrants(plan) + came.left).toBe(countGrants(now.plan));
          expect(plan.revocations.filter((planned) => !isWithin(planned, one.plan))).toEqual([]);
          if (one === now) expect(plan).toEqual(now.plan);
        }
      }),
      { numRuns: 200 },
    );
  });
});
