import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/plan/evaluate.ts";
import { undecidedApps } from "../../src/plan/undecided.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { undecidedLines } from "../../src/report/undecidedText.ts";
import { AS_OF, app, grant, inventoryOf, like, sfId, user } from "../inventories.ts";

const [ANN, BOB] = [user(1), user(2, { isActive: false })];
const SLACK = app("Slack", sfId("0H4", 1));
const DRIFT = app("Drift");

function undecided(policy: Partial<PolicyFile>, more: Parameters<typeof inventoryOf>[0] = {}) {
  const parsed = policyFromObject({ version: 1, unlisted: "report", apps: [], ...policy }, "policy");
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  const grants = [grant(ANN.id, SLACK), grant(BOB.id, DRIFT), grant(ANN.id, DRIFT)];
  const inventory = inventoryOf({ users: [ANN, BOB], grants, ...more });
  return { ...undecidedApps(evaluate(parsed.policy, inventory, AS_OF)), inventory };
}
const why = (policy: Partial<PolicyFile>, more = {}) =>
  undecided(policy, more).apps.map(({ label, undecided }) => `${label}: ${undecided.why}`);
const because = { reason: "r", owner: "o", expires: "2026-12-31" };

describe("what somebody has to decide on", () => {
  it.each<[what: string, policy: Partial<PolicyFile>, expected: string[]]>([
    ["what is not listed, most grants first", {}, ["Drift: not-listed", "Slack: not-listed"]],
    [
      "not what is listed with an owner",
      { apps: [{ name: "Drift", users: "everyone", owner: "o" }] },
      ["Slack: not-listed"],
    ],
    [
      "what nobody answers for, after what is not listed",
      { apps: [{ name: "Drift", users: "everyone" }] },
      ["Slack: not-listed", "Drift: without-owner"],
    ],
    [
      "not what is denied, by anyone",
      { apps: [{ name: "Drift", sanctioned: false }] },
      ["Slack: not-listed"],
    ],
    [
      "a review that is due",
      { apps: [{ name: "Drift", users: "everyone", owner: "o", reviewBy: "2026-11-22" }] },
      ["Slack: not-listed", "Drift: review-overdue"],
    ],
    ["not what is protected", { protected: { apps: ["Drift"] } }, ["Slack: not-listed"]],
    ["not what a pattern denies", { appsLike: [{ name: "dri*", sanctioned: false }] }, ["Slack: not-listed"]],
    ["not what is exempt as a whole", { exemptions: [{ app: "Drift", ...because }] }, ["Slack: not-listed"]],
    [
      "what is exempt in part",
      { exemptions: [{ app: "Drift", user: ANN.username, ...because }] },
      ["Drift: not-listed", "Slack: not-listed"],
    ],
    [
      "what was exempt",
      { exemptions: [{ app: "Drift", ...because, expires: "2026-11-22" }] },
      ["Drift: not-listed", "Slack: not-listed"],
    ],
  ])("%s", (_, policy, expected) => {
    expect(why(policy)).toEqual(expected);
  });

  it("not the tool's own app", () => {
    expect(why({}, { ownApps: [SLACK.id] })).toEqual(["Drift: not-listed"]);
  });

  it("not what cannot be told apart, which is counted", () => {
    const grants = [grant(ANN.id, SLACK), grant(ANN.id, like(SLACK))];
    const { apps, unknown } = undecided({}, { grants, apps: [SLACK, like(SLACK)] });
    expect([apps.map(({ app }) => app), unknown]).toEqual([[SLACK], 1]);
  });
});

it("what is shown of an app says what is not known, and trusts no name", () => {
  const { apps, inventory } = undecided({});
  const lines = undecidedLines(apps[0]!, inventory, AS_OF).join("\n");
  expect(lines).toContain("2 users: user1@dieppe.example, user2@dieppe.example; 1 of them not active");
  expect(lines).toContain("who holds ModifyAllData was not read");
  expect(lines).toContain("its scopes are not known");
  expect(lines).toMatch(
    /in public +of this name, which any app can take: stolen OAuth tokens of Salesloft's Drift were used .*\(2025-08-26, https:/,
  );
  expect(lines).toContain("its name alone, which any app can take");
});
