import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/decide/decide.ts";
import type { Grant, Inventory } from "../../src/inventory/inventory.ts";
import { countOutcomes, isOpen, type Outcome } from "../../src/plan/outcome.ts";
import {
  approvedPart,
  countGrants,
  type Plan,
  plan,
  revocationMap,
  summarizePlan,
  withGrants,
} from "../../src/plan/plan.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Tool");
const [ANN, BEN] = [user(1), user(2)];
const PLACE = { file: "policy.yaml", line: 7, column: 1 };

const revoked = (one: Grant, more: Partial<Decision> = {}): Decision => ({
  grant: one,
  action: "revoke",
  code: "app-not-listed",
  at: PLACE,
  heldBackBy: null,
  ...more,
});
const basisOf = (inventory: Inventory) => ({
  inventory,
  resolved: resolve({ version: 1, unlisted: "revoke", apps: [] }, inventory),
});
const planOf = (...decisions: readonly Decision[]): Plan =>
  plan(decisions, basisOf(inventoryOf({ users: [ANN, BEN], apps: [SLACK, BOBS] })));

describe("a plan", () => {
  it("gathers the grants of one user for one app, oldest first; of two as old the one that was used longer ago", () => {
    const grants = [
      grant(ANN.id, SLACK, { createdAt: AS_OF - 1 }),
      grant(ANN.id, SLACK, { createdAt: AS_OF - 2, lastUsedAt: AS_OF, useCount: 9 }),
      grant(ANN.id, SLACK, { createdAt: AS_OF - 2, lastUsedAt: AS_OF, useCount: 8 }),
      grant(ANN.id, SLACK, { createdAt: AS_OF - 2, lastUsedAt: AS_OF - 5, useCount: 10 }),
      grant(ANN.id, SLACK, { createdAt: null }),
      grant(ANN.id, SLACK, { createdAt: AS_OF - 2, lastUsedAt: null, useCount: null }),
    ];
    const [only, ...others] = planOf(...grants.map((one) => revoked(one))).revocations;
    expect(others).toEqual([]);
    expect(only!.grants).toEqual([4, 5, 3, 2, 1, 0].map((i) => grants[i]));
  });

  it("says of two reasons for grants that nothing tells apart the first by name, whatever the order", () => {
    const [idle, old] = [
      revoked(grant(ANN.id, SLACK), { code: "idle" }),
      revoked(grant(ANN.id, SLACK), { code: "too-old" }),
    ];
    expect([planOf(idle, old), planOf(old, idle)].map(({ revocations }) => revocations[0]!.code)).toEqual([
      "idle",
      "idle",
    ]);
  });

  it("keeps users and apps apart, sorted by app and user", () => {
    const pairs = [grant(BEN.id, SLACK), grant(ANN.id, SLACK), grant(BEN.id, BOBS), grant(ANN.id, BOBS)].map(
      (one) => revoked(one),
    );
    expect(
      planOf(...pairs).revocations.map(({ appLabel, userLabel }) => `${appLabel}, ${userLabel}`),
    ).toEqual([
      `Bob's Tool, ${ANN.username}`,
      `Bob's Tool, ${BEN.username}`,
      `Slack, ${ANN.username}`,
      `Slack, ${BEN.username}`,
    ]);
  });

  it("holds nothing that is kept or reported, and nothing of a user whom the org does not list", () => {
    expect(
      planOf(
        revoked(grant(ANN.id, SLACK), { action: "keep" }),
        revoked(grant(ANN.id, SLACK), { action: "report" }),
        revoked(grant(sfId("005", 77), SLACK)),
      ).revocations,
    ).toEqual([]);
  });

  it("counts grants, not users: in all, and by app and reason", () => {
    const whole = planOf(
      revoked(grant(ANN.id, SLACK)),
      revoked(grant(ANN.id, SLACK)),
      revoked(grant(BEN.id, SLACK)),
      revoked(grant(BEN.id, BOBS), { code: "app-denied" }),
    );
    expect(countGrants(whole)).toBe(4);
    expect(summarizePlan(whole)).toEqual(["1 × Bob's Tool (app-denied)", "3 × Slack (app-not-listed)"]);
  });
});

