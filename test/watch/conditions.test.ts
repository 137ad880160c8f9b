import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { App, Grant, User } from "../../src/inventory/inventory.ts";
import { type Evaluation, evaluate } from "../../src/plan/evaluate.ts";
import { leaversPlan } from "../../src/plan/leaversPlan.ts";
import { countGrants, plan } from "../../src/plan/plan.ts";
import { parsePolicy, policyFromObject } from "../../src/policy/load.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { type Condition, conditionKey, eventOf } from "../../src/watch/condition.ts";
import { conditionsOf, together } from "../../src/watch/conditions.ts";
import { EventSchema } from "../../src/watch/event.ts";
import { cases } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const NOTETAKER = app("Notetaker");
const MOBILE = { ...app("Salesforce for iOS", sfId("0H4", 77)), namespace: "sf_chttr_apps" };
const LOADER = app("Data Loader");
const ANN = user(1);
const BOSS = user(2, { profileId: sfId("00e", 2), profileName: "System Administrator" });
const GONE = user(3, { isActive: false });
const COLD = user(4, { isFrozen: true });
const POLICY: PolicyFile = {
  version: 1,
  unlisted: "revoke",
  platformApps: "revoke",
  apps: [{ name: "Slack", users: "everyone" }],
  highPrivilege: { profiles: ["System Administrator"], action: "alert" },
};

const ABOUT = {
  org: null,
  instanceUrl: "https://dieppe.my.salesforce.com",
  inOrg: null,
  policy: null,
  runbook: null,
};
const GOOGLE: App = { ...app("Google"), key: "provider:Google", kind: "identity-provider" };
const link = (userId: Grant["userId"]): Grant => ({
  ...grant(userId, GOOGLE, { createdAt: null, lastUsedAt: null, useCount: null }),
  source: "account-link",
});

function policyOf(changed: Partial<PolicyFile>): Policy {
  const parsed = policyFromObject({ ...POLICY, ...changed }, "policy");
  if ("problems" in parsed) throw new PolicyError(parsed.problems);
  return parsed.policy;
}

function judged(
  grants: readonly Grant[],
  changed: Partial<PolicyFile> = {},
  users: readonly User[] = [ANN, BOSS, GONE, COLD],
): Evaluation {
  const inventory = inventoryOf({
    users,
    grants: [...grants],
    apps: [
      SLACK,
      NOTETAKER,
      MOBILE,
      LOADER,
      ...grants.map(({ app: one }) => one).filter(({ couldBe }) => couldBe),
    ],
  });
  return evaluate(policyOf(changed), inventory, AS_OF);
}
const told = (...[grants, changed]: Parameters<typeof judged>) =>
  conditionsOf(judged(grants, changed)).map(({ kind, text }) => [kind, text]);
const exemptionOf = (expires: string): Partial<PolicyFile> => ({
  exemptions: [
    { app: "Notetaker", user: ANN.username, reason: "Trial", owner: "it@dieppe.example", expires },
  ],
});
const exemption = (expires: string): Partial<PolicyFile> => ({
  ...exemptionOf(expires),
  unlisted: "report",
  apps: [
    { name: "Slack", users: "everyone" },
    { name: "Notetaker", users: "everyone" },
  ],
});

