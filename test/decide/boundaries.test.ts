import { describe, expect, it } from "vitest";
import { decideByHand } from "../../src/decide/byHand.ts";
import { findings } from "../../src/decide/findings.ts";
import { type AppSettings, EMPTY_DIRECTORY, type Grant } from "../../src/inventory/inventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems, PolicyError } from "../../src/policy/problem.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", "0H4000000000001CAA");
const ANN = user(1, { username: "ann@dieppe.example" });
const BEN = user(2, { username: "ben@dieppe.example" });

interface Org {
  readonly one?: Partial<Grant>;
  readonly settings?: Partial<AppSettings>;
}

/** Ann's one grant of Slack. */
function org({ one = {}, settings }: Org = {}) {
  const known = { scopes: null, adminApprovedUsersOnly: null, refreshTokenDays: null, ipRelaxation: null };
  return inventoryOf({
    users: [ANN, BEN],
    apps: [SLACK],
    directory: {
      ...EMPTY_DIRECTORY,
      permissionHolders: new Map([["ModifyAllData", new Set([ANN.id])]]),
      appSettings: new Map(settings === undefined ? [] : [[SLACK.key, { ...known, ...settings }]]),
    },
    grants: [grant(ANN.id, SLACK, one)],
  });
}

function parsed(policy: Partial<PolicyFile>, baseline = ""): Policy {
  const result = policyFromObject(
    { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], ...policy },
    "policy",
    () => ({
      text: baseline,
    }),
  );
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return result.policy;
}

const slack = (more: object = {}) => ({ apps: [{ id: SLACK.id!, users: "everyone" as const, ...more }] });
const exempt = (expires: string) => ({
  exemptions: [{ app: "Slack", reason: "Migrating", owner: "it@dieppe.example", expires }],
});
const baseline = (expires: string, granted = "") =>
  `version: 1\nexpires: ${expires}\nwritten: 2026-11-23\ngrants: [{ app: Slack, user: Ann@dieppe.example${granted} }]\n`;
const midnight = (day: string) => Date.parse(`${day}T00:00:00Z`);

describe("each limit of time holds to its millisecond: what is decided before, at and after it", () => {
  const decidedAt = (policy: Policy, inventory: ReturnType<typeof org>) => (asOf: number) => {
    const [only] = evaluate(policy, inventory, asOf).decisions;
    return only!.heldBackBy ?? only!.code;
  };
  const time = { createdAt: AS_OF, lastUsedAt: AS_OF };
  it.each<
    [rule: string, policy: Policy, one: Partial<Grant>, limit: number, codes: [string, string, string]]
  >([
    [
      "an exemption ends with its last day",
      parsed(exempt("2026-12-31")),
      {},
      midnight("2027-01-01"),
      ["exempt", "app-not-listed", "app-not-listed"],
    ],
    [
      "a baseline ends with its last day",
      parsed({ baseline: "b.yaml" }, baseline("2026-12-31")),
      {},
      midnight("2027-01-01"),
      ["baseline", "app-not-listed", "app-not-listed"],
    ],
    [
      "idle",
      parsed(slack({ maxIdleDays: 30 })),
      time,
      AS_OF + 30 * DAY_MS,
      ["sanctioned", "sanctioned", "idle"],
    ],
    [
      "too old",
      parsed(slack({ maxAgeDays: 30 })),
      time,
      AS_OF + 30 * DAY_MS,
      ["sanctioned", "sanctioned", "too-old"],
    ],
    [
      "never used",
      parsed(slack({ neverUsedAfterDays: 30 })),
      { ...time, lastUsedAt: null, useCount: 0 },
      AS_OF + 30 * DAY_MS,
      ["sanctioned", "sanctioned", "never-used"],
    ],
    [
      "granted within so many days",
      parsed({
        ...slack(),
        highPrivilege: { permissions: ["ModifyAllData"], action: "revoke", grantedWithinDays: 30 },
      }),
      time,
      AS_OF + 30 * DAY_MS,
      ["high-privilege-grant", "high-privilege-grant", "sanctioned"],
    ],
  ])("%s", (_rule, policy, one, limit, codes) => {
    expect([limit - 1, limit, limit + 1].map(decidedAt(policy, org({ one })))).toEqual(codes);
  });

  it("granted since a day", () => {
    const policy = parsed({
      ...slack(),
      highPrivilege: { permissions: ["ModifyAllData"], action: "revoke", grantedSince: "2026-11-01" },
    });
    const limit = midnight("2026-11-01");
    expect(
      [limit - 1, limit, limit + 1].map((createdAt) => decidedAt(policy, org({ one: { createdAt } }))(AS_OF)),
    ).toEqual(["sanctioned", "high-privilege-grant", "high-privilege-grant"]);
  });

  it("how long an exemption may last is counted to the beginning of its last day", () => {
    const policy = parsed({ ...exempt("2026-12-31"), maxExemptionDays: 30 });
    const earliest = midnight("2026-12-31") - 30 * DAY_MS;
    const resolves = (asOf: number) => {
      try {
        evaluate(policy, org(), asOf);
        return "taken";
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        return formatProblems(error.problems);
      }
    };
    expect([earliest, earliest + 1].map(resolves)).toEqual(["taken", "taken"]);
    expect(resolves(earliest - 1)).toContain(
      "policy at exemptions[0].expires: the exemption lasts longer than 30 days from now; let it expire by 2026-12-30 and renew it then, or raise `maxExemptionDays`",
    );
  });
});

