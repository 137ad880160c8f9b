import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { approvedPart, countGrants, type Plan, plan, revocationMap } from "../../src/plan/plan.ts";
import type { ResolvedPolicy } from "../../src/policy/resolve.ts";
import { cases, resolve } from "../arbitraries.ts";
import { AS_OF } from "../inventories.ts";

const planOf = (policy: ResolvedPolicy, inventory: Inventory): Plan =>
  plan(decide(policy, inventory, AS_OF), inventory);
const runs = { numRuns: 500 };

describe("the laws of the plan", () => {
  it("1: applying a plan and planning again gives an empty plan", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        const gone = new Set(planOf(policy, inventory).revocations.flatMap(({ grants }) => grants));
        const after = { ...inventory, grants: inventory.grants.filter((grant) => !gone.has(grant)) };
        expect(planOf(policy, after).revocations).toEqual([]);
      }),
      runs,
    );
  });

  it("2: sanctioning an app for everyone never adds a revocation, and no longer listing one never removes one", () => {
    fc.assert(
      fc.property(cases, ({ file, inventory }) => {
        const enforced = { ...file, unlisted: "revoke" as const };
        const revoked = (apps: typeof file.apps) =>
          new Set(
            planOf(resolve({ ...enforced, apps }, inventory), inventory).revocations.flatMap(
              ({ grants }) => grants,
            ),
          );
        const some = revoked(enforced.apps);
        const looser = revoked(enforced.apps.map(({ id }) => ({ id, users: "everyone" as const })));
        const tighter = revoked(enforced.apps.slice(1));
        expect([...looser].filter((grant) => !some.has(grant))).toEqual([]);
        expect([...some].filter((grant) => !tighter.has(grant))).toEqual([]);
      }),
      runs,
    );
  });

  it("3: the tool's own user and its own app are never revoked", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        for (const { user, app } of planOf(policy, inventory).revocations) {
          expect(user.id).not.toBe(inventory.caller.userId);
          if (inventory.caller.app !== null) expect([app.id, app.name]).not.toContain(inventory.caller.app);
        }
      }),
      runs,
    );
  });

  it("5: never more than approved, and all of what was approved and is still there", () => {
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.boolean()), ({ policy, inventory }, coin) => {
        const whole = planOf(policy, inventory);
        const approved = { revocations: whole.revocations.filter(() => coin.next().value) };
        expect(approvedPart(whole, revocationMap(approved)).revocations).toEqual(approved.revocations);
        expect(approvedPart(approved, revocationMap(whole)).revocations).toEqual(approved.revocations);
      }),
      runs,
    );
  });

  it("8: a grant whose user the org does not list is reported and not revoked", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        for (const { action, grant } of decide(policy, inventory, AS_OF))
          if (action === "revoke") expect(inventory.users.has(grant.userId)).toBe(true);
      }),
      runs,
    );
  });

  it("9: the order of apps, users and grants changes nothing", () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ policy, inventory }, turn) => {
        const turned: Inventory = {
          ...inventory,
          users: new Map(rotate([...inventory.users], turn).reverse()),
          apps: rotate(inventory.apps, turn).reverse(),
          grants: rotate(inventory.grants, turn).reverse(),
        };
        expect(JSON.stringify(revocationMap(planOf(policy, turned)))).toBe(
          JSON.stringify(revocationMap(planOf(policy, inventory))),
        );
      }),
      runs,
    );
  });

  it("every planned grant has its own line: no app's name can hide another's revocations", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        const whole = planOf(policy, inventory);
        const lines = Object.values(revocationMap(whole)).flatMap((users) => Object.keys(users));
        expect(lines.length).toBe(whole.revocations.length);
        expect(countGrants(whole)).toBe(
          decide(policy, inventory, AS_OF).filter(({ action }) => action === "revoke").length,
        );
      }),
      runs,
    );
  });
});

function rotate<T>(items: readonly T[], by: number): T[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