describe("what was approved is approved by the very same reason", () => {
  const whole = planOf(
    revoked(grant(ANN.id, SLACK)),
    revoked(grant(BEN.id, SLACK)),
    revoked(grant(ANN.id, BOBS)),
  );
  const users = ({ revocations }: Plan) =>
    revocations.map(({ appLabel, userLabel }) => `${appLabel}, ${userLabel}`);

  it("all of it, where all stands in the map", () => {
    expect(approvedPart(whole, revocationMap(whole))).toEqual(whole);
  });

  it("nothing, where nothing does", () => {
    expect(approvedPart(whole, {}).revocations).toEqual([]);
  });

  it("not a user of the app who does not stand there, nor another app of a user who does", () => {
    const approved = revocationMap(planOf(revoked(grant(ANN.id, SLACK))));
    expect(users(approvedPart(whole, approved))).toEqual([`Slack, ${ANN.username}`]);
  });

  it.each<[what: string, now: Decision[]]>([
    ["one grant more", [revoked(grant(ANN.id, SLACK)), revoked(grant(ANN.id, SLACK))]],
    ["a grant of another day", [revoked(grant(ANN.id, SLACK, { createdAt: AS_OF - DAY_MS }))]],
    ["a use in another month", [revoked(grant(ANN.id, SLACK, { lastUsedAt: AS_OF - 40 * DAY_MS }))]],
    ["another rule", [revoked(grant(ANN.id, SLACK), { code: "app-denied" })]],
    ["another line of the policy", [revoked(grant(ANN.id, SLACK), { at: { ...PLACE, line: 8 } })]],
  ])("not the same user and app with %s", (_what, now) => {
    expect(approvedPart(planOf(...now), revocationMap(whole)).revocations).toEqual([]);
  });

  it("not by what every map has without being told, such as `constructor`", () => {
    const builtIn = app("constructor");
    const odd = plan(
      [revoked(grant(ANN.id, builtIn))],
      basisOf(inventoryOf({ users: [user(1, { username: "name" })], apps: [builtIn] })),
    );
    const named = { ...odd.revocations[0]!, reason: "Object" };
    expect(approvedPart({ revocations: [named] }, {}).revocations).toEqual([]);
  });
});

it("a part of a revocation says its own grants in its reason", () => {
  const [both] = planOf(
    revoked(grant(ANN.id, SLACK, { createdAt: AS_OF - DAY_MS })),
    revoked(grant(ANN.id, SLACK)),
  ).revocations;
  expect(both!.reason).toBe(
    "app not listed (policy.yaml:7); 2 grants: 2026-11-22, 2026-11-23, last used 2026-11",
  );
  const part = withGrants(both!, both!.grants.slice(1));
  expect(part).toEqual({
    ...both,
    grants: [grant(ANN.id, SLACK)],
    covers: "grants",
    others: [AS_OF - DAY_MS],
    reason: "app not listed (policy.yaml:7); granted 2026-11-23, last used 2026-11",
  });
});

describe("the reason of a revocation", () => {
  const reason = (...grants: Partial<Grant>[]) =>
    planOf(...grants.map((one) => revoked(grant(ANN.id, SLACK, one)))).revocations[0]!.reason;
  it.each<[rule: string, grants: Partial<Grant>[], reason: string]>([
    ["says the day of granting and the month of use", [{}], "granted 2026-11-23, last used 2026-11"],
    [
      "says what is not known",
      [{ createdAt: null, lastUsedAt: null }],
      "granted on an unknown day, no use recorded",
    ],
    [
      "says every day, and of several uses the last",
      [
        { createdAt: AS_OF - 2 * DAY_MS, lastUsedAt: AS_OF - 40 * DAY_MS },
        { createdAt: AS_OF, lastUsedAt: AS_OF - 80 * DAY_MS },
        { createdAt: AS_OF, lastUsedAt: null },
      ],
      "3 grants: 2026-11-21, 2026-11-23, 2026-11-23, last used 2026-10",
    ],
  ])("%s", (_rule, grants, expected) => {
    expect(reason(...grants)).toBe(`app not listed (policy.yaml:7); ${expected}`);
  });

  it("is the same on another day of the month, so that what was approved still compares equal", () => {
    expect(reason({ lastUsedAt: AS_OF })).toBe(reason({ lastUsedAt: AS_OF + 7 * DAY_MS }));
  });
});

describe("outcomes", () => {
  const [two, one] = planOf(
    revoked(grant(ANN.id, BOBS)),
    revoked(grant(ANN.id, BOBS)),
    revoked(grant(ANN.id, SLACK)),
  ).revocations;
  const outcome = (status: Outcome["status"], revocation = one!): Outcome => ({
    revocation,
    status,
    reason: "",
  });

  it("are counted by grants", () => {
    expect(
      countOutcomes([
        outcome("revoked", two),
        outcome("revoked"),
        outcome("failed", two),
        outcome("unknown"),
      ]),
    ).toEqual({ revoked: 3, failed: 2, unknown: 1 });
  });

  it.each<[Outcome["status"], open: boolean]>([
    ["revoked", false],
    ["already gone", false],
    ["failed", true],
    ["unknown", true],
    ["not tried", true],
  ])("%s: open is %s", (status, open) => {
    expect(isOpen(outcome(status))).toBe(open);
  });
});
