import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { standingAccessIn } from "../../src/decide/standing.ts";
import { UserError } from "../../src/errors.ts";
import { EMPTY_DIRECTORY } from "../../src/inventory/inventory.ts";
import { type DirectoryNeeds, NO_NEEDS } from "../../src/inventory/needs.ts";
import { digestOf } from "../../src/plan/digest.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { planFile } from "../../src/plan/planFile.ts";
import { restoreInventory, saveInventory } from "../../src/plan/savedInventory.ts";
import { needsOf } from "../../src/resolve/policyNeeds.ts";
import { cases } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, NO_STANDING_ACCESS, user } from "../inventories.ts";

it("a saved inventory is the same as before, and gives the same plan, whatever the org and policy", () => {
  fc.assert(
    fc.property(cases, ({ inventory, policy: { policy } }) => {
      const needs = needsOf(policy);
      const restored = restoreInventory(saveInventory(inventory, needs), "saved.json", needs);
      expect(restored).toEqual(inventory);
      const plan = (of: typeof inventory) => planFile(evaluate(policy, of, AS_OF), { all: true });
      expect(plan(restored)).toEqual(plan(inventory));
    }),
  );
});

it("members that were not read are not nobody, and members are whoever they were", () => {
  const set = { id: "0PS000000000001AAA", name: "Half", label: "Half" };
  const inventory = inventoryOf({
    directory: {
      ...EMPTY_DIRECTORY,
      permissionSets: [{ ...set, userIds: null }],
      permissionSetGroups: [{ ...set, userIds: new Set([user(1).id]) }],
      publicGroups: [{ ...set, userIds: new Set() }],
      permissionHolders: new Map([["ManageUsers", new Set([user(2).id])]]),
    },
  });
  expect(restoreInventory(saveInventory(inventory, NO_NEEDS), "saved.json", NO_NEEDS)).toEqual(inventory);
});

it("an app whose refresh tokens never end is so still", () => {
  const slack = app("Slack");
  const settings = {
    scopes: ["api"],
    adminApprovedUsersOnly: null,
    refreshTokenDays: Number.POSITIVE_INFINITY,
    ipRelaxation: null,
  };
  const inventory = inventoryOf({
    apps: [slack],
    directory: { ...inventoryOf({}).directory, appSettings: new Map([[slack.key, settings]]) },
  });
  expect(restoreInventory(saveInventory(inventory, NO_NEEDS), "saved.json", NO_NEEDS)).toEqual(inventory);
});

it("standing access is as it was, each of its app", () => {
  const slack = app("Slack");
  const told = { name: "Slack", couldBe: [], userId: user(1).id, through: ["profile Bot"], lastSeen: AS_OF };
  const entries = [slack, null].map(
    (of) => ({ ...told, kind: "client-credentials", app: of, knownBy: ["logins"] }) as const,
  );
  const inventory = inventoryOf({ apps: [slack], standingAccess: { ...NO_STANDING_ACCESS, entries } });
  const restored = restoreInventory(saveInventory(inventory, NO_NEEDS), "saved.json", NO_NEEDS);
  expect(restored).toEqual(inventory);
  expect(restored.standingAccess!.entries[0]!.app).toBe(restored.apps[0]);
});

it("a file of a release that did not look for standing access does not say that there is none", () => {
  const { standingAccess: _, ...older } = inventoryOf({});
  const restored = restoreInventory(saveInventory(older, NO_NEEDS), "saved.json", NO_NEEDS);
  expect(restored).not.toHaveProperty("standingAccess");
  expect(new Set(standingAccessIn(restored).readings.map(({ state }) => state))).toEqual(
    new Set(["not-read"]),
  );
});

