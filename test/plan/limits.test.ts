import { describe, expect, it } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { judgeLimits } from "../../src/plan/limits.ts";
import { plan } from "../../src/plan/plan.ts";
import type { Limits } from "../../src/policy/policy.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, user } from "../inventories.ts";

const BOBS = app("Bob's Tool");
const SHINY = app("Shiny AI Notetaker");
const NONE_FOR_ONE = { revocations: 1_000, percent: 100, perApp: 0 };
const SLACK = app("Slack", "0H4000000000001CAA");

/** A plan of so many revocations of each app, in an org that has so many grants. */
function verdict(revocations: { bobs?: number; shiny?: number }, grants: number, limits: Partial<Limits>) {
  const { bobs = 0, shiny = 0 } = revocations;
  const apps = [
    ...Array.from({ length: bobs }, () => BOBS),
    ...Array.from({ length: shiny }, () => SHINY),
    ...Array.from({ length: grants - bobs - shiny }, () => SLACK),
  ];
  const users = apps.map((_, i) => user(i));
  const inventory = inventoryOf({
    users,
    apps: [BOBS, SHINY, SLACK],
    grants: apps.map((one, i) => grant(users[i]!.id, one)),
  });
  const policy = resolve(
    { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [{ id: SLACK.id!, users: "everyone" }] },
    inventory,
  );
  return judgeLimits(
    plan(decide(policy, inventory, AS_OF), { inventory, resolved: policy, asOf: AS_OF }),
    grants,
    {
      revocations: 1_000_000,
      percent: 100,
      perApp: 1_000_000,
      position: { file: "policy.yaml", line: 4, column: 1 },
      ...limits,
    },
  );
}

describe("limits", () => {
  it.each<[rule: string, Parameters<typeof verdict>, refusal: string | null]>([
    ["as many as allowed pass", [{ bobs: 12 }, 432, { revocations: 12 }], null],
    [
      "one more is refused with every number and the remedy",
      [{ bobs: 104 }, 261, { revocations: 50, percent: 25 }],
      "104 revocations are over the limit of 50 (limits.revocations), and 39.9% (104/261), over 25% (limits.percent): nothing is revoked. If they are all meant, raise the limits in a reviewed change (policy.yaml:4), or for one plan or run by a number and a reason (docs/revoking.md).",
    ],
    ["exactly the percentage passes", [{ bobs: 1 }, 4, { percent: 25 }], null],
    [
      "a hair more does not, and is not rounded down to it",
      [{ bobs: 251 }, 1003, { percent: 25 }],
      "25.1% (251/1,003), over 25%",
    ],
    [
      "one app alone can be too many",
      [{ bobs: 3, shiny: 9 }, 100, { perApp: 8 }],
      "9 of Shiny AI Notetaker, over 8 for one app (limits.perApp)",
    ],
    [
      "zero revocations means zero",
      [{ bobs: 1 }, 100, { revocations: 0 }],
      "1 revocation is over the limit of 0",
    ],
    ["zero percent means zero", [{ bobs: 1 }, 100_000, { percent: 0 }], "0.1% (1/100,000), over 0%"],
    ["zero for one app means zero", [{ bobs: 1 }, 100, { perApp: 0 }], "1 of Bob's Tool, over 0 for one app"],
    ["nothing to revoke is within zero", [{}, 100, { revocations: 0, percent: 0, perApp: 0 }], null],
    ["nothing at all is within zero", [{}, 0, { revocations: 0, percent: 0, perApp: 0 }], null],
  ])("%s", (_rule, input, refusal) => {
    if (refusal === null) expect(verdict(...input).refusal).toBeNull();
    else expect(verdict(...input).refusal).toContain(refusal);
  });

  it.each<[limit: keyof Limits, at: (revocations: number) => Parameters<typeof verdict>]>([
    ["revocations", (n) => [{ bobs: n }, 100, { revocations: 10 }]],
    ["percent", (n) => [{ bobs: n }, 100, { percent: 10 }]],
    ["perApp", (n) => [{ bobs: n, shiny: 5 }, 100, { perApp: 10 }]],
  ])("%s: one below the limit and the limit pass, one above is refused", (limit, at) => {
    expect([9, 10, 11].map((n) => verdict(...at(n)).refusal !== null)).toEqual([false, false, true]);
    expect(verdict(...at(11)).refusal).toContain(`(limits.${limit})`);
  });

  it("say every app that is over the limit for one, the most first, and no other", () => {
    const { refusal } = verdict({ bobs: 9, shiny: 10 }, 100, { perApp: 8 });
    expect(refusal).toContain(
      "are 10 of Shiny AI Notetaker, 9 of Bob's Tool, each over 8 for one app (limits.perApp): nothing",
    );
    expect(verdict({ bobs: 8, shiny: 9 }, 100, { perApp: 8 }).refusal).not.toContain("Bob's Tool");
  });

  it("say three apps and how many more, where an org has hundreds that are over the limit for one", () => {
    const apps = Array.from({ length: 200 }, (_, i) => app(`App ${i}`));
    const users = [user(1), user(2)];
    const grants = [
      ...apps.map((one) => grant(users[0]!.id, one)),
      ...apps.slice(100).map((one) => grant(users[1]!.id, one)),
    ];
    const inventory = inventoryOf({ users, apps, grants });
    const policy = resolve(
      { version: 1, unlisted: "revoke", platformApps: "revoke", limits: NONE_FOR_ONE, apps: [] },
      inventory,
    );
    const planned = plan(decide(policy, inventory, AS_OF), { inventory, resolved: policy, asOf: AS_OF });
    expect(judgeLimits(planned, grants.length, policy.policy.limits).refusal).toContain(
      "are 2 of App 100, 2 of App 101, 2 of App 102 and 197 more apps, each over 0 for one app (limits.perApp): nothing",
    );
  });

  it("name the app with the most revocations, of two the first by name, of none none", () => {
    const most = (bobs: number, shiny: number) => verdict({ bobs, shiny }, 100, {}).perApp;
    expect(most(3, 4)).toMatchObject({ app: "Shiny AI Notetaker", actual: 4 });
    expect(most(4, 3)).toMatchObject({ app: "Bob's Tool", actual: 4 });
    expect(most(4, 4)).toMatchObject({ app: "Bob's Tool", actual: 4 });
    expect(most(0, 0)).toBeNull();
  });

  it("count grants of one user for one app each", () => {
    const ann = user(1);
    const inventory = inventoryOf({ users: [ann], grants: [grant(ann.id, BOBS), grant(ann.id, BOBS)] });
    const policy = resolve({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] }, inventory);
    expect(
      judgeLimits(
        plan(decide(policy, inventory, AS_OF), { inventory, resolved: policy, asOf: AS_OF }),
        2,
        policy.policy.limits,
      ),
    ).toMatchObject({ revocations: { actual: 2 }, percent: { actual: 100 }, perApp: { actual: 2 } });
  });

  it("say the numbers that they were held against", () => {
    expect(verdict({ bobs: 3, shiny: 1 }, 16, {})).toMatchObject({
      revocations: { limit: 1_000_000, actual: 4 },
      percent: { limit: 100, actual: 25, of: 16 },
      perApp: { limit: 1_000_000, actual: 3, app: "Bob's Tool" },
    });
  });
});
