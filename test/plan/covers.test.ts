import { describe, expect, it } from "vitest";
import { CODES, type FindingCode } from "../../src/decide/codes.ts";
import type { Decision } from "../../src/decide/decide.ts";
import type { Grant } from "../../src/inventory/inventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { type PlannedRevocation, plan } from "../../src/plan/plan.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Tool");
const [ANN, BEN] = [user(1), user(2)];
const FILE: PolicyFile = { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] };
const PLACE = { file: "policy.yaml", line: 7, column: 1 };
const OLD = AS_OF - 400 * DAY_MS;

/** The only planned revocation, where the grants are to go for these codes and others of the org stay. */
function planned(
  goes: readonly (readonly [FindingCode, Partial<Grant>?])[],
  stays: readonly Grant[] = [],
  file = FILE,
): PlannedRevocation {
  const decisions = goes.map(
    ([code, more]): Decision => ({
      grant: grant(ANN.id, SLACK, more),
      action: "revoke",
      code,
      at: PLACE,
      heldBackBy: null,
    }),
  );
  const grants = [...decisions.map((decision) => decision.grant), ...stays];
  const inventory = inventoryOf({ users: [ANN, BEN], apps: [SLACK, BOBS], grants });
  const { revocations } = plan(decisions, { inventory, resolved: resolve(file, inventory), asOf: AS_OF });
  expect(revocations).toHaveLength(1);
  return revocations[0]!;
}

describe("what an approval covers, by the rule", () => {
  const OF_THE_PAIR: readonly FindingCode[] = [
    "app-denied",
    "app-not-listed",
    "platform-app",
    "user-not-allowed",
    "scope-exceeded",
    "provider-denied",
    "provider-not-listed",
    "user-not-allowed-to-link",
    "user-offboarded",
    "user-inactive",
    "user-frozen",
    "by-hand",
  ];
  it.each(CODES.map((code) => [code, OF_THE_PAIR.includes(code) ? "pair" : "grants"]))(
    "%s: %s",
    (code, covers) => {
      expect(planned([[code as FindingCode]])).toMatchObject({ covers, others: [] });
      expect(planned([[code as FindingCode], [code as FindingCode]]).covers).toBe(covers);
    },
  );

  it.each<[rule: object, covers: string]>([
    [{}, "pair"],
    [{ grantedSince: "2026-01-01" }, "grants"],
    [{ grantedWithinDays: 30 }, "grants"],
  ])("high privilege with %j: %s", (more, covers) => {
    const file = {
      ...FILE,
      highPrivilege: { profiles: ["Sales User"], action: "revoke", ...more },
    } as PolicyFile;
    expect(planned([["high-privilege-grant"]], [], file).covers).toBe(covers);
  });
});

describe("an approval covers the very grants", () => {
  it.each<[FindingCode, FindingCode]>([
    ["app-not-listed", "app-denied"],
    ["app-not-listed", "idle"],
    ["idle", "too-old"],
  ])("where they go for two reasons: %s and %s", (one, other) => {
    expect(planned([[one], [other, { createdAt: OLD }]]).covers).toBe("grants");
    expect(planned([[other], [one, { createdAt: OLD }]]).covers).toBe("grants");
  });

  it("where another grant of the two stays, which is named; oldest first, an unknown time before all", () => {
    const stays = [AS_OF - 5, null, OLD].map((createdAt) => grant(ANN.id, SLACK, { createdAt }));
    expect(planned([["app-not-listed"]], stays)).toMatchObject({
      covers: "grants",
      others: [null, OLD, AS_OF - 5],
    });
  });

  it("and not for a grant of the same user for another app, or of another user", () => {
    const strangers = [grant(ANN.id, BOBS), grant(BEN.id, SLACK)];
    expect(planned([["app-not-listed"]], strangers)).toMatchObject({ covers: "pair", others: [] });
  });
});

describe("of a policy and an org", () => {
  const revocations = (file: Partial<PolicyFile>, grants: readonly Grant[], baseline = "") => {
    const inventory = inventoryOf({ users: [ANN, BEN], grants });
    const text = JSON.stringify({ ...FILE, ...file, ...(baseline === "" ? {} : { baseline: "b.yaml" }) });
    const parsed = parsePolicy(text, "policy.yaml", () => ({ text: baseline }));
    if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
    return evaluate(parsed.policy, inventory, AS_OF).plan.revocations.map(
      ({ code, covers, grants: some, others }) => [code, covers, some.length, others],
    );
  };
  const TWO = [grant(ANN.id, SLACK, { createdAt: OLD }), grant(ANN.id, SLACK)];

  it("a pair of which a baseline knows a grant is covered grant by grant", () => {
    const known = (granted: number) =>
      `version: 1\nexpires: 2026-12-31\ngrants:\n  - { app: Slack, user: ${ANN.username}, granted: ${new Date(granted).toISOString()} }\n`;
    expect(revocations({}, TWO, known(OLD))).toEqual([["app-not-listed", "grants", 1, [OLD]]]);
    expect(revocations({}, TWO, known(OLD - 1))).toEqual([["app-not-listed", "pair", 2, []]]);
    // Nobody has what a baseline knows of what was denied.
    const denied = { apps: [{ id: SLACK.id!, sanctioned: false as const }] };
    expect(revocations(denied, TWO, known(OLD))).toEqual([["app-denied", "pair", 2, []]]);
  });

  it("a pair of which one grant is too old is covered by that grant", () => {
    const file = { apps: [{ id: SLACK.id!, users: "everyone" as const, maxAgeDays: 365 }] };
    expect(revocations(file, TWO)).toEqual([["too-old", "grants", 1, [AS_OF]]]);
  });

  it("an unlisted app is lost by the user, whatever the grants", () => {
    expect(revocations({}, TWO)).toEqual([["app-not-listed", "pair", 2, []]]);
  });
});