describe("refused is", () => {
  const inventory = inventoryOf({ users: [user(1)], grants: [grant(user(1).id, app("Slack"))] });
  const saved = saveInventory(inventory, NO_NEEDS);
  const message = (text: string, needs = NO_NEEDS) => {
    try {
      restoreInventory(text, "saved.json", needs);
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    return "taken";
  };

  it.each([
    ["what is not JSON", "{", "is not valid JSON"],
    ["something else", "[]", "is not a saved inventory of this release"],
    ["nothing at all", "null", "is not a saved inventory of this release"],
    [
      "another release's",
      saved.replace('"version":3', '"version":2'),
      "is not a saved inventory of this release",
    ],
    ["one that was edited", saved.replace("Slack", "Slick"), "was changed after it was saved"],
  ])("%s", (_, text, why) => {
    expect(message(text)).toBe(
      `The inventory saved.json ${why}. Save it again with \`npx sanctioned plan --save-inventory\`, with this policy.`,
    );
  });

  describe("one whose digest was made anew", () => {
    type Content = Record<string, unknown>;
    const forged = (
      change: (
        content: Content & Record<"grants" | "apps", Content[]> & { proof: Content; standingAccess: Content },
      ) => void,
    ) => {
      const { digest: _, ...content } = JSON.parse(saved);
      change(content);
      return JSON.stringify({ ...content, digest: digestOf(JSON.parse(JSON.stringify(content))) });
    };
    it("is taken as long as nothing was changed", () => {
      expect(message(forged(() => undefined))).toBe("taken");
    });
    it.each<[string, string]>([
      ["a grant of a user that is none", forged(({ grants }) => Object.assign(grants[0]!, { userId: null }))],
      ["a count that is none", forged(({ grants }) => Object.assign(grants[0]!, { useCount: -1 }))],
      ["a time that no calendar has", forged(({ grants }) => Object.assign(grants[0]!, { createdAt: 9e15 }))],
      ["a list that is none", forged((content) => Object.assign(content, { users: {} }))],
      ["a key that is none of its keys", forged((content) => Object.assign(content, { extra: 1 }))],
      ["something without end", saved.replace(/"createdAt":\d+/, '"createdAt":1e999')],
      [
        "a nesting without end",
        saved.replace('"users":[', `"users":[${"[".repeat(50_000)}${"]".repeat(50_000)},`),
      ],
    ])("and that says %s", (_, text) => {
      expect(message(text)).toContain("is not a saved inventory of this release");
    });
    it.each<[string, string]>([
      ["a grant less than its proof", forged((content) => Object.assign(content, { grants: [] }))],
      ["another count than was read", forged(({ proof }) => Object.assign(proof, { countAfter: 2 }))],
      ["a proof without a time", forged(({ proof }) => Object.assign(proof, { at: "soon" }))],
      [
        "a grant of an app that it does not list",
        forged(({ grants }) => Object.assign(grants[0]!, { app: "name:Other" })),
      ],
      [
        "standing access of an app that it does not list",
        forged(({ standingAccess }) =>
          Object.assign(standingAccess, {
            entries: [
              {
                kind: "password",
                app: "name:Other",
                name: null,
                couldBe: [],
                userId: null,
                through: [],
                lastSeen: null,
                knownBy: [],
              },
            ],
          }),
        ),
      ],
      [
        "a set without the members that were asked for",
        forged((content) =>
          Object.assign(content, {
            needs: { ...NO_NEEDS, publicGroups: ["PILOTS"] },
            directory: {
              ...JSON.parse(saved).directory,
              publicGroups: [{ id: "00G000000000001AAA", name: "Pilots", label: "Pilots", userIds: null }],
            },
          }),
        ),
      ],
    ])("and that holds %s is not called complete", (_, text) => {
      expect(message(text)).toContain("does not hold the grants that its proof of completeness is of");
    });
  });

  it("one that was read with less than the policy asks for, since a set that is missing must not look empty", () => {
    expect(message(saved, { ...NO_NEEDS, permissionSets: ["Slack_User"], roles: true })).toContain(
      "was read without what the policy asks for (permission sets, roles)",
    );
    expect(
      message(saveInventory(inventory, { ...NO_NEEDS, permissionSets: "all" }), {
        ...NO_NEEDS,
        permissionSets: ["Slack_User"],
      }),
    ).toBe("taken");
  });

  it.each<[missing: string, had: Partial<DirectoryNeeds>, wanted: Partial<DirectoryNeeds>]>([
    ["permission sets", { permissionSets: ["A"] }, { permissionSets: ["A", "B"] }],
    ["permission sets", { permissionSets: ["A"] }, { permissionSets: "all" }],
    ["permission set groups", { permissionSetGroups: ["A"] }, { permissionSetGroups: ["A", "B"] }],
    ["public groups", { publicGroups: ["A"] }, { publicGroups: ["A", "B"] }],
    ["permissions", { permissions: [] }, { permissions: ["ManageUsers"] }],
    ["roles", { roles: false }, { roles: true }],
    ["app settings", { appSettings: false }, { appSettings: true }],
  ])("one without the %s that the policy asks for: %j is less than %j", (missing, had, wanted) => {
    const read = (what: Partial<DirectoryNeeds>) => saveInventory(inventory, { ...NO_NEEDS, ...what });
    expect(message(read(had), { ...NO_NEEDS, ...wanted })).toContain(
      `was read without what the policy asks for (${missing}). Save it again`,
    );
    expect(message(read(wanted), { ...NO_NEEDS, ...had })).toBe("taken");
    expect(message(read(wanted), { ...NO_NEEDS, ...wanted })).toBe("taken");
  });
});
