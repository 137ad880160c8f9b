import { describe, expect, it } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import type { App, Grant, Inventory } from "../../src/inventory/inventory.ts";
import { type PolicyObject, resolve } from "../arbitraries.ts";

const SLACK: App = {
  key: "0H4000000000001AAA",
  id: "0H4000000000001AAA",
  name: "Slack",
  kind: "connected-app",
};
const BOBS: App = { key: "name:Bob's", id: null, name: "Bob's", kind: "unknown" };
const NAMELESS: App = { key: "name:", id: null, name: "", kind: "unknown" };
const [ANN, BEN, BOT] = ["005000000000001AAA", "005000000000002AAA", "005000000000003AAA"] as const;

describe("decide, rule by rule", () => {
  const slackForSales = { id: SLACK.id!, users: { profiles: ["Sales User"] } };
  const rules: [
    rule: string,
    policy: Partial<PolicyObject>,
    grant: [string, App],
    answer: [string, string],
  ][] = [
    ["the tool's own user is kept, whatever the app", {}, [BOT, BOBS], ["keep", "own-user"]],
    [
      "an app that is not listed is revoked where the policy says so",
      {},
      [ANN, BOBS],
      ["revoke", "app-not-listed"],
    ],
    [
      "an app that is not listed is only reported where the policy says so",
      { unlisted: "report" },
      [ANN, BOBS],
      ["report", "app-not-listed"],
    ],
    [
      "a user whose profile is in scope is kept",
      { apps: [slackForSales] },
      [ANN, SLACK],
      ["keep", "sanctioned"],
    ],
    [
      "a user out of scope of a sanctioned app is revoked",
      { apps: [slackForSales] },
      [BEN, SLACK],
      ["revoke", "user-not-allowed"],
    ],
    [
      "unlisted: report does not spare a user out of scope of a listed app",
      { apps: [slackForSales], unlisted: "report" },
      [BEN, SLACK],
      ["revoke", "user-not-allowed"],
    ],
    [
      "a user named by username is kept",
      { apps: [{ id: SLACK.id!, users: { usernames: ["BEN@dieppe.example"] } }] },
      [BEN, SLACK],
      ["keep", "sanctioned"],
    ],
    [
      "everyone means everyone",
      { apps: [{ id: SLACK.id!, users: "everyone" }] },
      [BEN, SLACK],
      ["keep", "sanctioned"],
    ],
    [
      "a user whom the org does not list is reported",
      {},
      ["005000000000009AAA", SLACK],
      ["report", "user-unresolved"],
    ],
    ["a grant without app id and name is reported", {}, [ANN, NAMELESS], ["report", "app-unresolved"]],
  ];
  it.each(rules)("%s", (_rule, policy, [userId, app], [action, code]) => {
    const org = inventory({ userId, app, createdAt: 0, lastUsedAt: null, useCount: null });
    const [decision] = decide(resolve({ version: 1, unlisted: "revoke", apps: [], ...policy }, org), org);
    expect([decision?.action, decision?.code]).toEqual([action, code]);
  });

  it.each([
    ["name", "Bob's"],
    ["id", SLACK.id!],
  ])("the tool's own app, known by %s, is kept for every user", (_by, callerApp) => {
    const app = callerApp === SLACK.id ? SLACK : BOBS;
    const org = inventory({ userId: ANN, app, createdAt: 0, lastUsedAt: null, useCount: null }, callerApp);
    const [decision] = decide(resolve({ version: 1, unlisted: "revoke", apps: [] }, org), org);
    expect([decision?.action, decision?.code]).toEqual(["keep", "own-app"]);
  });
});

function inventory(grant: Grant, callerApp: string | null = null): Inventory {
  const user = (id: string, username: string, profileId: string) =>
    [
      id,
      { id, username, name: username, isActive: true, profileId, profileName: null, userType: "Standard" },
    ] as const;
  return {
    org: {
      id: "00D000000000001AAA",
      name: "Dieppe",
      isSandbox: false,
      instanceUrl: "https://d.example",
      apiVersion: "67.0",
    },
    caller: { userId: BOT, username: "bot@dieppe.example", app: callerApp },
    users: new Map([
      user(ANN, "ann@dieppe.example", "00e000000000001AAA"),
      user(BEN, "ben@dieppe.example", "00e000000000002AAA"),
      user(BOT, "bot@dieppe.example", "00e000000000002AAA"),
    ]),
    profiles: [
      { id: "00e000000000001AAA", name: "Sales User" },
      { id: "00e000000000002AAA", name: "Standard User" },
    ],
    apps: [SLACK, BOBS, NAMELESS],
    grants: [grant],
    proof: {
      countBefore: 1,
      countAfter: 1,
      read: 1,
      partition: "none",
      ranges: 1,
      calls: 1,
      permissions: {},
      apiVersion: "67.0",
      at: "",
    },
  };
}
