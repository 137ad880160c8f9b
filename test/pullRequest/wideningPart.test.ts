import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FullPlan, PlanFile } from "../../src/plan/planSchema.ts";
import { widened } from "../../src/plan/widening.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { commentOn } from "../../src/pullRequest/comment.ts";
import { fleetCommentOn } from "../../src/pullRequest/fleetComment.ts";
import {
  FAIL_ON,
  isFailing,
  labelsOf,
  NOT_KNOWN,
  type Outcome,
  together,
} from "../../src/pullRequest/outcome.ts";
import { fleetWideningPart, wideningPart } from "../../src/pullRequest/wideningPart.ts";
import { app, grant, inventoryOf, sfId, user } from "../inventories.ts";
import { planned } from "../plan/widening/says.ts";
import { CLEAN, fleetOf } from "../report/fleet/someFleet.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Lead Scoring Tool");
const USERS = Array.from({ length: 20 }, (_, n) => user(n));
const ORG = inventoryOf({
  users: USERS,
  apps: [SLACK, BOBS],
  grants: [...USERS.map(({ id }) => grant(id, SLACK)), grant(USERS[0]!.id, BOBS)],
});
const policy = (more: Partial<PolicyFile> = {}): PolicyFile =>
  ({
    version: 1,
    unlisted: "revoke",
    platformApps: "revoke",
    apps: [
      {
        id: SLACK.id!,
        users: { usernames: USERS.slice(0, 18).map(({ username }) => username) },
        owner: "it@dieppe.example",
        reason: "Chat (SEC-7)",
      },
    ],
    limits: { percent: 100 },
    ...more,
  }) as PolicyFile;
const BASE = planned(policy(), ORG);
const verdict = (head: PlanFile, base: PlanFile | null = BASE) =>
  commentOn(head, base)
    .body.split("\n\n")[1]!
    .replace(/ Merging revokes.*/, "");
const everyone = { apps: [{ ...policy().apps![0]!, users: "everyone" as const }] };

describe("the verdict", () => {
  it.each<[string, PlanFile, PlanFile | null, string]>([
    ["neither", BASE, BASE, "✅ **This change revokes nothing, and allows no more than before.**"],
    [
      "it allows more",
      planned(policy(everyone), ORG),
      BASE,
      "⚠️ **This change allows more, and revokes nothing.**",
    ],
    [
      "both",
      planned(policy({ offboarded: [USERS[1]!.username], protected: { users: [USERS[2]!.username] } }), ORG),
      BASE,
      "⚠️ **This change allows more, and revokes 1 grant of 1 user.**",
    ],
    [
      "it revokes",
      planned(policy({ offboarded: [USERS[1]!.username] }), ORG),
      BASE,
      "⚠️ **This change revokes 1 grant of 1 user.**",
    ],
    [
      "no plan of before",
      planned(policy({ unlisted: "report", apps: [] }), ORG),
      null,
      "❓ **This change revokes nothing; what it allows more is not known.**",
    ],
    [
      "a plan of before by an earlier version",
      BASE,
      (({ allows: _, ...old }) => old)(BASE),
      "❓ **This change revokes nothing; what it allows more is not known.**",
    ],
  ])("%s", (_, head, base, text) => {
    expect(verdict(head, base)).toBe(text);
  });

  it.each<[string, Partial<PolicyFile>]>([
    ["an app opened to everyone", everyone],
    ["limits of everything", { limits: { percent: 100, revocations: 100_000 } }],
    ["a protected user", { protected: { users: [USERS[3]!.username] } }],
    ["a policy that only reports", { mode: "report" }],
    ["unlisted apps only reported", { unlisted: "report" }],
    ["an app listed for everyone", { apps: [...policy().apps!, { name: BOBS.name, users: "everyone" }] }],
    [
      "an exemption for years",
      {
        maxExemptionDays: 2_000,
        exemptions: [
          { app: SLACK.id!, reason: "Migrating", owner: "ben@dieppe.example", expires: "2030-01-01" },
        ],
      },
    ],
  ])("is not green: %s", (_, more) => {
    expect(verdict(planned(policy(more), ORG))).toMatch(/^⚠️ \*\*This change allows more/);
  });

  it("says so too where the limits refuse what it revokes", () => {
    const over = planned(
      policy({ ...everyone, offboarded: [USERS[1]!.username], limits: { revocations: 0 } }),
      ORG,
    );
    const { body, outcome } = commentOn(over, BASE);
    expect(body).toContain("⛔ **Over the limits: merging this revokes nothing.**");
    expect(body).toContain("⚠️ **This change allows more.**");
    expect(outcome).toMatchObject({ isOverLimits: true, widens: "high" });
  });
});