describe("what a watch tells of", () => {
  it.each<[rule: string, grants: Grant[], changed: Partial<PolicyFile>, told: [string, string][]]>([
    ["a sanctioned app of an ordinary user is nothing to tell", [grant(ANN.id, SLACK)], {}, []],
    [
      "a user of high privilege who authorizes an app, once however many grants",
      [grant(BOSS.id, SLACK), grant(BOSS.id, SLACK, { createdAt: AS_OF - 5 })],
      {},
      [
        [
          "high-privilege-grant",
          "user2@dieppe.example has authorized Slack, and has high privilege through the profile System Administrator",
        ],
      ],
    ],
    [
      "but not where an exception names it",
      [grant(BOSS.id, SLACK)],
      {
        highPrivilege: {
          profiles: ["System Administrator"],
          exceptions: [{ user: BOSS.username, reason: "a", owner: "it", reviewBy: "2020-01-01" }],
        },
      },
      [],
    ],
    [
      "an app that is not listed, once for each of its users",
      [grant(ANN.id, NOTETAKER), grant(sfId("005", 9), NOTETAKER)],
      {},
      [
        ["unlisted-app", "Notetaker holds grants of user1@dieppe.example, and the policy does not list it"],
        ["unlisted-app", "Notetaker holds grants of 005000000000009AAA, and the policy does not list it"],
      ],
    ],
    [
      "a stranger that bears the name of an app of the policy",
      [grant(ANN.id, like(SLACK))],
      {},
      [
        [
          "unlisted-app",
          "Slack (no id) holds grants of user1@dieppe.example, and the org does not say which app it is",
        ],
      ],
    ],
    [
      "both at once in one message",
      [grant(BOSS.id, NOTETAKER)],
      {},
      [
        [
          "high-privilege-grant",
          "user2@dieppe.example has authorized Notetaker, which the policy does not list, and has high privilege through the profile System Administrator",
        ],
      ],
    ],
    [
      "a denied app",
      [grant(ANN.id, NOTETAKER)],
      { apps: [{ name: "Notetaker", sanctioned: false }] },
      [["denied-app", "Notetaker holds grants of user1@dieppe.example, and the policy denies it"]],
    ],
    [
      "or one that a pattern denies",
      [grant(BOSS.id, NOTETAKER)],
      { appsLike: [{ name: "note*", sanctioned: false }] },
      [
        [
          "high-privilege-grant",
          "user2@dieppe.example has authorized Notetaker, which the policy denies, and has high privilege through the profile System Administrator",
        ],
      ],
    ],
    ["but not where it is exempt", [grant(ANN.id, NOTETAKER)], exemptionOf("2027-03-01"), []],
    [
      "one of Salesforce's own that is kept is not, and what is only called so is",
      [grant(ANN.id, MOBILE), grant(ANN.id, LOADER)],
      { platformApps: "keep" },
      [
        [
          "unlisted-app",
          "Data Loader holds grants of user1@dieppe.example, and the policy does not list it; it is called as one of Salesforce's own apps, and nothing proves that it is",
        ],
      ],
    ],
    ["a protected app is not", [grant(ANN.id, NOTETAKER)], { protected: { apps: ["Notetaker"] } }, []],
    [
      "a user who is not active and holds grants",
      [grant(GONE.id, SLACK), grant(GONE.id, SLACK)],
      {},
      [["user-deactivated", "user3@dieppe.example (user not active) holds 2 grants of Slack"]],
    ],
    [
      "or frozen",
      [grant(COLD.id, SLACK)],
      {},
      [["user-deactivated", "user4@dieppe.example (user frozen) holds 1 grant of Slack"]],
    ],
    [
      "or offboarded",
      [grant(ANN.id, SLACK)],
      { offboarded: [ANN.username] },
      [["user-deactivated", "user1@dieppe.example (user offboarded) holds 1 grant of Slack"]],
    ],
    ["a user who has left and holds nothing is not", [], {}, []],
    [
      "an exemption that has expired",
      [grant(ANN.id, NOTETAKER)],
      exemption("2026-11-22"),
      [
        [
          "exemption-expired",
          "Notetaker, user1@dieppe.example: the exemption has expired (until: 2026-11-22, owner: it@dieppe.example); renew it or take it out",
        ],
      ],
    ],
    [
      "one that is about to",
      [grant(ANN.id, NOTETAKER)],
      exemption("2026-12-01"),
      [
        [
          "exemption-expiring",
          "Notetaker, user1@dieppe.example: the exemption expires soon (until: 2026-12-01, owner: it@dieppe.example); renew it or settle the matter",
        ],
      ],
    ],
    ["one that holds is not", [grant(ANN.id, NOTETAKER)], exemption("2027-02-01"), []],
  ])("%s", (_, grants, changed, expected) => {
    expect(told(grants, changed)).toEqual(expected);
  });

  it("is the same thing for as long as it is the same, and another for another", () => {
    const keys = (grants: Grant[]) => conditionsOf(judged(grants)).map(({ key }) => key);
    const one = keys([grant(ANN.id, NOTETAKER)]);
    expect(keys([grant(ANN.id, NOTETAKER), grant(BOSS.id, NOTETAKER)])).toEqual(expect.arrayContaining(one));
    expect(keys([grant(ANN.id, app("Other"))])).not.toEqual(one);
  });

  it("an app that the policy comes not to want is told of again, of who has high privilege", () => {
    const keys = (changed: Partial<PolicyFile>) =>
      conditionsOf(judged([grant(BOSS.id, SLACK)], changed)).map(({ key }) => key);
    expect(keys({ apps: [] })).not.toEqual(keys({}));
  });

  it("is critical where a user of high privilege has what the policy does not want, an error where it is denied", () => {
    const severities = (changed: Partial<PolicyFile>) =>
      conditionsOf(judged([grant(BOSS.id, SLACK), grant(ANN.id, SLACK)], changed)).map(
        ({ severity }) => severity,
      );
    expect(severities({})).toEqual(["warning"]);
    expect(severities({ apps: [] })).toEqual(["critical", "warning"]);
    expect(severities({ apps: [{ name: "Slack", sanctioned: false }] })).toEqual(["critical", "error"]);
  });

  it("what is only called as one of Salesforce's own is worse than what is not listed, and the same thing to tell of", () => {
    const one = (grants: Grant[]) => conditionsOf(judged(grants))[0]!;
    expect([one([grant(ANN.id, LOADER)]).severity, one([grant(ANN.id, NOTETAKER)]).severity]).toEqual([
      "error",
      "warning",
    ]);
    const { severity, text, key } = one([grant(BOSS.id, LOADER)]);
    expect([severity, text]).toEqual([
      "critical",
      "user2@dieppe.example has authorized Data Loader, which the policy does not list and nothing proves to be Salesforce's own, though it is called so, and has high privilege through the profile System Administrator",
    ]);
    // As a release remembers it that knew no difference.
    expect(key).toBe(conditionKey("high-privilege-grant", BOSS.id, LOADER.key, "not-listed"));
  });

  it("what is revoked meanwhile is not told of", () => {
    const evaluation = judged([grant(GONE.id, SLACK), grant(GONE.id, NOTETAKER), grant(ANN.id, NOTETAKER)]);
    const [one, other, anns] = evaluation.inventory.grants;
    const said = (...settled: (Grant | undefined)[]) =>
      conditionsOf(evaluation, new Set(settled.flatMap((some) => some ?? []))).map(({ text }) => text);
    expect(said(one, other, anns)).toEqual([]);
    expect(said(one, anns)).toEqual([
      "Notetaker holds grants of user3@dieppe.example, and the policy does not list it",
      "user3@dieppe.example (user not active) holds 1 grant of Notetaker",
    ]);
  });

  it("links to identity providers that the policy says nothing of are not", () => {
    const links = inventoryOf({ users: [ANN, BOSS], grants: [link(ANN.id)], apps: [GOOGLE] });
    const kinds = (changed: Partial<PolicyFile>) =>
      conditionsOf(evaluate(policyOf(changed), links, AS_OF)).map(({ kind }) => kind);
    expect(kinds({})).toEqual([]);
    expect(kinds({ unlistedIdentityProviders: "report" })).toEqual(["unlisted-app"]);
  });

  it("says since when, where the org does", () => {
    const since = (grants: Grant[], changed: Partial<PolicyFile> = {}) =>
      conditionsOf(judged(grants, changed)).map((one) => one.since);
    expect(since([grant(ANN.id, NOTETAKER), grant(ANN.id, NOTETAKER, { createdAt: AS_OF - 7 })])).toEqual([
      AS_OF - 7,
    ]);
    expect(since([grant(ANN.id, NOTETAKER, { createdAt: null })])).toEqual([null]);
    expect(since([], exemption("2026-11-22"))).toEqual([Date.parse("2026-11-23")]);
    expect(since([], exemption("2026-12-01"))).toEqual([Date.parse("2026-11-18")]);
  });
});

