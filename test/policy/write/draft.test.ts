import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_DIRECTORY } from "../../../src/inventory/inventory.ts";
import { evaluate } from "../../../src/plan/evaluate.ts";
import { parsePolicy } from "../../../src/policy/load.ts";
import { formatProblems } from "../../../src/policy/problem.ts";
import { draftPolicy } from "../../../src/policy/write/draft.ts";
import { inventories } from "../../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, PROFILES, sfId, user } from "../../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
/** Four users of one profile and four of another; six of the eight have a permission set. */
const USERS = Array.from({ length: 8 }, (_, i) => user(i, { profileId: PROFILES[i < 4 ? 0 : 1]!.id }));
const set = (name: string, from: number, to: number) => ({
  id: name,
  name,
  label: name,
  userIds: new Set(USERS.slice(from, to).map(({ id }) => id)),
});

function draft(connected: readonly (typeof USERS)[number][], more = {}): string {
  return draftPolicy(
    inventoryOf({
      users: USERS,
      directory: { ...EMPTY_DIRECTORY, permissionSets: [set("Slack_User", 2, 8)], ...more },
      apps: [SLACK],
      grants: connected.map(({ id }) => grant(id, SLACK)),
    }),
    "2026-11-23",
  );
}

describe("the users in scope that a draft proposes", () => {
  it.each([
    [
      "up to three users by name",
      USERS.slice(0, 2),
      "usernames:\n        - user0@dieppe.example\n        - user1@dieppe.example",
    ],
    ["one profile that covers all", USERS.slice(0, 4), "profiles:\n        - Sales User"],
    [
      "one permission set in place of two profiles",
      USERS.slice(2, 8),
      "permissionSets:\n        - Slack_User",
    ],
    [
      "a permission set and a profile for the rest",
      USERS,
      "profiles:\n        - Sales User\n      permissionSets:\n        - Slack_User",
    ],
  ])("%s", (_rule, connected, users) => {
    expect(draft(connected)).toContain(`    users:\n      ${users}`);
  });

  it("protects those who hold Modify All Data, but not the tool's own user", () => {
    const holders = new Map([["ModifyAllData", new Set([USERS[3]!.id, sfId("005", 999)])]]);
    expect(draft(USERS, { permissionHolders: holders })).toContain(
      "# review: proposed, since they hold Modify All Data\nprotected:\n  users:\n    - user3@dieppe.example\n",
    );
  });
});

it("a draft hides nothing of an app's name, and is read again as it was meant", () => {
  const [turned, blank] = [app("Sl\u200back\u202e"), app("\u3164", sfId("0H4", 2))];
  const inventory = inventoryOf({
    apps: [turned, blank],
    grants: [grant(USERS[0]!.id, turned), grant(USERS[0]!.id, blank)],
  });
  const text = draftPolicy(inventory, "2026-11-23");
  expect(text).toContain('name: "Sl\\u200back\\u202e"\n');
  const result = parsePolicy(text, "draft.yaml");
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  expect(result.policy.apps.map(({ id, name }) => [id?.value ?? null, name?.value ?? null])).toEqual([
    [sfId("0H4", 2), null],
    [null, "Sl\u200back\u202e"],
  ]);
});

it("whatever the org, the draft is a policy that fits it and revokes nothing", () => {
  fc.assert(
    fc.property(inventories, (inventory) => {
      const parsed = parsePolicy(draftPolicy(inventory, "2026-11-23"), "draft.yaml");
      if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
      expect(evaluate(parsed.policy, inventory, AS_OF).plan.revocations).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
