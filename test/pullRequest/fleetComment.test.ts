import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countGrantsOf } from "../../src/plan/plan.ts";
import type { FullPlan } from "../../src/plan/planSchema.ts";
import { fleetCommentOn } from "../../src/pullRequest/fleetComment.ts";
import type { FleetPlans } from "../../src/report/fleet/fleetPlans.ts";
import { APPS, ORGS, USERS } from "../hostile/hostileNames.ts";
import { commandsIn, hiddenIn, linksIn } from "../hostile/readers.ts";
import { sfId } from "../inventories.ts";
import {
  CLEAN,
  fleetOf,
  INCONCLUSIVE,
  PLAN,
  REFUSED,
  type SomeOrg,
  someFleet,
  UNREACHABLE,
} from "../report/fleet/someFleet.ts";

const GREEN: SomeOrg = { name: "green", plan: CLEAN, base: CLEAN };
const fleetCommentBody = (plans: FleetPlans) => fleetCommentOn(plans).body;
const verdictOf = (plans: FleetPlans) => fleetCommentBody(plans).split("\n\n")[1]!;

describe.each<[name: string, plans: FleetPlans]>([
  ["all kinds", someFleet()],
  ["clean", fleetOf([GREEN, { ...GREEN, name: "greener" }])],
  ["drift", fleetOf([GREEN, { name: "drifts", plan: PLAN, base: PLAN }], { limits: { percent: 100 } })],
  ["refused", fleetOf([{ name: "one", plan: PLAN, base: CLEAN }, GREEN], { limits: { revocations: 0 } })],
  ["first", fleetOf([{ name: "one", plan: PLAN }], { limits: { percent: 100 } })],
  ["none", fleetOf([], { notSelected: ["green"] })],
])("the comment of a fleet: %s", (name, plans) => {
  it("is the same bytes as ever", async () => {
    await expect(fleetCommentBody(plans)).toMatchFileSnapshot(
      `golden/fleet-comment-${name.replace(" ", "-")}.golden.md`,
    );
  });

  it("has the verdict right below its heading, says what is next, and names every org in one row or line", () => {
    const body = fleetCommentBody(plans);
    expect(verdictOf(plans)).toMatch(/^(✅|⚠️|⛔|❓|➖) \*\*.*\*\*/);
    expect(body).toContain("**Next:** ");
    for (const org of [...plans.run.orgs.map((one) => one.name), ...plans.run.notSelected])
      expect([org, placesOf(org, body)]).toEqual([org, 1]);
  });
});

/** In how many rows of tables and lists of names an org stands. */
function placesOf(org: string, body: string): number {
  const rows = body.match(new RegExp(`^\\| \`?${org}\`? \\|`, "gm")) ?? [];
  const listed = body
    .split("\n\n")
    .filter(
      (part) =>
        !part.startsWith("|") &&
        !part.startsWith("<details>") &&
        !/^(There was no policy|❓ What this change allows)/.test(part),
    )
    .filter((part) => new RegExp(`(: |, |^)\`?${org}\`?[,.]`).test(part));
  return rows.length + listed.length;
}

describe("the verdict", () => {
  it("is never green where an org could not be judged, is over its limits, or the fleet is over its own", () => {
    const base = CLEAN;
    for (const other of [
      UNREACHABLE,
      INCONCLUSIVE,
      { name: "over", plan: { ...REFUSED, revocations: [] }, base },
    ])
      expect(verdictOf(fleetOf([GREEN, other]))).toMatch(/^(⛔|❓) \*\*1 of 2 orgs /);
    const refused = fleetOf([GREEN, { name: "much", plan: PLAN, base }], { limits: { orgs: 0 } });
    expect(verdictOf(refused)).toMatch(
      /^⛔ \*\*Over the limits of the fleet: merging this revokes nothing in any org\./,
    );
    for (const plans of [fleetOf([UNREACHABLE]), refused, fleetOf([], { notSelected: ["a"] })])
      expect(fleetCommentBody(plans)).not.toContain("✅");
  });

  it("of a fleet over its limits is followed by the refusal, before anything that would happen", () => {
    const body = fleetCommentBody(
      fleetOf([{ name: "much", plan: PLAN, base: CLEAN }], { limits: { perApp: 1 } }),
    );
    const [refusal, table] = [body.indexOf("**Refused:**"), body.indexOf("What is refused, by app")];
    expect(refusal).toBeGreaterThan(0);
    expect(table).toBeGreaterThan(refusal);
    expect(body).not.toMatch(/What this change does|[Mm]erging revokes|change revokes|: revokes/);
  });

  it("adds up: what is revoked, without the orgs that are over limits of their own, and drift apart from it", () => {
    const some = fc.subarray(PLAN.revocations);
    fc.assert(
      fc.property(fc.array(fc.tuple(some, some, fc.boolean()), { minLength: 1, maxLength: 6 }), (orgs) => {
        const plans = fleetOf(
          orgs.map(([head, base, over], i) => ({
            name: `org${i}`,
            plan: { ...(over ? REFUSED : PLAN), revocations: head },
            base: { ...PLAN, revocations: base },
          })),
          { limits: { percent: 100 } },
        );
        const told = orgs.filter(([, , over]) => !over);
        const sum = (
          of: (head: FullPlan["revocations"], base: FullPlan["revocations"]) => FullPlan["revocations"],
        ) => told.reduce((total, [head, base]) => total + countGrantsOf(of(head, base)), 0);
        const body = fleetCommentBody(plans);
        const revokes = sum((head, base) => head.filter((one) => !base.includes(one)));
        const drift = sum((head, base) => head.filter((one) => base.includes(one)));
        const [, what = "", before = "0"] =
          /Merging revokes (?:nothing|\d+ grants?: (\d+) by this change \+ (\d+) that broke)/.exec(body) ??
          [];
        expect([Number(what), Number(before)]).toEqual([revokes, drift]);
        expect(
          /\| \*\*Merging revokes\*\* \| .* \| \*\*(\d+)\*\* \| {2}\| {2}\|/.exec(body)?.[1] ?? "0",
        ).toBe(String(revokes + drift));
      }),
      { numRuns: 30 },
    );
  });
});

