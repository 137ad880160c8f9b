import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/decide/decide.ts";
import type { Grant } from "../../src/inventory/inventory.ts";
import { type ApprovalMap, approvalMap, approvedPart, readApprovalMap } from "../../src/plan/approval.ts";
import { type Plan, plan } from "../../src/plan/plan.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Tool");
const [ANN, BEN] = [user(1), user(2)];
const PLACE = { file: "policy.yaml", line: 7, column: 1 };
const OLD = AS_OF - 400 * DAY_MS;

const goes = (one: Grant, more: Partial<Decision> = {}): Decision => ({
  grant: one,
  action: "revoke",
  code: "app-not-listed",
  at: PLACE,
  heldBackBy: null,
  ...more,
});
/** A plan of what goes, in an org in which other grants stay. */
const planOf = (decisions: readonly Decision[], stays: readonly Grant[] = [], users = [ANN, BEN]): Plan => {
  const grants = [...decisions.map((decision) => decision.grant), ...stays];
  const inventory = inventoryOf({ users, grants });
  const resolved = resolve({ version: 1, unlisted: "revoke", apps: [] }, inventory);
  return plan(decisions, { inventory, resolved, asOf: AS_OF });
};
/** As the engine hands it back. */
const kept = (approved: Plan) =>
  readApprovalMap(JSON.parse(JSON.stringify(approvalMap(approved))) as ApprovalMap);
const approvedOf = (now: Plan, approved: Plan) => approvedPart(now, kept(approved), AS_OF);
const times = ({ revocations }: Plan) =>
  revocations.map(({ appLabel, user: { username }, grants }) => [
    `${appLabel}, ${username}`,
    ...grants.map(({ createdAt }) => createdAt),
  ]);

describe("what is approved is that this user loses this app by this rule", () => {
  const whole = planOf([goes(grant(ANN.id, SLACK)), goes(grant(BEN.id, SLACK)), goes(grant(ANN.id, BOBS))]);

  it("all of it, where all was approved, and nothing where nothing was", () => {
    expect(approvedOf(whole, whole)).toEqual(whole);
    expect(approvedPart(whole, readApprovalMap(undefined), AS_OF).revocations).toEqual([]);
  });

  it("not a user who was not approved for the app, nor another app of a user who was", () => {
    expect(times(approvedOf(whole, planOf([goes(grant(ANN.id, SLACK))])))).toEqual([
      [`Slack, ${ANN.username}`, AS_OF],
    ]);
  });

  it.each<[what: string, now: readonly Grant[]]>([
    ["was rotated", [grant(ANN.id, SLACK, { createdAt: AS_OF + DAY_MS, lastUsedAt: AS_OF + DAY_MS })]],
    ["was used again", [grant(ANN.id, SLACK, { lastUsedAt: AS_OF + DAY_MS, useCount: 2 })]],
    ["is one of two by now", [grant(ANN.id, SLACK), grant(ANN.id, SLACK, { createdAt: AS_OF + 1 })]],
    ["has another of the same moment beside it", [grant(ANN.id, SLACK), grant(ANN.id, SLACK)]],
  ])("also where the grant %s", (_what, now) => {
    const present = planOf(now.map((one) => goes(one)));
    expect(approvedOf(present, whole)).toEqual(present);
    expect(present.revocations[0]!.covers).toBe("pair");
  });

  it.each<[what: string, more: Partial<Decision>]>([
    ["another rule", { code: "app-denied" }],
    ["another line of the policy", { at: { ...PLACE, line: 8 } }],
    ["another file", { at: { ...PLACE, file: "base.yaml" } }],
  ])("and not by %s", (_what, more) => {
    expect(approvedOf(planOf([goes(grant(ANN.id, SLACK), more)]), whole).revocations).toEqual([]);
  });

  it("whatever the user and the app are called by now", () => {
    const named = user(1, { username: "ann.weber@dieppe.example" });
    const now = planOf([goes(grant(ANN.id, { ...SLACK, name: "Slack for Teams" }))], [], [named]);
    expect(approvedOf(now, whole)).toEqual(now);
  });

  it("an app without an id is its name, and no id that looks like it", () => {
    const approved = planOf([goes(grant(ANN.id, app(SLACK.id!)))]);
    expect(times(approvedOf(whole, approved))).toEqual([]);
    expect(times(approvedOf(planOf([goes(grant(ANN.id, app("Other Tool")))]), whole))).toEqual([]);
  });
});

describe("an approval of the very grants", () => {
  const idle = (...some: readonly (number | null)[]) =>
    planOf(some.map((createdAt) => goes(grant(ANN.id, SLACK, { createdAt }), { code: "idle" })));

  it("holds for those alone, each once", () => {
    const approved = idle(OLD, OLD, null);
    expect(approvedOf(approved, approved)).toEqual(approved);
    expect(times(approvedOf(idle(OLD, OLD, OLD, null, OLD + 1), approved))).toEqual([
      [`Slack, ${ANN.username}`, null, OLD, OLD],
    ]);
    expect(times(approvedOf(idle(OLD + 1), approved))).toEqual([]);
  });

  it("leaves the others of the pair, and says when they were given", () => {
    expect(approvedOf(idle(OLD, OLD + 1, null), idle(OLD)).revocations).toMatchObject([
      { covers: "grants", others: [null, OLD + 1] },
    ]);
  });

  it("is none of the pair, once nothing keeps the others any more", () => {
    const rule = { code: "app-not-listed" } as const;
    const approved = planOf([goes(grant(ANN.id, SLACK), rule)], [grant(ANN.id, SLACK, { createdAt: OLD })]);
    const now = planOf([
      goes(grant(ANN.id, SLACK), rule),
      goes(grant(ANN.id, SLACK, { createdAt: OLD }), rule),
    ]);
    expect([approved, now].map(({ revocations }) => revocations[0]!.covers)).toEqual(["grants", "pair"]);
    expect(approvedOf(now, approved).revocations).toMatchObject([
      { covers: "grants", grants: [{ createdAt: AS_OF }], others: [OLD] },
    ]);
  });

  it("and an approval of the pair is none of the grants that something has come to keep a part of", () => {
    const approved = planOf([goes(grant(ANN.id, SLACK)), goes(grant(ANN.id, SLACK, { createdAt: OLD }))]);
    const now = planOf([goes(grant(ANN.id, SLACK))], [grant(ANN.id, SLACK, { createdAt: OLD })]);
    expect(approvedOf(now, approved).revocations).toEqual([]);
  });
});

it("what Pulumi keeps of an approval is small, and holds no key that the engine would take for its own", () => {
  const odd = ["__proto__", "constructor", "a\u001b[31m", "\ud800"].map((name) => app(name));
  const whole = planOf([
    goes(grant(ANN.id, SLACK)),
    goes(grant(BEN.id, BOBS, { createdAt: OLD }), { code: "idle" }),
    ...odd.map((one) => goes(grant(ANN.id, one))),
  ]);
  const map = approvalMap(whole);
  expect(map).toEqual({
    "app-not-listed policy.yaml:7": {
      [SLACK.id!]: { [ANN.id]: "pair" },
      '"__proto__"': { [ANN.id]: "pair" },
      '"constructor"': { [ANN.id]: "pair" },
      '"a\\u001b[31m"': { [ANN.id]: "pair" },
      '"\\ud800"': { [ANN.id]: "pair" },
    },
    "idle policy.yaml:7": { '"Bob\'s Tool"': { [BEN.id]: String(OLD) } },
  });
  expect(approvedOf(whole, whole)).toEqual(whole);
});