it("what comes beside grants of a baseline is told of by itself, and since when that came", () => {
  const HOUR = 3_600_000;
  const old = grant(ANN.id, NOTETAKER, { createdAt: AS_OF - 1000 * HOUR });
  const later = [1, 2].map((hours) => grant(ANN.id, NOTETAKER, { createdAt: AS_OF - hours * HOUR }));
  const granted = new Date(old.createdAt!).toISOString();
  const baseline = {
    version: 1,
    expires: "2027-01-31",
    grants: [{ app: "Notetaker", user: ANN.username, granted }],
  };
  const text = JSON.stringify({ ...POLICY, baseline: "known.yaml" });
  const parsed = parsePolicy(text, "policy.yaml", () => ({ text: JSON.stringify(baseline) }));
  if ("problems" in parsed) throw new PolicyError(parsed.problems);
  const conditions = (grants: Grant[]) => {
    const inventory = inventoryOf({ users: [ANN], grants, apps: [SLACK, NOTETAKER] });
    return conditionsOf(evaluate(parsed.policy, inventory, AS_OF));
  };
  const [known, ...none] = conditions([old]);
  expect(none).toEqual([]);
  const [same, beside, ...more] = conditions([old, ...later]);
  expect([same, more]).toEqual([known, []]);
  expect(beside).toMatchObject({ kind: "unlisted-app", since: AS_OF - 2 * HOUR, details: { grants: "2" } });
  expect(conditions([old, later[0]!]).map(({ key }) => key)).toEqual([known!.key, beside!.key]);
  expect(conditions(later).map(({ key }) => key)).toEqual([known!.key]);
});