describe("each finding of time begins at its millisecond: what is found before, at and after it", () => {
  const foundAt = (policy: Policy, inventory: ReturnType<typeof org>) => (asOf: number) =>
    findings({ resolved: resolvedOf(policy, inventory), inventory, asOf }).map(({ code }) => code);
  const resolvedOf = (policy: Policy, inventory: ReturnType<typeof org>) =>
    evaluate(policy, inventory, AS_OF).resolved;

  it.each<[rule: string, policy: Policy, limit: number, codes: [string[], string[], string[]]]>([
    [
      "a review is overdue when its day is over",
      parsed(slack({ reviewBy: "2026-12-31" })),
      midnight("2027-01-01"),
      [[], ["review-overdue"], ["review-overdue"]],
    ],
    [
      "an exemption is about to expire when 14 days are left",
      parsed(exempt("2026-12-31")),
      midnight("2026-12-18"),
      [[], ["exemption-expiring"], ["exemption-expiring"]],
    ],
    [
      "an exemption has expired when its day is over",
      parsed(exempt("2026-12-31")),
      midnight("2027-01-01"),
      [["exemption-expiring"], ["exemption-expired"], ["exemption-expired"]],
    ],
    [
      "a baseline has expired when its day is over",
      parsed({ baseline: "b.yaml" }, baseline("2026-12-31")),
      midnight("2027-01-01"),
      [[], ["baseline-expired"], ["baseline-expired"]],
    ],
    [
      "a grant of a powerful user is found for as many days as are asked for",
      parsed({ ...slack(), highPrivilege: { permissions: ["ModifyAllData"], grantedWithinDays: 30 } }),
      AS_OF + 30 * DAY_MS,
      [["high-privilege-grant"], ["high-privilege-grant"], []],
    ],
  ])("%s", (_rule, policy, limit, codes) => {
    expect([limit - 1, limit, limit + 1].map(foundAt(policy, org()))).toEqual(codes);
  });

  it("a baseline without grants does not expire: there is nothing to do", () => {
    const policy = parsed(
      { baseline: "b.yaml" },
      "version: 1\nexpires: 2026-12-31\nwritten: 2026-11-23\ngrants: []\n",
    );
    expect(foundAt(policy, org())(midnight("2027-06-01"))).toEqual([]);
  });

  it("refresh tokens may live as long as is allowed, and no longer", () => {
    const policy = parsed(slack({ settings: { refreshTokenMaxDays: 30 } }));
    const found = (refreshTokenDays: number) =>
      foundAt(policy, org({ settings: { refreshTokenDays } }))(AS_OF);
    expect([29.99, 30, 30.01].map(found)).toEqual([[], [], ["setting-differs"]]);
  });
});

