import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, decider } from "../../../src/decide/decide.ts";
import type { Grant } from "../../../src/inventory/inventory.ts";
import { accessPart, gainedAccess } from "../../../src/plan/allowsAccess.ts";
import { evaluate } from "../../../src/plan/evaluate.ts";
import { appLabels } from "../../../src/plan/label.ts";
import { planFile } from "../../../src/plan/planFile.ts";
import { foundIn, widened } from "../../../src/plan/widening.ts";
import { cases, editedPolicies, policiesOfOne } from "../../arbitraries.ts";
import { AS_OF } from "../../inventories.ts";

const runs = { numRuns: 100 };

describe("of any two policies of one org", () => {
  it.each([
    ["of which some keys are others", policiesOfOne],
    ["of which one is the other with small changes", editedPolicies],
  ])("%s: where nothing that they say is wider, no grant that was to be revoked is left", (_, policies) => {
    let silent = 0;
    fc.assert(
      fc.property(policies, ({ inventory, base, head }) => {
        const [old, now] = [base, head].map((policy) =>
          planFile(evaluate(policy.policy, inventory, AS_OF), { all: false }),
        ) as [ReturnType<typeof planFile>, ReturnType<typeof planFile>];
        if (foundIn(old.allows!, now.allows!).length > 0) return;
        silent++;
        const before = decide(base, inventory, AS_OF);
        const after = decide(head, inventory, AS_OF);
        for (const [i, { action }] of before.entries())
          if (action === "revoke") expect(after[i]!.action).toBe("revoke");
        expect(gainedAccess(old.allows!.access, now.allows!.access).apps.size).toBe(0);
        expect(widened(old, now)!.widenings).toEqual([]);
      }),
      runs,
    );
    expect(silent).toBeGreaterThan(10);
  });

  it("a policy allows no more than itself", () => {
    fc.assert(
      fc.property(cases, ({ inventory, policy }) => {
        const plan = planFile(evaluate(policy.policy, inventory, AS_OF), { all: false });
        expect(widened(plan, plan)!.widenings).toEqual([]);
        expect(foundIn(plan.allows!, plan.allows!)).toEqual([]);
      }),
      runs,
    );
  });

  it("who may connect is what the rules say of a grant that is made now", () => {
    fc.assert(
      fc.property(cases, ({ inventory, policy }) => {
        const evaluation = evaluate(policy.policy, inventory, AS_OF);
        const access = accessPart(evaluation, appLabels(inventory));
        const resolved = { ...policy, known: new Map() };
        const accountLinks = { ...inventory.accountLinks, deletable: true };
        const decideOne = decider({ resolved, inventory: { ...inventory, accountLinks }, asOf: AS_OF });
        // Compared with an org in which nobody may anything, what is gained is what may be.
        const none = { apps: [], groups: access.groups.map(({ users }) => ({ users, may: "AA" })) };
        const gained = gainedAccess(none, access);
        const people = [...policy.people.values()].filter(({ isActive, isFrozen }) => isActive && !isFrozen);
        expect(gained.of).toBe(people.length);
        for (const app of inventory.apps) {
          const grant = { app, createdAt: AS_OF, lastUsedAt: AS_OF, useCount: 1 };
          const made = (userId: Grant["userId"]): Grant =>
            app.kind === "identity-provider"
              ? { ...grant, userId, source: "account-link" }
              : { ...grant, userId };
          const may = people.filter(({ id }) => decideOne(made(id)).action !== "revoke").length;
          const other = `any other: ${app.kind === "identity-provider" ? app.kind : "unknown"}`;
          const isTold = access.apps.some(({ key }) => key === app.key);
          expect(gained.users((key) => key === (isTold ? app.key : other))).toBe(may);
        }
      }),
      runs,
    );
  });
});
