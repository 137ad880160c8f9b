import type { App, Grant, StandingAccess } from "../../src/inventory/inventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { FullPlan } from "../../src/plan/planSchema.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { buildReport, type Since } from "../../src/report/org/buildReport.ts";
import type { OrgReport, RecordedPeriod } from "../../src/report/org/orgReport.ts";
import { AS_OF, app, grant, inventoryOf, NO_STANDING_ACCESS, sfId, user } from "../inventories.ts";

/** Names that no format may take for anything but text. */
export const HOSTILE_APP =
  "=cmd|' /C calc'!A0 <script>alert(1)</script> | `x` @everyone #1 ::error::\u202e\u0007\n";
export const HOSTILE_USER = "mallory+`|<b>@dieppe.example";

const OUTLOOK = app("Outlook Plugin", sfId("0H4", 1));
const SLACK = app("Slack", sfId("0H4", 2));
const BOBS = app("Bob's Lead Scoring Tool");
const EVIL = app(HOSTILE_APP);
const DAY = 24 * 60 * 60 * 1000;

const POLICY = `version: 1
unlisted: revoke
platformApps: revoke
defaults: { maxIdleDays: 400 }
limits: { percent: 60 }
apps:
  - name: Outlook Plugin
    owner: it@dieppe.example
    reason: Logs e-mail to contacts
    reviewBy: 2026-10-31
    users: { everyone: true }
  - name: Slack
    id: ${SLACK.id}
    mode: report
    users: { profiles: [Standard User] }
exemptions:
  - { app: Bob's Lead Scoring Tool, user: user3@dieppe.example, reason: Migrating, owner: user2@dieppe.example, expires: 2026-11-30 }
highPrivilege:
  profiles: [System Administrator]
  exceptions:
    - { app: Bob's Lead Scoring Tool, reason: Read-only, owner: user2@dieppe.example, reviewBy: 2026-11-01 }
protected: { users: [user4@dieppe.example] }
`;

const USERS = [
  user(1),
  user(2, { profileName: "Standard User", profileId: sfId("00e", 1) }),
  user(3),
  user(4, { profileName: "System Administrator", profileId: sfId("00e", 2) }),
  user(5, { username: HOSTILE_USER, name: "=1+1" }),
  user(6, { isActive: false }),
];

/** A small org in which something of every kind is to be told. */
export function somePlan({
  asOf = AS_OF,
  without = [],
}: {
  asOf?: number;
  without?: readonly App[];
} = {}): FullPlan {
  const grants: Grant[] = [
    grant(USERS[0]!.id, OUTLOOK, { createdAt: AS_OF - 500 * DAY, lastUsedAt: AS_OF - 3 * DAY, useCount: 40 }),
    grant(USERS[0]!.id, SLACK, { createdAt: AS_OF - 20 * DAY, lastUsedAt: AS_OF - DAY }),
    grant(USERS[1]!.id, SLACK, { createdAt: AS_OF - 700 * DAY, lastUsedAt: AS_OF - 405 * DAY }),
    grant(USERS[1]!.id, BOBS, { createdAt: AS_OF - 900 * DAY, lastUsedAt: AS_OF - 800 * DAY }),
    grant(USERS[2]!.id, BOBS, { createdAt: AS_OF - 2 * DAY, lastUsedAt: null, useCount: 0 }),
    grant(USERS[3]!.id, EVIL, { createdAt: AS_OF - 5 * DAY }),
    grant(USERS[4]!.id, EVIL, { createdAt: null, lastUsedAt: null, useCount: null }),
    grant(USERS[4]!.id, OUTLOOK, { createdAt: AS_OF - 450 * DAY, lastUsedAt: AS_OF - 410 * DAY }),
    grant(USERS[1]!.id, OUTLOOK, { createdAt: AS_OF - 450 * DAY, lastUsedAt: null, useCount: 7 }),
    grant(USERS[5]!.id, OUTLOOK, { createdAt: AS_OF - 100 * DAY, lastUsedAt: AS_OF - 90 * DAY }),
  ];
  const inventory = inventoryOf({
    users: USERS,
    grants: grants.filter((one) => !without.includes(one.app)),
    apps: [OUTLOOK, SLACK, BOBS, EVIL],
    standingAccess: {
      ...NO_STANDING_ACCESS,
      entries: [
        standing({
          kind: "client-credentials",
          app: OUTLOOK,
          userId: USERS[0]!.id,
          knownBy: ["logins", "app-settings"],
        }),
        standing({ kind: "unnamed-flow", name: HOSTILE_APP, userId: USERS[4]!.id }),
        standing({
          kind: "session",
          couldBe: [SLACK.id!, OUTLOOK.id!],
          name: "Slack",
          knownBy: ["sessions"],
        }),
        standing({
          kind: "pre-authorized",
          app: SLACK,
          through: ["profile System Administrator"],
          lastSeen: null,
        }),
      ],
    },
  });
  const parsed = parsePolicy(POLICY, "policy/some.yaml");
  if ("problems" in parsed) throw new PolicyError(parsed.problems);
  return planFile(evaluate(parsed.policy, inventory, asOf), { all: true });
}

function standing(more: Partial<StandingAccess>): StandingAccess {
  const { app: of = null } = more;
  return {
    kind: "password",
    app: null,
    name: of?.name ?? null,
    couldBe: [],
    userId: null,
    through: [],
    lastSeen: AS_OF - DAY,
    knownBy: ["logins"],
    ...more,
  };
}

/** What was there a month before: neither the hostile app nor Slack's use. */
export const EARLIER = somePlan({ asOf: AS_OF - 30 * DAY, without: [EVIL] });

export const RECORDED: RecordedPeriod = {
  revocations: [
    {
      at: "2026-11-20T08:00:00.000Z",
      user: { id: USERS[5]!.id, username: USERS[5]!.username },
      app: { id: null, name: HOSTILE_APP },
      status: "revoked",
      actor: "bot@dieppe.example",
      why: "user not active (policy/some.yaml:2)",
    },
  ],
  whole: true,
  head: "0".repeat(64),
};

/** The report of it, against the month before and with a record. */
export function someReport(since: Since | null = { plan: EARLIER }): OrgReport {
  return buildReport(somePlan(), since, RECORDED);
}

/** The same with a trend over four months. */
export function busyReport(): OrgReport {
  const before = [30, 61, 92].map((days) =>
    somePlan({ asOf: AS_OF - days * DAY, without: days > 30 ? [EVIL] : [] }),
  );
  return buildReport(somePlan(), { plan: EARLIER }, RECORDED, before);
}
