import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/decide/decide.ts";
import type { Grant, Inventory } from "../../src/inventory/inventory.ts";
import { countOutcomes, isOpen, type Outcome } from "../../src/plan/outcome.ts";
import {
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
  resolved: resolve({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] }, inventory),
  asOf: AS_OF,
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

it("a part of a revocation says its own grants in its reason", () => {
  const [both] = planOf(
    revoked(grant(ANN.id, SLACK, { createdAt: AS_OF - DAY_MS })),
    revoked(grant(ANN.id, SLACK)),
  ).revocations;
  expect(both!.reason).toBe("app not listed (policy.yaml:7); in use");
  const part = withGrants(both!, both!.grants.slice(1), AS_OF);
  expect(part).toEqual({
    ...both,
    grants: [grant(ANN.id, SLACK)],
    covers: "grants",
    others: [AS_OF - DAY_MS],
    reason: "app not listed (policy.yaml:7); granted 2026-11-23, in use",
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

it("the time that a plan takes grows with its revocations, and not with their square", () => {
  const COUNT = 30_000;
  const users = Array.from({ length: COUNT }, (_, i) => user(i + 1));
  const grants = users.map(({ id }) => grant(id, BOBS));
  // One user goes with one of as many grants that the two have.
  const kept = users.map(() => grant(ANN.id, SLACK));
  const inventory = inventoryOf({ users, apps: [SLACK, BOBS], grants: [...grants, ...kept] });
  const before = process.cpuUsage();
  const planned = plan(
    [...grants, kept[0]!].map((one) => revoked(one)),
    basisOf(inventory),
  );
  const map = revocationMap(planned);
  const { user: own, system } = process.cpuUsage(before);
  expect((own + system) / 1e6).toBeLessThan(5); // a minute or more where what there is was copied for each
  expect(Object.values(map).map((lines) => Object.keys(lines).length)).toEqual([COUNT, 1]);
  expect(planned.revocations.at(-1)!.others).toHaveLength(COUNT - 1);
});
