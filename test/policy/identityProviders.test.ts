import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../src/policy/load.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { summarizePolicy } from "../../src/policy/summary.ts";
import { draftPolicy } from "../../src/policy/write/draft.ts";
import { needsOf } from "../../src/resolve/policyNeeds.ts";
import { app, grant, inventoryOf, link, provider, sfId, user } from "../inventories.ts";

const OKTA = "0SO000000000001GAA";

function policy(text: string, base?: string): Policy {
  const result = parsePolicy(text, "own.yaml", () => ({ text: base ?? "" }));
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return result.policy;
}
const BASE = `version: 1
unlisted: report
apps: []
unlistedIdentityProviders: revoke
identityProviders:
  - name: Okta
    owner: it@acme.example
    users: { profiles: [Sales User], permissionSets: [Sign_On] }
  - { name: Facebook, sanctioned: false }
`;

describe("the identity providers of a policy", () => {
  it("are not judged where neither key is said, and are by either", () => {
    const start = "version: 1\nunlisted: report\napps: []\n";
    expect(policy(start).identityProviders).toBeNull();
    expect(policy(`${start}identityProviders: []\n`).identityProviders).toMatchObject({
      unlisted: { value: "report", position: { line: 4 } },
      entries: [],
    });
    expect(policy(`${start}unlistedIdentityProviders: revoke\n`).identityProviders).toMatchObject({
      unlisted: { value: "revoke", position: { line: 4 } },
    });
    expect(needsOf(policy(start)).identityProviders).toBe(false);
    expect(needsOf(policy(BASE))).toMatchObject({ identityProviders: true, permissionSets: ["Sign_On"] });
  });

  it("are completed entry by entry by a policy that extends another, with `users` taken whole", () => {
    const own = `version: 1
extends: base.yaml
identityProviders:
  - { name: okta, id: ${OKTA}, users: { usernames: [ada@acme.example] } }
  - { name: Facebook, sanctioned: true, users: everyone }
`;
    const { identityProviders } = policy(own, BASE);
    expect(identityProviders!.unlisted.value).toBe("revoke");
    expect(
      identityProviders!.entries.map(({ name, id, owner, denied, users }) => [
        name?.value,
        id?.value,
        owner,
        denied === null,
        users?.profiles.length,
        users?.usernames.length,
      ]),
    ).toEqual([
      ["okta", OKTA, "it@acme.example", true, 0, 1],
      ["Facebook", undefined, null, true, 0, 0],
    ]);
  });

  it("are in what Pulumi diffs", () => {
    expect(summarizePolicy(policy(BASE))).toMatchObject({
      unlistedIdentityProviders: "revoke",
      identityProviders: {
        Facebook: { sanctioned: false },
        Okta: { owner: "it@acme.example", users: { profiles: "Sales User", permissionSets: "Sign_On" } },
      },
    });
  });
});

describe("a drafted policy", () => {
  const ann = user(1);
  const inventory = inventoryOf({
    users: [ann],
    grants: [
      grant(ann.id, app("Okta", sfId("0H4", 1))),
      link(ann.id, provider("Okta", OKTA)),
      link(ann.id, provider("")),
    ],
  });
  const text = draftPolicy(inventory, "2026-11-26");

  it("lists the providers of links that say which they are, beside the apps, and is right", () => {
    const { apps, identityProviders } = policy(text);
    expect(apps.map(({ id }) => id?.value)).toEqual([sfId("0H4", 1)]);
    expect(identityProviders).toMatchObject({
      unlisted: { value: "report" },
      entries: [{ id: { value: OKTA }, name: { value: "Okta" } }],
    });
    expect(text).toContain("1 grant of 1 app.");
  });
});
