import { describe, expect, it } from "vitest";
import { findings, findingText } from "../../src/decide/findings.ts";
import { type AppSettings, EMPTY_DIRECTORY } from "../../src/inventory/inventory.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const TWINS = [app("Slack", sfId("0H4", 3)), app("Slack"), app("Slack", sfId("0H4", 2))] as const;
const BOBS = app("Bob's Tool");
const ANN = user(1, { username: "ann@dieppe.example" });
const BEN = user(2, { username: "ben@dieppe.example" });
const BOT = user(999);
const STRANGER = sfId("005", 77);

/** The findings of a policy on an org where Ann holds Slack and Bob's Tool, as `code severity: text`. */
function found(policy: Partial<PolicyFile>, settings?: Partial<AppSettings>, twins = 0): string[] {
  const inventory = inventoryOf({
    caller: { userId: BOT.id, username: BOT.username, sessionApp: null, namedApp: null },
    users: [ANN, BEN, BOT],
    apps: [SLACK, BOBS, ...TWINS.slice(0, twins)],
    directory: {
      ...EMPTY_DIRECTORY,
      permissionHolders: new Map([
        ["ModifyAllData", new Set([ANN.id, BOT.id])],
        ["ViewAllData", new Set([STRANGER])],
      ]),
      appSettings: new Map(
        settings === undefined
          ? []
          : [
              [
                SLACK.key,
                {
                  scopes: null,
                  adminApprovedUsersOnly: null,
                  refreshTokenDays: null,
                  ipRelaxation: null,
                  ...settings,
                },
              ],
            ],
      ),
    },
    grants: [
      grant(ANN.id, SLACK),
      grant(ANN.id, BOBS, { createdAt: null }),
      grant(BOT.id, SLACK),
      grant(BEN.id, BOBS),
      grant(STRANGER, SLACK),
    ],
  });
  const parsed = policyFromObject({ version: 1, unlisted: "report", apps: [], ...policy }, "policy", () => ({
    text: "version: 1\nexpires: 2026-11-22\nwritten: 2026-11-23\ngrants: [{ app: Slack, user: ann@dieppe.example }]\n",
  }));
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  const resolution = resolvePolicy(parsed.policy, inventory, AS_OF);
  if ("problems" in resolution) throw new Error(formatProblems(resolution.problems));
  return findings({ resolved: resolution.resolved, inventory, asOf: AS_OF }).map(
    (finding) => `${finding.code} ${finding.severity}: ${findingText(finding)}`,
  );
}

const slack = (more: object) => ({ apps: [{ id: SLACK.id!, users: "everyone" as const, ...more }] });
const exempt = (expires: string, more: object = { app: "Slack" }) => ({
  exemptions: [{ reason: "Migrating", owner: "it@dieppe.example", expires, ...more }],
});

