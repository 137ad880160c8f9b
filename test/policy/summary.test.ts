import { describe, expect, it } from "vitest";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { summarizePolicy } from "../../src/policy/summary.ts";

const ID = "0H4000000000001CAA";

function summary(policy: Partial<PolicyFile>, baseline = "") {
  const parsed = policyFromObject({ version: 1, unlisted: "report", apps: [], ...policy }, "policy", () => ({
    text: baseline,
  }));
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  return summarizePolicy(parsed.policy);
}
const BARE = { unlisted: "report", limits: { revocations: 50, percent: 25, perApp: 50 }, apps: {} };
const because = { reason: "Migrating", owner: "it@dieppe.example", expires: "2026-12-31" };
const slack = (more: object) => ({ apps: [{ name: "Slack", users: "everyone" as const, ...more }] });

describe("the summary says everything that a policy says", () => {
  it.each<[what: string, policy: Partial<PolicyFile>, said: object]>([
    ["nothing but what always holds, of a policy that says no more", {}, {}],
    ["its mode", { mode: "report" }, { mode: "report" }],
    ["nothing of a mode that is the default", { mode: "enforce" }, {}],
    [
      "its limits",
      { limits: { revocations: 1, percent: 2, perApp: 3 } },
      { limits: { revocations: 1, percent: 2, perApp: 3 } },
    ],
    ["who left", { offboarded: ["b@x.example", "a@x.example"] }, { offboarded: "a@x.example, b@x.example" }],
    [
      "what happens to leavers, where that is not revoking",
      { leavers: { offboarded: "report", inactive: "revoke", frozen: "report" } },
      { leavers: { offboarded: "report", frozen: "report" } },
    ],
    ["inactive users too", { leavers: { inactive: "report" } }, { leavers: { inactive: "report" } }],
    [
      "who is powerful, and since when it matters",
      {
        highPrivilege: {
          permissions: ["ManageUsers"],
          profiles: ["Admin"],
          permissionSets: ["Root"],
          action: "revoke",
          grantedSince: "2026-11-01",
        },
      },
      {
        highPrivilege: {
          permissions: "ManageUsers",
          profiles: "Admin",
          permissionSets: "Root",
          action: "revoke",
          grantedSince: "2026-11-01",
        },
      },
    ],
    [
      "and for whom not",
      {
        highPrivilege: {
          profiles: ["Admin"],
          exceptions: [{ app: "Slack", reason: "Deploys", owner: "it", reviewBy: "2027-01-01" }],
        },
      },
      {
        highPrivilege: {
          profiles: "Admin",
          action: "alert",
          exceptions: { "Slack, any user": { reason: "Deploys", owner: "it", reviewBy: "2027-01-01" } },
        },
      },
    ],
    [
      "what is denied by its name",
      { appsLike: [{ name: "Dr*", sanctioned: false, reason: "Breach" }] },
      { appsLike: { "Dr*": { sanctioned: false, reason: "Breach" } } },
    ],
    ["what unlisted apps may ask for", { unlistedScopes: ["web", "api"] }, { unlistedScopes: "api, web" }],
    ["that nobody is in scope", slack({ users: "nobody" }), { apps: { Slack: { users: "nobody" } } }],
    [
      "or for how long",
      { highPrivilege: { profiles: ["Admin"], grantedWithinDays: 30 } },
      { highPrivilege: { profiles: "Admin", action: "alert", grantedWithinDays: 30 } },
    ],
    [
      "who and what is protected",
      { protected: { users: ["a@x.example"], apps: ["Slack"] } },
      { protected: { users: "a@x.example", apps: "Slack" } },
    ],
    ["only apps, where no users are", { protected: { apps: ["Slack"] } }, { protected: { apps: "Slack" } }],
    [
      "exemptions, to their last day",
      {
        exemptions: [
          { app: "Slack", ...because },
          { user: "a@x.example", ...because },
          { app: "Slack", user: "a@x.example", ...because },
        ],
      },
      {
        exemptions: {
          "Slack, a@x.example": because,
          "Slack, any user": because,
          "any app, a@x.example": because,
        },
      },
    ],
    [
      "the defaults, which hold for unlisted apps too",
      { defaults: { maxAgeDays: 9 } },
      { defaults: { maxAgeDays: 9 } },
    ],
    ["that a use that cannot be judged is revoked", { unknownUse: "revoke" }, { unknownUse: "revoke" }],
    ["nothing of one that is reported, as by default", { unknownUse: "report" }, {}],
    ["that sessions end", { sessions: "end" }, { sessions: "end" }],
    ["nothing of sessions that are reported, as by default", { sessions: "report" }, {}],
    [
      "its org",
      { org: { id: "00D000000001942EAA", name: "Dieppe" } },
      { org: { name: "Dieppe", id: "00D000000001942EAA" } },
    ],
    ["its org by name alone", { org: { name: "Dieppe" } }, { org: { name: "Dieppe" } }],
    [
      "a denied app",
      { apps: [{ id: ID, sanctioned: false, reason: "Vishing" }] },
      { apps: { [ID]: { sanctioned: false, reason: "Vishing" } } },
    ],
    [
      "an app by name and id",
      { apps: [{ id: ID, name: "Slack", users: "everyone" }] },
      { apps: { [`Slack (${ID})`]: { users: "everyone" } } },
    ],
    [
      "all of an app",
      slack({
        mode: "report",
        owner: "it",
        reason: "Chat",
        reviewBy: "2027-03-31",
        scopes: ["refresh_token", "api"],
        settings: { adminApprovedUsersOnly: false, refreshTokenMaxDays: 30, ipRelaxation: "enforce" },
        maxIdleDays: 1,
        maxAgeDays: 2,
        neverUsedAfterDays: 3,
      }),
      {
        apps: {
          Slack: {
            mode: "report",
            owner: "it",
            reason: "Chat",
            reviewBy: "2027-03-31",
            users: "everyone",
            scopes: "api, refresh_token",
            settings: { adminApprovedUsersOnly: false, refreshTokenMaxDays: 30, ipRelaxation: "enforce" },
            maxIdleDays: 1,
            maxAgeDays: 2,
            neverUsedAfterDays: 3,
          },
        },
      },
    ],
    [
      "every way to say who",
      slack({
        users: {
          profiles: ["A"],
          usernames: ["b@x.example"],
          usernamesLike: ["c*"],
          permissionSets: ["D"],
          permissionSetGroups: ["E"],
          roles: ["F"],
          rolesAndSubordinates: ["G"],
          publicGroups: ["H"],
          userTypes: ["Standard"],
          except: { profiles: ["Z"] },
        },
      }),
      {
        apps: {
          Slack: {
            users: {
              profiles: "A",
              usernames: "b@x.example",
              usernamesLike: "c*",
              permissionSets: "D",
              permissionSetGroups: "E",
              roles: "F",
              rolesAndSubordinates: "G",
              publicGroups: "H",
              userTypes: "Standard",
              except: { profiles: "Z" },
            },
          },
        },
      },
    ],
    [
      "that everyone but some are meant",
      slack({ users: { everyone: true, except: { profiles: ["Z"] } } }),
      { apps: { Slack: { users: { everyone: true, except: { profiles: "Z" } } } } },
    ],
  ])("%s", (_what, policy, said) => {
    expect(summary(policy)).toEqual({ ...BARE, ...said });
  });

  it("how many grants its baseline knows, and until when", () => {
    const text =
      "version: 1\nexpires: 2026-12-31\nwritten: 2026-11-23\ngrants: [{ app: Slack, user: a@x.example }]\n";
    expect(summary({ baseline: "b.yaml" }, text)).toEqual({ ...BARE, baseline: "1 grants until 2026-12-31" });
  });
});