it("every event is as its schema says, and has an id of its own", () => {
  const matches = new Ajv({ strict: true }).compile(EventSchema);
  fc.assert(
    fc.property(cases, ({ policy, inventory }) => {
      const conditions = conditionsOf(evaluate(policy.policy, inventory, AS_OF));
      const events = conditions.map((one) => eventOf(one, "begun", ABOUT, AS_OF));
      for (const event of events) if (!matches(event)) throw new Error(JSON.stringify(matches.errors));
      expect(new Set(events.map(({ id }) => id)).size).toBe(new Set(conditions.map(({ key }) => key)).size);
      expect(new Set(conditions.map(({ key }) => key)).size).toBe(conditions.length);
    }),
  );
});

describe("what begins together", () => {
  const many = (number: number, changed: Partial<PolicyFile> = {}) => {
    const users = Array.from({ length: number }, (_, i) => user(i + 10));
    const grants = [BOSS, ...users].map(({ id }) => grant(id, NOTETAKER));
    return together(conditionsOf(judged(grants, changed, [BOSS, ...users])));
  };

  it("of one app is one message from the fourth user on, what is critical stays alone", () => {
    expect(many(3).map(({ kind }) => kind)).toEqual([
      "high-privilege-grant",
      "unlisted-app",
      "unlisted-app",
      "unlisted-app",
    ]);
    const [critical, rest, ...more] = many(12);
    expect([critical?.severity, more]).toEqual(["critical", []]);
    expect(rest).toMatchObject({
      kind: "unlisted-app",
      text: "Notetaker holds grants of 12 users that were not reported before (user10@dieppe.example, user11@dieppe.example, user12@dieppe.example and 9 more), and the policy does not list it",
      user: null,
      details: { users: "12", grants: "12", why: "not-listed" },
    });
  });

  it("an app and an identity provider of one name are two messages, each with the command for its own", () => {
    const users = Array.from({ length: 4 }, (_, i) => user(i + 10));
    const namesake = { ...GOOGLE, name: NOTETAKER.name };
    const grants = users.flatMap(({ id }) => [grant(id, NOTETAKER), { ...link(id), app: namesake }]);
    const org = inventoryOf({ users, grants, apps: [NOTETAKER, namesake] });
    const policy = policyOf({ unlistedIdentityProviders: "report" });
    const all = together(conditionsOf(evaluate(policy, org, AS_OF)));
    const commands = all.map((one) => eventOf(one, "begun", ABOUT, AS_OF).next[1]);
    expect(all.map(({ text }) => text.replace(/ \(user.*/, ""))).toEqual([
      "Notetaker holds grants of 4 users that were not reported before",
      "Notetaker (identity provider) holds grants of 4 users that were not reported before",
    ]);
    expect(commands).toEqual([
      "npx sanctioned revoke --app Notetaker --reason 'alert of a watch'",
      "npx sanctioned revoke --app 'Notetaker (identity provider)' --reason 'alert of a watch'",
    ]);
  });

  it("loses nobody: as many users are told of as there are", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        const each = conditionsOf(evaluate(policy.policy, inventory, AS_OF));
        const usersIn = (conditions: readonly Condition[]) =>
          conditions.reduce(
            (sum, { user: one, details }) => sum + (one === null ? Number(details.users ?? 1) : 1),
            0,
          );
        expect(usersIn(together(each))).toBe(usersIn(each));
      }),
    );
  });
});

describe("law: a watch revokes of leavers alone, and of them no more than an update would", () => {
  it("whatever the org and policy", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        const evaluation = evaluate(policy.policy, inventory, AS_OF);
        const mine = leaversPlan(evaluation).plan.revocations;
        const all = plan(evaluation.decisions, evaluation).revocations;
        for (const {
          code,
          user: { id },
          app: { key },
          grants,
        } of mine) {
          expect(["user-inactive", "user-offboarded", "user-frozen"]).toContain(code);
          const planned = all.find((other) => other.user.id === id && other.app.key === key);
          expect(planned?.grants).toEqual(expect.arrayContaining([...grants]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is held to the limits by itself", () => {
    const leavers = [GONE.id, COLD.id].map((id) => grant(id, SLACK));
    const within = leaversPlan(
      judged([...leavers, ...Array.from({ length: 20 }, () => grant(ANN.id, SLACK))]),
    );
    expect([countGrants(within.plan), within.refusal]).toEqual([2, null]);
    expect(leaversPlan(judged(leavers)).refusal).toContain("100.0% (2/2), over 25%");
    expect(leaversPlan(judged([...leavers], { limits: { percent: 100, revocations: 1 } })).refusal).toContain(
      "over the limit of 1",
    );
    expect(
      countGrants(leaversPlan(judged(leavers, { leavers: { inactive: "report", frozen: "report" } })).plan),
    ).toBe(0);
    expect(countGrants(leaversPlan(judged(leavers, { protected: { users: [GONE.username] } })).plan)).toBe(1);
    expect(countGrants(leaversPlan(judged(leavers, { mode: "report" })).plan)).toBe(0);
  });
});
