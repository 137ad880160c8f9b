import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import type { Grant, Inventory } from "../../src/inventory/inventory.ts";
import { approvalDigest, approvedPart } from "../../src/plan/approval.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { judgeLimits } from "../../src/plan/limits.ts";
import { countGrants, type Plan, plan, revocationMap } from "../../src/plan/plan.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import type { ResolvedPolicy } from "../../src/resolve/resolved.ts";
import { DAY_MS } from "../../src/time.ts";
import { cases, changedCases, resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";
import { isWithin } from "./within.ts";

const planOf = (policy: ResolvedPolicy, inventory: Inventory): Plan =>
  plan(decide(policy, inventory, AS_OF), { inventory, resolved: policy, asOf: AS_OF });
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

  it("2: sanctioning never adds a revocation, and tightening never removes one", () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ file, inventory }, pick) => {
        const enforced = { ...file, mode: "enforce" as const };
        const revoked = (changed: Partial<PolicyFile>) =>
          new Set(
            planOf(resolve({ ...enforced, ...changed }, inventory), inventory).revocations.flatMap(
              ({ grants }) => grants,
            ),
          );
        const before = revoked({});
        const added = (after: Set<Grant>) => [...after].filter((grant) => !before.has(grant));
        const removed = (after: Set<Grant>) => [...before].filter((grant) => !after.has(grant));
        const apps = enforced.apps ?? [];
        const at = apps.length === 0 ? 0 : pick % apps.length;

        const forEveryone = apps.map((app, i) =>
          i === at && app.sanctioned !== false ? { ...app, users: "everyone" as const } : app,
        );
        expect(added(revoked({ apps: forEveryone }))).toEqual([]);
        const isListed = (id: string | null) => apps.some((app) => app.id === id);
        const unlisted = inventory.apps.find(
          ({ id, kind }) => id !== null && kind !== "identity-provider" && !isListed(id),
        );
        if (unlisted !== undefined)
          expect(added(revoked({ apps: [...apps, { id: unlisted.id!, users: "everyone" }] }))).toEqual([]);
        const { identityProviders = [] } = enforced;
        const provider = inventory.apps.find(
          ({ id, kind }) =>
            id !== null && kind === "identity-provider" && !identityProviders.some((one) => one.id === id),
        );
        if (provider !== undefined && enforced.identityProviders !== undefined)
          expect(
            added(
              revoked({ identityProviders: [...identityProviders, { id: provider.id!, users: "everyone" }] }),
            ),
          ).toEqual([]);
        // To take an app off the list tightens nothing where unlisted ones are only reported, or Salesforce's own are kept or
        // reported; nor does it to take a denial out, for grants that could be of that app among others are then only reported.
        if (enforced.unlisted === "revoke") {
          const fewer = apps.filter((app, i) => i !== at || app.sanctioned === false);
          const platformApps = "revoke" as const;
          const after = revoked({ platformApps, apps: fewer });
          expect([...revoked({ platformApps })].filter((grant) => !after.has(grant))).toEqual([]);
        }
        const { defaults = {} } = enforced;
        expect(removed(revoked({ defaults: { ...defaults, maxIdleDays: 1 } }))).toEqual([]);
        expect(
          removed(revoked({ leavers: { offboarded: "revoke", inactive: "revoke", frozen: "revoke" } })),
        ).toEqual([]);
      }),
      runs,
    );
  });

  it("2: to keep Salesforce's own apps revokes no more than to report them, and that no more than to revoke them", () => {
    fc.assert(
      fc.property(cases, ({ file, inventory }) => {
        const revoked = (platformApps: "keep" | "report" | "revoke") => {
          const policy = resolve({ ...file, mode: "enforce", platformApps }, inventory);
          return new Set(planOf(policy, inventory).revocations.flatMap(({ grants }) => grants));
        };
        const [keep, report, revoke] = [revoked("keep"), revoked("report"), revoked("revoke")];
        expect([...keep].filter((one) => !report.has(one))).toEqual([]);
        expect([...report].filter((one) => !revoke.has(one))).toEqual([]);
      }),
      runs,
    );
  });

  it("10: a name alone keeps no app as one of Salesforce's own", () => {
    fc.assert(
      fc.property(cases, ({ file, inventory }) => {
        const kept = (of: Inventory) =>
          decide(resolve({ ...file, platformApps: "keep" }, of), of, AS_OF).filter(
            ({ action, code }) => action === "keep" && code === "platform-app",
          );
        for (const { grant } of kept(inventory))
          expect([grant.app.id === null, grant.app.namespace]).toEqual([false, "sf_chttr_apps"]);
        const bare = ({ namespace: _, ...app }: Grant["app"]): Grant["app"] => app;
        const { grants, apps } = inventory;
        const named = {
          ...inventory,
          apps: apps.map(bare),
          grants: grants.map((one) => ({ ...one, app: bare(one.app) })),
        };
        expect(kept(named)).toEqual([]);
      }),
      runs,
    );
  });

  it("3: the tool's own user and app, protected users and apps are never revoked", () => {
    fc.assert(
      fc.property(cases, ({ policy, file, inventory }) => {
        for (const { user, app } of planOf(policy, inventory).revocations) {
          expect(user.id).not.toBe(inventory.caller.userId);
          expect(inventory.ownApps).not.toContain(app.id);
          expect(file.protected?.users ?? []).not.toContain(user.username);
          expect(file.protected?.apps ?? []).not.toContain(app.id);
        }
      }),
      runs,
    );
  });

  it("with mode: report nothing is planned", () => {
    fc.assert(
      fc.property(cases, ({ file, inventory }) => {
        expect(planOf(resolve({ ...file, mode: "report" }, inventory), inventory).revocations).toEqual([]);
      }),
      runs,
    );
  });

  it("6: zero means zero", () => {
    fc.assert(
      fc.property(cases, ({ policy, inventory }) => {
        const planned = planOf(policy, inventory);
        const none = { revocations: 1e9, percent: 100, perApp: 1e9, position: policy.policy.limits.position };
        for (const limit of ["revocations", "percent", "perApp"] as const) {
          const { refusal } = judgeLimits(planned, inventory.grants.length, { ...none, [limit]: 0 });
          expect(refusal === null).toBe(planned.revocations.length === 0);
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
        expect(approvedPart(whole, approved.revocations, AS_OF).revocations).toEqual(approved.revocations);
        expect(approvedPart(approved, whole.revocations, AS_OF).revocations).toEqual(approved.revocations);
      }),
      runs,
    );
  });

  it("5: an approval is that this user loses this app by this rule, whatever happened in between", () => {
    fc.assert(
      fc.property(changedCases, ({ approved, now }) => {
        const shown = planOf(approved.policy, approved.inventory);
        const present = planOf(now.policy, now.inventory);
        const made = approvedPart(present, shown.revocations, AS_OF).revocations;
        expect(made.filter((one) => !isWithin(one, shown))).toEqual([]);
        const left = present.revocations.filter((one) => !made.includes(one));
        expect(left.filter((one) => isWithin(one, shown))).toEqual([]);
      }),
      runs,
    );
  });

  it("5: Pulumi's digest of an approval is the same just where nothing more and nothing less is approved", () => {
    fc.assert(
      fc.property(changedCases, ({ approved, now }) => {
        const [shown, present] = [approved, now].map(({ policy, inventory }) => planOf(policy, inventory));
        const within = (made: Plan, of: Plan) => made.revocations.every((one) => isWithin(one, of));
        const same = within(present!, shown!) && within(shown!, present!);
        expect(approvalDigest(present!) === approvalDigest(shown!)).toBe(same);
      }),
      runs,
    );
  });

  it("5: a night in which every app rotates its tokens takes nothing from what users lose whatever their grants", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: DAY_MS }), ({ policy, inventory }, later) => {
        const shown = planOf(policy, inventory);
        const at = AS_OF + later;
        const rotated = {
          ...inventory,
          grants: inventory.grants.map((one) => ({ ...one, createdAt: at, lastUsedAt: at, useCount: 1 })),
        };
        const lost = ({ revocations }: Plan) =>
          revocations.flatMap(({ covers, user, app, code }) =>
            covers === "pair" ? JSON.stringify([user.id, app.key, code]) : [],
          );
        const made = approvedPart(planOf(policy, rotated), shown.revocations, at);
        expect(lost(made)).toEqual(lost(shown));
        expect(made.revocations.filter(({ covers }) => covers === "grants")).toEqual([]);
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
      fc.property(cases, fc.nat(), ({ policy, file, inventory }, turn) => {
        const turned: Inventory = {
          ...inventory,
          users: new Map(rotate([...inventory.users], turn).reverse()),
          apps: rotate(inventory.apps, turn).reverse(),
          grants: rotate(inventory.grants, turn).reverse(),
        };
        const bytes = (org: Inventory) =>
          JSON.stringify([
            revocationMap(planOf(resolve(file, org), org)),
            planFile(evaluate(policy.policy, org, AS_OF), { all: true }),
          ]);
        expect(bytes(turned)).toBe(bytes(inventory));
      }),
      runs,
    );
  });

  it("of two grants that go for two reasons, that of the oldest is said, whatever the order", () => {
    const slack = app("Slack", sfId("0H4", 1));
    const ann = user(1);
    const grants = [
      grant(ann.id, slack, { createdAt: AS_OF - 10, lastUsedAt: AS_OF - 40 * DAY_MS }),
      grant(ann.id, slack, { createdAt: AS_OF - 900 * DAY_MS }),
    ];
    const file: PolicyFile = {
      version: 1,
      unlisted: "revoke",
      platformApps: "revoke",
      defaults: { maxIdleDays: 30, maxAgeDays: 365 },
      apps: [{ name: "Slack", users: "everyone" }],
    };
    for (const order of [grants, grants.toReversed()]) {
      const org = inventoryOf({ users: [ann], grants: order });
      const [only] = planOf(resolve(file, org), org).revocations;
      expect([only?.code, only?.grants.map(({ createdAt }) => createdAt)]).toEqual([
        "too-old",
        [AS_OF - 900 * DAY_MS, AS_OF - 10],
      ]);
    }
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
