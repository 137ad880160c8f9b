import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/decide/decide.ts";
import type { Grant } from "../../src/inventory/inventory.ts";
import { approvalDigest, approvalKey, approvedPart } from "../../src/plan/approval.ts";
import { type Plan, type PlannedRevocation, plan } from "../../src/plan/plan.ts";
import { printable } from "../../src/printable.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, provider, sfId, user } from "../inventories.ts";

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
  const resolved = resolve({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] }, inventory);
  return plan(decisions, { inventory, resolved, asOf: AS_OF });
};
const approvedOf = (now: Plan, approved: Plan) => approvedPart(now, approved.revocations, AS_OF);
const times = ({ revocations }: Plan) =>
  revocations.map(({ appLabel, user: { username }, grants }) => [
    `${appLabel}, ${username}`,
    ...grants.map(({ createdAt }) => createdAt),
  ]);

describe("what is approved is that this user loses this app by this rule", () => {
  const whole = planOf([goes(grant(ANN.id, SLACK)), goes(grant(BEN.id, SLACK)), goes(grant(ANN.id, BOBS))]);

  it("all of it, where all was approved, and nothing where nothing was", () => {
    expect(approvedOf(whole, whole)).toEqual(whole);
    expect(approvedPart(whole, [], AS_OF).revocations).toEqual([]);
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

  it("and an approval of the pair, once something keeps a grant of the two, is of those that were shown", () => {
    const approved = planOf([goes(grant(ANN.id, SLACK)), goes(grant(ANN.id, SLACK, { createdAt: OLD }))]);
    const came = grant(ANN.id, SLACK, { createdAt: AS_OF + 1 });
    const now = planOf([goes(grant(ANN.id, SLACK)), goes(came)], [grant(ANN.id, SLACK, { createdAt: OLD })]);
    expect(approvedOf(now, approved).revocations).toMatchObject([
      { covers: "grants", grants: [{ createdAt: AS_OF }], others: [OLD, AS_OF + 1] },
    ]);
  });
});

describe("the digest of what is approved", () => {
  const pair = [goes(grant(ANN.id, SLACK)), goes(grant(BEN.id, BOBS))];
  const idle = (createdAt: number) => goes(grant(ANN.id, SLACK, { createdAt }), { code: "idle" });
  const digest = (...decisions: readonly Decision[]) => approvalDigest(planOf(decisions));

  it.each<[what: string, now: readonly Decision[]]>([
    ["a rotated token", [goes(grant(ANN.id, SLACK, { createdAt: AS_OF + 9 })), pair[1]!]],
    ["another grant of the pair", [...pair, goes(grant(ANN.id, SLACK))]],
    ["another name of the app", [goes(grant(ANN.id, { ...SLACK, name: "A" })), pair[1]!]],
    ["another order", pair.toReversed()],
  ])("is the same with %s", (_what, now) => {
    expect(digest(...now)).toBe(digest(...pair));
  });

  it.each<[what: string, now: readonly Decision[]]>([
    ["another user", [goes(grant(BEN.id, SLACK)), pair[1]!]],
    ["another app of the same name", [goes(grant(ANN.id, app("Slack", sfId("0H4", 2)))), pair[1]!]],
    ["an app without an id that is called like one", [goes(grant(ANN.id, app(SLACK.id!))), pair[1]!]],
    ["another rule", [goes(grant(ANN.id, SLACK), { code: "app-denied" }), pair[1]!]],
    ["another place", [goes(grant(ANN.id, SLACK), { at: { ...PLACE, line: 8 } }), pair[1]!]],
    ["one more", [...pair, goes(grant(BEN.id, SLACK))]],
    ["one less", [pair[0]!]],
  ])("is another with %s", (_what, now) => {
    expect(digest(...now)).not.toBe(digest(...pair));
  });

  it("is another with other grants, where the approval is of the very grants", () => {
    expect(digest(idle(OLD))).not.toBe(digest(idle(OLD + 1)));
    expect(digest(idle(OLD))).not.toBe(digest(idle(OLD), idle(OLD)));
    expect(digest(idle(OLD))).toBe(digest(idle(OLD)));
  });
});

describe("an approval is of the very app and user that it names", () => {
  const names = fc.oneof(
    fc.constantFrom(
      "Slack",
      "Slack\u200b",
      "Slack\\u{200b}",
      "",
      SLACK.id!,
      "name:Slack",
      "provider:Slack",
      "null",
    ),
    fc.constantFrom(`Slack (${SLACK.id})`, "Slack (no id)", "Slack (identity provider)", '"Slack"'),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  const apps = fc
    .tuple(names, fc.constantFrom("app", "registered", "provider"), fc.integer({ min: 1, max: 3 }))
    .map(([name, kind, n]) =>
      kind === "provider" ? provider(name) : app(name, kind === "app" ? null : sfId("0H4", n)),
    );
  const lineOf = ({ appLabel, userLabel }: PlannedRevocation) => printable(`${appLabel}, ${userLabel}`);

  it("whatever they are called: two that differ have two keys, in one run and from run to run", () => {
    fc.assert(
      fc.property(apps, apps, (one, other) => {
        const [first, second] = [one, other].map((of) => planOf([goes(grant(ANN.id, of))]));
        const isSame = one.key === other.key;
        expect(approvalKey(first!.revocations[0]!) === approvalKey(second!.revocations[0]!)).toBe(isSame);
        expect(approvalDigest(first!) === approvalDigest(second!)).toBe(isSame);
        expect(approvedOf(second!, first!).revocations).toHaveLength(isSame ? 1 : 0);
      }),
    );
  });

  it("and in one plan each has a line of its own", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(apps, { selector: ({ key }) => key, maxLength: 8 }),
        names,
        (some, username) => {
          const users = [ANN, user(2, { username })];
          const { revocations } = planOf(
            some.flatMap((of) => users.map(({ id }) => goes(grant(id, of)))),
            [],
            users,
          );
          expect(new Set(revocations.map(lineOf)).size).toBe(some.length * users.length);
        },
      ),
    );
  });
});
