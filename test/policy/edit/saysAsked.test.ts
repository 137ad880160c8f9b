import { describe, expect, it } from "vitest";
import type { PolicyEdit } from "../../../src/policy/edit/edits.ts";
import { saysAsked } from "../../../src/policy/edit/saysAsked.ts";
import { policyFromObject } from "../../../src/policy/load.ts";
import type { PolicyFile } from "../../../src/policy/policySchema.ts";
import { formatProblems } from "../../../src/policy/problem.ts";
import { appIdOf } from "../../../src/salesforce/id.ts";
import { parseDay } from "../../../src/time.ts";
import { sfId } from "../../inventories.ts";

const ID = appIdOf(sfId("0H4", 1));
const DAY = parseDay("2027-03-31")!;
const SLACK = { name: "Slack", id: ID, owner: "it", users: "everyone" } as const;
const OTHER = { name: "Outlook", users: "everyone" } as const;

function policy(more: Partial<PolicyFile>) {
  const parsed = policyFromObject({ version: 1, unlisted: "report", apps: [], ...more }, "policy");
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  return parsed.policy;
}
const listed = { id: ID, name: "Slack", listedAs: { id: ID } };
const unlisted = { ...listed, listedAs: null };
const exempt = {
  kind: "exempt",
  app: unlisted,
  user: "a@b.example",
  reason: "r",
  owner: "o",
  expires: DAY,
} as const;
const exemption = { app: ID, user: "A@b.example", reason: "r", owner: "o", expires: DAY };

describe("what a policy says after a decision is held to what was asked", () => {
  it.each<
    [what: string, edit: PolicyEdit, before: Partial<PolicyFile>, after: Partial<PolicyFile>, says: boolean]
  >([
    [
      "an owner",
      { kind: "allow", app: listed, owner: "bob" },
      { apps: [SLACK] },
      { apps: [{ ...SLACK, owner: "bob" }] },
      true,
    ],
    [
      "another owner than asked",
      { kind: "allow", app: listed, owner: "bob" },
      { apps: [SLACK] },
      { apps: [{ ...SLACK, owner: "eve" }] },
      false,
    ],
    [
      "another day to wait than asked",
      { kind: "allow", app: listed, expectedBy: DAY },
      { apps: [SLACK] },
      { apps: [{ ...SLACK, expected: true, expectedBy: "2027-04-01" }] },
      false,
    ],
    [
      "a day to wait",
      { kind: "allow", app: listed, expectedBy: DAY },
      { apps: [SLACK] },
      { apps: [{ ...SLACK, expected: true, expectedBy: "2027-03-31" }] },
      true,
    ],
    [
      "a day to wait that nobody asked for",
      { kind: "allow", app: listed, owner: "it" },
      { apps: [SLACK] },
      { apps: [{ ...SLACK, expected: true, expectedBy: "2027-03-31" }] },
      false,
    ],
    ["nothing", { kind: "allow", app: listed, owner: "bob" }, { apps: [SLACK] }, { apps: [SLACK] }, false],
    [
      "users whom nobody asked for",
      { kind: "allow", app: listed, owner: "bob" },
      { apps: [{ ...SLACK, users: "nobody" }] },
      { apps: [{ ...SLACK, owner: "bob" }] },
      false,
    ],
    [
      "other users than asked",
      { kind: "allow", app: listed, users: { profiles: ["A"] } },
      { apps: [SLACK] },
      { apps: [{ ...SLACK, users: { profiles: ["A", "B"] } }] },
      false,
    ],
    [
      "a mode that is gone",
      { kind: "allow", app: listed, owner: "bob" },
      { apps: [{ ...SLACK, mode: "report" }] },
      { apps: [{ ...SLACK, owner: "bob" }] },
      false,
    ],
    [
      "another app besides",
      { kind: "deny", app: unlisted, reason: "r" },
      {},
      { apps: [OTHER, { name: "Slack", id: ID, sanctioned: false, reason: "r" }] },
      false,
    ],
    [
      "another app's entry changed",
      { kind: "allow", app: listed, owner: "bob" },
      { apps: [SLACK, OTHER] },
      {
        apps: [
          { ...SLACK, owner: "bob" },
          { ...OTHER, users: "nobody" },
        ],
      },
      false,
    ],
    [
      "an app that is sanctioned, and was to be denied",
      { kind: "deny", app: listed, reason: "r" },
      { apps: [SLACK] },
      { apps: [{ ...SLACK, reason: "r" }] },
      false,
    ],
    [
      "limits that changed too",
      { kind: "deny", app: unlisted, reason: "r" },
      {},
      { apps: [{ name: "Slack", id: ID, sanctioned: false, reason: "r" }], limits: { percent: 100 } },
      false,
    ],
    ["an exemption", exempt, {}, { exemptions: [exemption] }, true],
    ["an exemption for longer", exempt, {}, { exemptions: [{ ...exemption, expires: "2028-03-31" }] }, false],
    [
      "an exemption of the whole app",
      exempt,
      {},
      { exemptions: [{ app: ID, reason: "r", owner: "o", expires: DAY }] },
      false,
    ],
    [
      "an exemption, and one that is gone",
      exempt,
      { exemptions: [{ ...exemption, user: "c@b.example" }] },
      { exemptions: [exemption] },
      false,
    ],
    [
      "a protected user",
      { kind: "protect", user: "a@b.example" },
      {},
      { protected: { users: ["A@b.example"] } },
      true,
    ],
    [
      "a protected user, and an app",
      { kind: "protect", user: "a@b.example" },
      {},
      { protected: { users: ["a@b.example"], apps: [ID] } },
      false,
    ],
    [
      "a protected app by its name, where it has an id",
      { kind: "protect", app: unlisted },
      {},
      { protected: { apps: ["Slack"] } },
      false,
    ],
  ])("%s", (_, edit, before, after, says) => {
    expect(saysAsked(policy(before), policy(after), edit)).toBe(says);
  });
});
