import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/plan/evaluate.ts";
import { planFile } from "../../../src/plan/planFile.ts";
import type { FullPlan } from "../../../src/plan/planSchema.ts";
import { buildReport } from "../../../src/report/org/buildReport.ts";
import { orgView } from "../../../src/report/org/orgView.ts";
import { cases } from "../../arbitraries.ts";
import { AS_OF } from "../../inventories.ts";
import { EARLIER, HOSTILE_APP, HOSTILE_USER, RECORDED, somePlan, someReport } from "../someReport.ts";

const DAY = 24 * 60 * 60 * 1000;
const changes = (before: FullPlan, now: FullPlan) => buildReport(now, { plan: before }, null).changes!;

describe("what changed since an earlier report", () => {
  it("apps, users and grants that are new or gone, newly idle and newly exempt", () => {
    expect(someReport().changes).toEqual({
      newApps: [HOSTILE_APP],
      newUsers: ["user4@dieppe.example"],
      newGrants: [
        { user: HOSTILE_USER, app: HOSTILE_APP },
        { user: "user4@dieppe.example", app: HOSTILE_APP },
      ],
      goneGrants: [],
      newlyIdle: [
        { user: HOSTILE_USER, app: "Outlook Plugin" },
        { user: "user2@dieppe.example", app: "Slack" },
      ],
      newlyExempt: [],
    });
    expect(changes(somePlan(), EARLIER).goneGrants).toEqual(someReport().changes!.newGrants);
    const unexempt = somePlan();
    const before = {
      ...unexempt,
      rows: unexempt.rows.map((row) =>
        row.code === "exempt" ? { ...row, code: "app-not-listed" as const } : row,
      ),
    };
    expect(changes(before, somePlan()).newlyExempt).toEqual([
      { user: "user3@dieppe.example", app: "Bob's Lead Scoring Tool" },
    ]);
  });

  it("nothing, when it is the same org", () => {
    for (const list of Object.values(changes(somePlan(), somePlan()))) expect(list).toEqual([]);
  });

  it("a second grant of a user for an app is new, also where nothing tells the two apart", () => {
    const { rows, ...rest } = somePlan();
    const twice = { ...rest, rows: [...rows, rows.find(({ granted }) => granted === null)!] };
    expect(changes(somePlan(), twice).newGrants).toEqual([{ user: HOSTILE_USER, app: HOSTILE_APP }]);
  });
});

describe("what changed since a day, by the dates of the grants", () => {
  const since = (day: number) => buildReport(somePlan(), { time: AS_OF - day * DAY }, null).changes!;

  it("what is new, and what became idle since; what is gone or newly exempt cannot be known", () => {
    expect(since(30)).toEqual({
      newApps: [],
      newUsers: ["user3@dieppe.example", "user4@dieppe.example"],
      newGrants: [
        { user: "user4@dieppe.example", app: HOSTILE_APP },
        { user: "user3@dieppe.example", app: "Bob's Lead Scoring Tool" },
        { user: "user1@dieppe.example", app: "Slack" },
      ],
      goneGrants: null,
      newlyIdle: [
        { user: HOSTILE_USER, app: "Outlook Plugin" },
        { user: "user2@dieppe.example", app: "Slack" },
      ],
      newlyExempt: null,
    });
  });

  it("a grant of that very moment is part of the period", () => {
    expect(since(2).newGrants).toHaveLength(1);
    expect(since(1.99).newGrants).toHaveLength(0);
  });

  it("a grant without a date is never called new", () => {
    expect(since(10_000).newGrants).not.toContainEqual({ user: HOSTILE_USER, app: HOSTILE_APP });
  });
});

it("a report without a period has no changes", () => {
  expect(someReport(null)).toMatchObject({ since: null, changes: null, recorded: RECORDED });
});

it("every grant is in the view once, and the apps' numbers add up, whatever the org and policy", () => {
  fc.assert(
    fc.property(cases, ({ policy, inventory }) => {
      const plan = planFile(evaluate(policy.policy, inventory, AS_OF), { all: true });
      const { grants, apps, undecided, privileged } = orgView({ plan });
      expect(grants).toHaveLength(inventory.grants.length);
      const sum = (key: "grants" | "active" | "idle" | "unknownUse" | "toRevoke" | "privileged") =>
        apps.reduce((total, app) => total + (app[key] ?? 0), 0);
      expect(sum("grants")).toBe(grants.length);
      expect(sum("active") + sum("idle") + sum("unknownUse")).toBe(grants.length);
      expect(sum("toRevoke")).toBe(plan.revocations.reduce((total, one) => total + one.grants.length, 0));
      expect(sum("privileged")).toBe(privileged.length);
      for (const app of undecided) expect(app.standing).toBe("not-listed");
    }),
  );
});