describe("the summary", () => {
  it("does not depend on the order of apps, of exemptions and of names in a list", () => {
    const apps = [
      { name: "B", users: { profiles: ["Y", "X"] } },
      { name: "A", users: "everyone" as const },
    ];
    const exemptions = [
      { app: "B", ...because },
      { app: "A", ...because },
    ];
    const turned = [{ name: "B", users: { profiles: ["X", "Y"] } }, apps[1]!].toReversed();
    expect(JSON.stringify(summary({ apps: turned, exemptions: exemptions.toReversed() }))).toBe(
      JSON.stringify(summary({ apps, exemptions })),
    );
  });

  it("keeps two exemptions of one user apart, in an order of its own", () => {
    const two = [
      { user: "a@x.example", ...because, reason: "Z" },
      { user: "a@x.example", ...because, reason: "A" },
    ];
    const said = { ...because, owner: "it@dieppe.example" };
    expect(summary({ exemptions: two }).exemptions).toEqual({
      "any app, a@x.example": { ...said, reason: "A" },
      "any app, a@x.example #2": { ...said, reason: "Z" },
    });
    expect(summary({ exemptions: two.toReversed() })).toEqual(summary({ exemptions: two }));
  });

  it("has no key that starts with `__`, which is the engine's own", () => {
    expect(Object.keys(summary({ apps: [{ name: "__proto__", users: "everyone" }] }).apps as object)).toEqual(
      ['"__proto__"'],
    );
  });

  it("has no key that is another app's, whatever the names, also in another version of the policy", () => {
    const id = "0H4000000000001CAA";
    const of = (part: object) =>
      Object.keys(summary({ apps: [{ users: "everyone", ...part }] }).apps as object);
    const keys = [
      { id },
      { name: id },
      { name: `"${id}"` },
      { name: "Slack", id },
      { name: `Slack (${id})` },
    ];
    expect(keys.flatMap(of)).toEqual([id, `"${id}"`, `"\\"${id}\\""`, `Slack (${id})`, `"Slack (${id})"`]);
    const whose = (app: string, user: string) =>
      Object.keys(summary({ exemptions: [{ app, user, ...because }] }).exemptions as object)[0];
    expect(whose("a, b", "c@x.example")).not.toBe(whose("a", "b, c@x.example"));
    expect(whose("any app", "c@x.example")).toBe('"any app", c@x.example');
  });

  it("never shows two different lists as the same text", () => {
    const profiles = (...names: string[]) => JSON.stringify(summary(slack({ users: { profiles: names } })));
    expect(
      new Set([profiles("A, B"), profiles("A", "B"), profiles('"A, B"'), profiles('"A', 'B"')]).size,
    ).toBe(4);
  });
});