it("counts every app of every org, also where not even the table by app fits", () => {
  const one = PLAN.revocations[0]!;
  const revocations = (org: number) =>
    Array.from({ length: 60 }, (_, i) => ({
      ...one,
      app: { id: null, name: `${org}.${i}${"\u202e|`n".repeat(50)}`, kind: "unknown" as const },
    }));
  const orgs = Array.from({ length: 10 }, (_, i) => ({
    name: `org${i}`,
    plan: { ...PLAN, inventory: { ...PLAN.inventory, grants: 60 }, revocations: revocations(i) },
    base: { ...PLAN, revocations: revocations(i).slice(0, 20) },
  }));
  const body = fleetCommentBody(fleetOf(orgs, { limits: { percent: 100, revocations: 10_000, orgs: 100 } }));
  expect(body.length).toBeLessThan(65_536);
  expect(body).toContain(
    "Merging revokes 600 grants: 400 by this change + 200 that broke the policy before it",
  );
  const table = body.split("\n\n").find((part) => part.startsWith("| Cause |"))!;
  const grants = (cause: string) =>
    table
      .split("\n")
      .filter((row) => row.startsWith(`| ${cause} |`))
      .reduce((sum, row) => sum + Number(row.split(" | ")[4]), 0);
  expect([grants("this change"), grants("drift")]).toEqual([400, 200]);
  expect(table).toMatch(/\| … \d+ more apps \| \d+ \| \d+ \| \d+ \| \d+ × app not listed \|/);
});

it("the biggest change comes first, in the table and in the details", () => {
  const plans = fleetOf(
    [1, 3, 2].map((n) => ({
      name: `revokes${n}`,
      plan: { ...PLAN, revocations: PLAN.revocations.slice(0, n) },
      base: CLEAN,
    })),
    { limits: { percent: 100 } },
  );
  const body = fleetCommentBody(plans);
  const names = (pattern: RegExp) => [...body.matchAll(pattern)].map(([, name]) => name);
  for (const pattern of [/^\| `?(revokes\d)`? \|/gm, /<summary><code>(revokes\d)/g])
    expect(names(pattern)).toEqual(["revokes3", "revokes2", "revokes1"]);
});

describe("300 orgs", () => {
  const revocations = APPS.filter((_, i) => i % 8 === 0).map((name, i) => ({
    ...PLAN.revocations[0]!,
    app: { id: null, name, kind: "unknown" as const },
    user: { id: sfId("005", i), username: USERS[i % USERS.length]! },
  }));
  const hostile = (n: number, long: string): SomeOrg => {
    const name = `${long}${n}`;
    if (n % 7 === 0)
      return {
        name,
        status: "unreachable",
        problem: { code: "host-not-reachable", text: APPS.slice(0, 60).join(" ") },
      };
    const org = { ...PLAN.org, name: ORGS[n % ORGS.length]! };
    return n % 5 === 0
      ? { name, plan: CLEAN, base: CLEAN }
      : { name, plan: { ...PLAN, org, revocations }, base: { ...CLEAN, org } };
  };
  const fleet = (size: number, long: string) =>
    fleetOf(
      Array.from({ length: size }, (_, n) => hostile(n, long)),
      { limits: { revocations: 1e6, percent: 100, perApp: 1e6, orgs: 1e3 } },
    );

  it.each([
    ["", 300],
    ["o".repeat(40), 300],
    ["o".repeat(58), 1_000],
  ])("called %s… are in one comment that the forge takes, whole and obeyed by nobody", (long, size) => {
    const plans = fleet(size, long);
    const body = fleetCommentBody(plans);
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(body.match(/<details>/g)?.length).toBe(body.match(/<\/details>/g)?.length);
    for (const table of body.split("\n\n").filter((part) => part.startsWith("|")))
      expect(new Set(table.split("\n").map((row) => row.replaceAll("\\|", "").split("|").length)).size).toBe(
        1,
      );
    expect([linksIn(body), hiddenIn(body), commandsIn(body)]).toEqual([[], [], []]);
    // Every org has its row or is named, however much is left out of the details.
    if (size === 300)
      for (const { name } of plans.run.orgs)
        expect(body).toMatch(new RegExp(`(^\\| |: |, |^)${name}( \\||[,.])`, "m"));
    else expect(body).toMatch(/… and \d+ more: `npx sanctioned fleet plan` shows all/);
  });
});