describe("a baseline knows a grant", () => {
  const held = (text: string, one: Partial<Grant> = {}) => {
    const inventory = org({ one });
    return evaluate(parsed({ baseline: "b.yaml" }, text), inventory, AS_OF).decisions[0]!.heldBackBy;
  };
  const at = ', granted: "2026-11-23T12:00:00Z"';

  it("whatever the case of its username in the file or in the org", () => {
    expect(held(baseline("2026-12-31"))).toBe("baseline");
    const shouting = user(1, { username: "ANN@DIEPPE.EXAMPLE" });
    const inventory = { ...org(), users: new Map([[shouting.id, shouting]]) };
    const policy = parsed({ baseline: "b.yaml" }, baseline("2026-12-31"));
    expect(evaluate(policy, inventory, AS_OF).decisions[0]!.heldBackBy).toBe("baseline");
  });

  it("by its very millisecond, where the file says when it was granted", () => {
    expect(
      [AS_OF - 1, AS_OF, AS_OF + 1].map((createdAt) => held(baseline("2026-12-31", at), { createdAt })),
    ).toEqual([null, "baseline", null]);
    expect(held(baseline("2026-12-31", at), { createdAt: null })).toBeNull();
  });

  it("by the app's id as by its name", () => {
    const text = baseline("2026-12-31");
    expect(held(text.replace("Slack", SLACK.id!))).toBe("baseline");
    expect(held(text.replace("Slack", SLACK.id!.slice(0, 15)))).toBe("baseline");
    expect(held(text.replace("Slack", sfId("0H4", 2)))).toBeNull();
  });

  it("of a user whom the org lists: one whom it does not is an error", () => {
    const inventory = { ...org(), users: new Map() };
    const policy = parsed({ baseline: "b.yaml" }, baseline("2026-12-31"));
    expect(() => evaluate(policy, inventory, AS_OF)).toThrow('b.yaml:4:30: no user "ann@dieppe.example"');
  });
});

describe("revoking by hand", () => {
  const BOT = user(9);
  const SAFE = app("Safe", sfId("0H4", 2));
  const OWN = app("Own", sfId("0H4", 3));
  const [LIKE_SLACK, LIKE_SAFE, LIKE_OWN] = [like(SLACK), like(SAFE), like(OWN)];
  const inventory = inventoryOf({
    caller: { userId: BOT.id, username: BOT.username, sessionApp: OWN.name, namedApp: null },
    ownApps: [OWN.id!],
    users: [ANN, BEN, BOT],
    apps: [SLACK, SAFE, OWN, LIKE_SLACK, LIKE_SAFE, LIKE_OWN, app("")],
    grants: [],
  });
  const policy = resolve(
    {
      version: 1,
      mode: "report",
      unlisted: "report",
      apps: [{ id: SLACK.id!, users: "everyone" }],
      protected: { users: [BEN.username], apps: [SAFE.id!] },
      exemptions: [{ user: ANN.username, reason: "Migrating", owner: "it", expires: "2026-12-31" }],
    },
    inventory,
  );
  const byHand = (...grants: Grant[]) =>
    decideByHand({ resolved: policy, inventory, asOf: AS_OF }, grants).map(
      ({ action, code }) => `${action} ${code}`,
    );

  it("takes what the policy sanctions, exempts or only reports", () => {
    expect(byHand(grant(ANN.id, SLACK))).toEqual(["revoke by-hand"]);
  });

  it("keeps the tool's own user and app, and who and what is protected", () => {
    expect(
      byHand(grant(BOT.id, SLACK), grant(ANN.id, OWN), grant(BEN.id, SLACK), grant(ANN.id, SAFE)),
    ).toEqual(["keep own-user", "keep own-app", "keep protected", "keep protected"]);
  });

  it("leaves a user whom the org does not list, and what could be of the tool's own or a protected app", () => {
    expect(byHand(grant(sfId("005", 77), SLACK), grant(ANN.id, LIKE_SAFE), grant(ANN.id, LIKE_OWN))).toEqual([
      "report user-unresolved",
      "report app-unresolved",
      "report app-unresolved",
    ]);
  });

  it("takes what could be of any other app: somebody said that it goes", () => {
    expect(byHand(grant(ANN.id, LIKE_SLACK), grant(ANN.id, app("")))).toEqual([
      "revoke by-hand",
      "revoke by-hand",
    ]);
  });

  it("decides each of several grants by its own user", () => {
    expect(byHand(grant(BEN.id, SLACK), grant(ANN.id, SLACK), grant(BEN.id, SLACK))).toEqual([
      "keep protected",
      "revoke by-hand",
      "keep protected",
    ]);
  });

  it("is said to come from the command line, and is never held back", () => {
    const [only] = decideByHand({ resolved: policy, inventory, asOf: AS_OF }, [grant(ANN.id, SLACK)]);
    expect(only).toMatchObject({ at: { file: "command line", line: 0, column: 0 }, heldBackBy: null });
  });
});