describe("findings", () => {
  it.each<[rule: string, Parameters<typeof found>, expected: string[]]>([
    ["nothing where nothing is amiss", [slack({})], []],
    [
      "a match by name alone",
      [{ apps: [{ name: BOBS.name, users: "everyone" }] }],
      ["weak-match note: Bob's Tool: matched by name alone; give the app's `id`"],
    ],
    [
      "another app of the same name",
      [slack({}), undefined, 1],
      [
        `name-shared warning: Slack: another app has the same name (others: ${TWINS[0].id}); tell people which is meant, or rename one`,
      ],
    ],
    [
      "every other app of the same name, in the order of their ids",
      [slack({}), undefined, 3],
      [
        `name-shared warning: Slack: another app has the same name (others: ${TWINS[2].id}, ${TWINS[0].id}, one without an id); tell people which is meant, or rename one`,
      ],
    ],
    [
      "the id of an app that is matched by name alone",
      [{ apps: [{ name: "Slack", users: "everyone" }] }],
      [`weak-match note: Slack: matched by name alone (id: ${SLACK.id}); give the app's \`id\``],
    ],
    ["a review on its last day is not overdue", [slack({ reviewBy: "2026-11-23" })], []],
    [
      "a review on the day after is",
      [slack({ reviewBy: "2026-11-22" })],
      [
        "review-overdue warning: Slack: its review is overdue (since: 2026-11-23); review it and move `reviewBy` on",
      ],
    ],
    [
      "an exemption that has expired",
      [exempt("2026-11-22")],
      [
        "exemption-expired warning: Slack: the exemption has expired (until: 2026-11-22, owner: it@dieppe.example); renew it or take it out",
      ],
    ],
    [
      "an exemption that ends within 14 days",
      [exempt("2026-12-06")],
      [
        "exemption-expiring warning: Slack: the exemption expires soon (until: 2026-12-06, owner: it@dieppe.example); renew it or settle the matter",
      ],
    ],
    ["an exemption that ends a day later", [exempt("2026-12-07")], []],
    [
      "an exemption that matches no grant",
      [exempt("2026-12-31", { app: "Slack", user: "user999@dieppe.example" })],
      [],
    ],
    [
      "an exemption that matches none",
      [exempt("2026-12-31", { app: BOBS.name, user: "user999@dieppe.example" })],
      [
        "exemption-unused note: Bob's Tool, user999@dieppe.example: the exemption matches no grant (until: 2026-12-31, owner: it@dieppe.example); take it out",
      ],
    ],
    [
      "a denied app that the org does not have",
      [{ apps: [{ name: "Data Loader", sanctioned: false }] }],
      ["app-absent note: the org has no such app (name: Data Loader); take it out once no org needs it"],
    ],
    [
      "a baseline that has expired",
      [{ baseline: "b.yaml" }],
      [
        "baseline-expired warning: the baseline has expired (until: 2026-11-22, grants: 1); empty the baseline, or renew it",
      ],
    ],
    [
      "an exemption of a user for any app is used by each of the user's grants",
      [exempt("2026-12-31", { user: ANN.username })],
      [],
    ],
    [
      "an exemption of a user for an app that they do not have is unused, whatever others they have",
      [exempt("2026-12-31", { app: "Slack", user: BEN.username })],
      [
        "exemption-unused note: Slack, ben@dieppe.example: the exemption matches no grant (until: 2026-12-31, owner: it@dieppe.example); take it out",
      ],
    ],
    ["scopes that can be read are no finding", [slack({ scopes: ["api"] }), { scopes: ["api", "full"] }], []],
    [
      "a setting that is unknown though others are known",
      [
        slack({ settings: { ipRelaxation: "enforce", adminApprovedUsersOnly: true } }),
        { ipRelaxation: "enforce" },
      ],
      [
        "setting-unreadable warning: Slack: the org does not let the app's setting be read (setting: adminApprovedUsersOnly); look at it in Setup",
      ],
    ],
    [
      "settings that are as required are no finding",
      [
        slack({
          settings: { ipRelaxation: "enforce", adminApprovedUsersOnly: true, refreshTokenMaxDays: 9 },
        }),
        { ipRelaxation: "enforce", adminApprovedUsersOnly: true, refreshTokenDays: 9 },
      ],
      [],
    ],
    [
      "scopes that cannot be read",
      [slack({ scopes: ["api"] })],
      [
        "scopes-unreadable warning: Slack: the org does not let the app's scopes be read; look at them in Setup",
      ],
    ],
    [
      "custom scopes, which no policy judges",
      [slack({ scopes: ["api"] }), { scopes: ["api"], customScopes: ["order_status", "stock"] }],
      [
        "custom-scopes warning: Slack: the app may ask for custom scopes besides, which no policy judges (scopes: order_status stock); look in Setup, OAuth Custom Scopes, what they give",
      ],
    ],
    [
      "custom scopes that cannot be read",
      [slack({ scopes: ["api"] }), { scopes: ["api"], customScopes: null }],
      [
        "custom-scopes-unreadable warning: Slack: the org does not let the app's custom scopes be read, which it may ask for besides; look at them in Setup, OAuth Custom Scopes",
      ],
    ],
    [
      "custom scopes of an app that no rule on scopes is for: none",
      [slack({}), { scopes: ["api"], customScopes: ["stock"] }],
      [],
    ],
    [
      "a setting that cannot be read",
      [slack({ settings: { ipRelaxation: "enforce" } })],
      [
        "setting-unreadable warning: Slack: the org does not let the app's setting be read (setting: ipRelaxation); look at it in Setup",
      ],
    ],
    [
      "a setting that differs",
      [slack({ settings: { adminApprovedUsersOnly: true } }), { adminApprovedUsersOnly: false }],
      [
        "setting-differs error: Slack: the app is not set up as required (setting: adminApprovedUsersOnly, wanted: true, found: false); change it in Setup",
      ],
    ],
    [
      "refresh tokens that never end",
      [slack({ settings: { refreshTokenMaxDays: 90 } }), { refreshTokenDays: Number.POSITIVE_INFINITY }],
      [
        "setting-differs error: Slack: the app is not set up as required (setting: refreshTokenMaxDays, wanted: 90, found: no end, as configured); change it in Setup",
      ],
    ],
    [
      "refresh tokens that end sooner are well",
      [slack({ settings: { refreshTokenMaxDays: 90 } }), { refreshTokenDays: 30 }],
      [],
    ],
    [
      "each recent grant of a user of high privilege, and none of the tool's own",
      [{ ...slack({}), highPrivilege: { permissions: ["ModifyAllData"], grantedSince: "2026-11-01" } }],
      [
        "high-privilege-grant warning: Slack, ann@dieppe.example: granted by a user of high privilege (through: the permission ModifyAllData, granted: 2026-11-23); exempt it, or lower the user's privileges",
        "high-privilege-grant warning: Bob's Tool, ann@dieppe.example: granted by a user of high privilege (through: the permission ModifyAllData, granted: unknown); exempt it, or lower the user's privileges",
      ],
    ],
    [
      "a powerful user whom the org does not list, by id",
      [{ ...slack({}), highPrivilege: { permissions: ["ViewAllData"] } }],
      [
        `high-privilege-grant warning: Slack, ${STRANGER}: granted by a user of high privilege (through: the permission ViewAllData, granted: 2026-11-23); exempt it, or lower the user's privileges`,
      ],
    ],
    [
      "of high privilege no grant that an exception names; one that is due for review holds",
      [
        {
          ...slack({}),
          highPrivilege: {
            permissions: ["ModifyAllData"],
            exceptions: [
              { user: ANN.username, app: "Slack", reason: "a", owner: "it", reviewBy: "2026-11-22" },
              { app: BOBS.name, reason: "a", owner: "it", reviewBy: "2026-11-23" },
            ],
          },
        },
      ],
      [
        "review-overdue warning: Slack, ann@dieppe.example: its review is overdue (since: 2026-11-23, owner: it); review it and move `reviewBy` on",
      ],
    ],
    [
      "an exception of an app that is gone",
      [
        {
          ...slack({}),
          highPrivilege: {
            profiles: ["Standard User"],
            exceptions: [{ app: "Gone Forever", reason: "a", owner: "it", reviewBy: "2027-11-22" }],
          },
        },
      ],
      ["app-absent note: the org has no such app (name: Gone Forever); take it out once no org needs it"],
    ],
    [
      "scopes of unlisted apps that hold grants and cannot be read",
      [{ ...slack({}), unlistedScopes: ["api"] }],
      [
        "scopes-unreadable warning: Bob's Tool: the org does not let the app's scopes be read; look at them in Setup",
      ],
    ],
    [
      "of protected ones none",
      [{ ...slack({}), unlistedScopes: ["api"], protected: { apps: [BOBS.name] } }],
      [],
    ],
    [
      "of ones that a pattern denies none",
      [{ ...slack({}), unlistedScopes: ["api"], appsLike: [{ name: "Bob*", sanctioned: false }] }],
      [],
    ],
    [
      "of any none where they are revoked anyhow",
      [{ ...slack({}), unlistedScopes: ["api"], unlisted: "revoke", platformApps: "revoke" }],
      [],
    ],
    [
      "of one that can be read none",
      [{ unlistedScopes: ["api"], protected: { apps: [BOBS.name] } }, { scopes: ["api"] }],
      [],
    ],
  ])("%s", (_rule, input, expected) => {
    expect(found(...input)).toEqual(expected);
  });

  it("a permission that the org does not know is a problem at its line", () => {
    expect(() => found({ highPrivilege: { permissions: ["FlyToTheMoon"] } })).toThrow(
      'policy at highPrivilege.permissions[0]: no permission "FlyToTheMoon" in Dieppe',
    );
  });
});
