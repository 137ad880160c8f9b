import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/decide/decide.ts";
import type { Grant } from "../../src/inventory/inventory.ts";
import { NO_NEEDS } from "../../src/inventory/needs.ts";
import { approvalDigest, approvedPart } from "../../src/plan/approval.ts";
import { appKey } from "../../src/plan/parts.ts";
import { type Plan, plan } from "../../src/plan/plan.ts";
import { restoreInventory, saveInventory } from "../../src/plan/savedInventory.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, link, linksOf, provider, sfId, user } from "../inventories.ts";

const ANN = user(1);
const OKTA = provider("Okta", sfId("0SO", 1));
const AT = { file: "policy.yaml", line: 7, column: 1 };

const planOf = (...grants: readonly Grant[]): Plan => {
  const inventory = inventoryOf({ users: [ANN], grants });
  const resolved = resolve({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] }, inventory);
  const decisions = grants.map(
    (one): Decision => ({ grant: one, action: "revoke", code: "user-inactive", at: AT, heldBackBy: null }),
  );
  return plan(decisions, { inventory, resolved, asOf: AS_OF });
};
const approvedOf = (now: Plan, approved: Plan) =>
  approvedPart(now, approved.revocations, AS_OF).revocations.map(({ app }) => app.key);

describe("links to identity providers in a plan", () => {
  it("are approved as links: an app that is known by the same name is another approval", () => {
    const posing = planOf(grant(ANN.id, app("Old Google")));
    const links = planOf(link(ANN.id, provider("Old Google")));
    expect(approvedOf(links, posing)).toEqual([]);
    expect(approvedOf(posing, links)).toEqual([]);
    expect(approvalDigest(links)).not.toBe(approvalDigest(posing));
    expect(approvedOf(links, links)).toEqual(["provider:Old Google"]);
    expect(appKey(provider("Old Google"))).not.toBe(appKey(app("Old Google")));
  });

  it("are covered by the pair: another link of the user by then is the same access", () => {
    const now = planOf(link(ANN.id, OKTA), link(ANN.id, OKTA));
    expect(approvedOf(now, planOf(link(ANN.id, OKTA)))).toEqual([OKTA.key]);
  });
});

describe("a saved inventory", () => {
  const needs = { ...NO_NEEDS, identityProviders: true };
  const inventory = inventoryOf({ users: [ANN], grants: [grant(ANN.id, app("Slack")), link(ANN.id, OKTA)] });

  it("keeps the links, with what is known of them", () => {
    expect(restoreInventory(saveInventory(inventory, needs), "f", needs)).toEqual(inventory);
  });

  it("without as many links as their proof is of is not whole", () => {
    const short = { ...inventory, accountLinks: linksOf(2) };
    expect(() => restoreInventory(saveInventory(short, needs), "f", needs)).toThrow(
      "does not hold the grants",
    );
  });

  it("that was read without them is no answer to a policy that judges them", () => {
    expect(() => restoreInventory(saveInventory(inventory, NO_NEEDS), "f", needs)).toThrow(
      "(identity providers)",
    );
  });
});