describe("what a change allows more", () => {
  it("is told with who may connect, who owns it and why", () => {
    const { body } = commentOn(planned(policy({ ...everyone, mode: "report" }), ORG), BASE);
    expect(body.slice(body.indexOf("### This change allows"), body.indexOf("**Next"))).toMatchInlineSnapshot(`
      "### This change allows more: 2 high

      20 users of the 20 who can log in may connect to something that they could not connect to before; 3 grants would have been revoked, and are not.

      | Severity | App | What | More users | Owner | Reason | Where |
      | --- | --- | --- | --- | --- | --- | --- |
      | 🔴 high |  | the whole policy only reports: nothing is revoked by it any more | 20 |  |  | p.yaml at mode |
      | 🔴 high | Slack | for everyone | 2 | \`it@dieppe.example\` | \`Chat (SEC-7)\` | \`p.yaml at apps[0]\` |

      ### Not to be revoked any more with this change: 3 grants of 3 users

      | App | User | Grants | Why | Policy | Granted | Last used | Can authorize it again |
      | --- | --- | --- | --- | --- | --- | --- | --- |
      | Slack | \`user18@dieppe.example\` | 1 | user not in scope of the app | \`p.yaml at apps[0].users\` | 2026-11-23 | 2026-11-23 | unknown |
      | Slack | \`user19@dieppe.example\` | 1 | user not in scope of the app | \`p.yaml at apps[0].users\` | 2026-11-23 | 2026-11-23 | unknown |
      | Bob's Lead Scoring Tool | \`user0@dieppe.example\` | 1 | app not listed | p.yaml at unlisted | 2026-11-23 | 2026-11-23 | only with Approve Uninstalled Connected Apps |

      "
    `);
  });

  it("is short enough to post, however much it is, and the worst is there", () => {
    const name = "`|<b>@everyone ".repeat(20);
    const apps = Array.from({ length: 3_000 }, (_, n) => ({
      name: `${name} ${n}`,
      users: "everyone" as const,
      reason: name,
    }));
    const head = planned(
      policy({ apps: [...policy().apps!, ...apps], protected: { users: [USERS[3]!.username] } }),
      ORG,
    );
    const { body } = commentOn(head, BASE);
    expect(body.length).toBeLessThan(60_001);
    expect(body).toContain("3,001");
    expect(body).toContain("… and ");
    expect(body).toContain("--base FILE --all` shows all");
    const whole = commentOn(head, BASE, { isWhole: true }).body;
    expect(whole.match(/^\| 🔴/gm)).toHaveLength(3_001);
    expect(whole).not.toContain("… and ");
  });

  it("is folded beyond what is read at a glance, and says of nobody that it is nobody", () => {
    const apps = Array.from({ length: 17 }, (_, n) => ({
      name: `App ${n}`,
      users: "everyone" as const,
      reviewBy: "2027-01-01",
      owner: `owner${n % 2}@dieppe.example`,
    }));
    const of = (reviewBy: string) =>
      planned(policy({ unlisted: "report", apps: apps.map((one) => ({ ...one, reviewBy })) }), ORG);
    const { body } = commentOn(of("2028-01-01"), of("2027-01-01"));
    expect(body).toContain(
      "### This change allows more: 17 low\n\nNobody of the 20 users who can log in may connect",
    );
    expect(body.indexOf("| 🟡 low | App 14 |")).toBeLessThan(body.indexOf("2 more that this change allows"));
    expect(body).toMatch(
      /<details><summary>2 more that this change allows<\/summary>\n\n\| Severity [^<]*App 16/,
    );
    expect(body).toContain(
      "| its review is put off from 2027-01-01 to 2028-01-01 |  | `owner0@dieppe.example` |",
    );
    expect(body).toContain("with the owners who are named.");
  });

  it("counts one grant as one", () => {
    const { body } = commentOn(planned(policy({ protected: { apps: [BOBS.name] } }), ORG), BASE);
    expect(body).toContain("before; 1 grant would have been revoked, and is not.");
  });

  it("is cut by what is shown: a character that nobody sees is shown as eight", () => {
    const unseen = `x${"\u200b\u202e".repeat(500)}`;
    const apps = Array.from({ length: 9 }, (_, n) => app(`${n}${unseen.slice(0, 240)}`));
    const org = inventoryOf({ users: USERS, apps, grants: apps.map((one) => grant(USERS[0]!.id, one)) });
    const of = (more: Partial<PolicyFile>) => planned(policy({ apps: [], ...more }), org);
    const head = of({
      apps: apps.map(({ name }) => ({ name, users: "everyone" as const, owner: unseen, reason: unseen })),
    });
    const part = wideningPart(widened(of({}), head), 0).join("\n\n");
    expect(part.match(/^\| 🔴/gm)).toHaveLength(5);
    expect(part.length).toBeLessThan(8_000);
    const { body } = commentOn(head, of({}), { refusal: unseen });
    expect(body).toMatch(/\*\*Refused:\*\* `x(\\u\{20[02][be]\}){100,190}…`/);
  });

  it("by one line of a shared policy is told once for all orgs", () => {
    const head = planned(policy(everyone), ORG);
    const one = widened(BASE, head);
    const orgs = Array.from({ length: 40 }, (_, n) => `org-${n}`);
    const part = fleetWideningPart([...orgs.map((org) => [org, one] as const), ["other", null]], 20).join(
      "\n",
    );
    expect(part).toContain("### This change allows more: 1 high");
    expect(part.match(/Slack/g)).toHaveLength(1);
    expect(part).toContain("| 40: `org-0`, `org-1`, `org-2` … | 80 |");
    expect(fleetWideningPart([["other", null]], 20)).toEqual([]);
  });
});

