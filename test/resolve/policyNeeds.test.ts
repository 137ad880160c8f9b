import { describe, expect, it } from "vitest";
import { NO_NEEDS } from "../../src/inventory/needs.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { needsOf } from "../../src/resolve/policyNeeds.ts";

type App = NonNullable<PolicyFile["apps"]>[number];

function needs(policy: Partial<PolicyFile>) {
  const parsed = policyFromObject({ version: 1, unlisted: "report", apps: [], ...policy }, "policy");
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  return needsOf(parsed.policy);
}
const slack = (users: NonNullable<App["users"]>, more: Partial<App> = {}) => ({
  apps: [{ name: "Slack", users, ...more }],
});

describe("what a policy asks of an org beside the grants", () => {
  it.each<[rule: string, policy: Partial<PolicyFile>, asked: Partial<typeof NO_NEEDS>]>([
    ["nothing, where it names nothing", slack("everyone"), {}],
    [
      "nothing for usernames and profiles",
      slack({ usernames: ["a@b.example"], profiles: ["Sales User"] }),
      {},
    ],
    ["permission sets", slack({ permissionSets: ["B", "A"] }), { permissionSets: ["A", "B"] }],
    [
      "permission set groups",
      slack({ permissionSetGroups: ["B", "A"] }),
      { permissionSetGroups: ["A", "B"] },
    ],
    ["roles", slack({ roles: ["CEO"] }), { roles: true }],
    ["roles with their subordinates", slack({ rolesAndSubordinates: ["CEO"] }), { roles: true }],
    [
      "public groups, and roles with them: a group can have roles as members",
      slack({ publicGroups: ["Chatters"] }),
      { publicGroups: ["Chatters"], roles: true },
    ],
    [
      "what it names under `except`, each of them",
      slack({
        everyone: true,
        except: {
          permissionSets: ["A"],
          permissionSetGroups: ["B"],
          publicGroups: ["C"],
          rolesAndSubordinates: ["CEO"],
        },
      }),
      { permissionSets: ["A"], permissionSetGroups: ["B"], publicGroups: ["C"], roles: true },
    ],
    ["roles under `except` alone", slack({ everyone: true, except: { roles: ["CEO"] } }), { roles: true }],
    ["scopes of apps", slack("everyone", { scopes: ["api"] }), { appSettings: true }],
    [
      "settings of apps",
      slack("everyone", { settings: { adminApprovedUsersOnly: true } }),
      { appSettings: true },
    ],
    [
      "permissions and permission sets of high privilege",
      { highPrivilege: { permissions: ["ViewAllData", "ManageUsers"], permissionSets: ["Admins"] } },
      { permissions: ["ManageUsers", "ViewAllData"], permissionSets: ["Admins"] },
    ],
    [
      "each once, whatever names it",
      {
        ...slack({ permissionSets: ["A", "B"], except: { permissionSets: ["C"] } }),
        highPrivilege: { permissionSets: ["B", "D"] },
      },
      { permissionSets: ["A", "B", "C", "D"] },
    ],
    ["scopes of apps that are not listed", { unlistedScopes: ["api"] }, { appSettings: true }],
    ["nothing of denied apps", { apps: [{ name: "Slack", sanctioned: false }] }, {}],
  ])("%s", (_rule, policy, asked) => {
    expect(needs(policy)).toEqual({ ...NO_NEEDS, ...asked });
  });
});