describe("what to do next", () => {
  const next = (head: PlanFile, base: PlanFile | null = BASE) =>
    /^\*\*Next:\*\* (.*)$/m.exec(commentOn(head, base).body)?.[1];

  it("is to ask the owners, where any is named", () => {
    expect(next(planned(policy(everyone), ORG))).toBe(
      "check every line of what this change allows more, with the owner who is named.",
    );
    expect(next(planned(policy({ mode: "report" }), ORG))).toBe(
      "check every line of what this change allows more.",
    );
  });

  it("is nothing about the change, where drift alone is over the limits", () => {
    const over = planned(policy({ limits: { revocations: 0 } }), ORG);
    expect(next(over, over)).toMatch(/^none of this is the change's: settle what broke the policy before it/);
    expect(next(over, planned(policy({ mode: "report" }), ORG))).toMatch(/^split the change/);
  });
});

it("two plans of lists that were read at different times are not taken for two of one", () => {
  const later = inventoryOf({
    ...ORG,
    users: USERS,
    proof: { ...ORG.proof, at: "2026-11-24T09:00:00.000Z" },
  });
  const said =
    "The two plans are of lists read at different times** (2026-11-23T12:00:00.000Z without the change";
  expect(commentOn(planned(policy(), later), BASE).body).toContain(said);
  expect(commentOn(BASE, BASE).body).not.toContain("The two plans");
  expect(commentOn(BASE, null).body).not.toContain("The two plans");
});

describe("the comment of a fleet", () => {
  const says = { ...CLEAN.allows!.says, mode: "report" as const };
  const wide: FullPlan = { ...CLEAN, allows: { ...CLEAN.allows!, says } };
  const { allows: _, ...old } = CLEAN;
  const told = (...orgs: readonly [plan: FullPlan, base: PlanFile][]) => {
    const { body, outcome } = fleetCommentOn(
      fleetOf(
        orgs.map(([plan, base], i) => ({ name: `org${i}`, plan, base })),
        { limits: { percent: 100 } },
      ),
    );
    return {
      body,
      verdict: body.split("\n\n")[1]!.replace(/ Merging revokes.*/, ""),
      widens: outcome.widens,
    };
  };

  it("says that a change allows more, once, and in which orgs", () => {
    const { body, verdict: first, widens } = told([wide, CLEAN], [wide, CLEAN], [CLEAN, CLEAN]);
    expect([first, widens]).toEqual([
      "⚠️ **This change allows more, and revokes nothing in 3 orgs.**",
      "high",
    ]);
    expect(body.match(/the whole policy only reports/g)).toHaveLength(1);
    expect(body).toContain("| org0, org1 |");
    expect(body).toMatch(/^\| org0 \| .*\| high \|/m);
  });

  it("is green only where that is known of every org", () => {
    expect(told([CLEAN, CLEAN]).verdict).toBe(
      "✅ **This change revokes nothing in 1 org, and allows no more than before.**",
    );
    const { body, verdict: first, widens } = told([CLEAN, CLEAN], [CLEAN, old as PlanFile]);
    expect([first, widens]).toEqual([
      "❓ **This change revokes nothing in 2 orgs; what it allows more is not known.**",
      "unknown",
    ]);
    expect(body).toContain("❓ What this change allows more is not known in 1 org: org1.");
    expect(body).toContain("**Next:** read the whole policy of each org of which it is not known");
  });
});

describe("what is decided by it", () => {
  const outcome = (more: Partial<Outcome> = {}): Outcome => ({
    revokes: false,
    isOverLimits: false,
    widens: null,
    ...more,
  });

  it.each<[Partial<Outcome>, string[], string[]]>([
    [{}, [], []],
    [{ widens: "low" }, ["widened"], ["sanctioned:widens"]],
    [{ widens: "medium" }, ["widened", "widened:medium"], ["sanctioned:widens"]],
    [
      { widens: "high" },
      ["widened", "widened:medium", "widened:high"],
      ["sanctioned:widens", "sanctioned:widens-high"],
    ],
    [
      { widens: "unknown" },
      ["widened", "widened:medium", "widened:high"],
      ["sanctioned:widens", "sanctioned:widens-high"],
    ],
    [{ revokes: true }, ["revokes"], ["sanctioned:revokes"]],
    [{ revokes: true, isOverLimits: true }, ["revokes"], ["sanctioned:revokes", "sanctioned:over-limits"]],
    [NOT_KNOWN, [...FAIL_ON], ["sanctioned:widens", "sanctioned:widens-high"]],
  ])("%j", (more, failing, labels) => {
    const one = outcome(more);
    expect(FAIL_ON.filter((what) => isFailing(one, [what]))).toEqual(failing);
    expect(labelsOf(one).set).toEqual(labels);
    expect(labelsOf(one).unset).toHaveLength(4 - labels.length);
    expect(isFailing(one, [])).toBe(false);
  });

  it("of several orgs the worst counts, and what is not known is worst", () => {
    const widens = fc.constantFrom<Outcome["widens"]>("high", "medium", "low", null);
    fc.assert(
      fc.property(fc.array(widens), (all) => {
        const outcomes = all.map((one) => outcome({ widens: one }));
        const rank = ["high", "medium", "low", null];
        const worst = Math.min(3, ...all.map((one) => rank.indexOf(one)));
        expect(together(outcomes).widens).toBe(rank[worst]);
        expect(together([...outcomes, NOT_KNOWN])).toMatchObject({ widens: "unknown", revokes: null });
        expect(together([outcome({ revokes: true }), ...outcomes, NOT_KNOWN]).revokes).toBe(true);
      }),
    );
  });
});
