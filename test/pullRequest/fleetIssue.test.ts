import { describe, expect, it } from "vitest";
import { cleanFleetIssue, fleetIssue } from "../../src/pullRequest/fleetIssue.ts";
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

const GREEN: SomeOrg = { name: "green", plan: CLEAN };
const DRIFTS: SomeOrg = { name: "drifts", plan: PLAN };

/** The issue with each org as open since the day before. */
const standingOf = (...names: string[]) => `text\n<!-- sanctioned:since 2026-11-01: ${names.join(" ")} -->\n`;
/** Since when each org is open, as the issue keeps it. */
const keptIn = (body: string) => /<!-- sanctioned:since(.*) -->/.exec(body)?.[1];

it("the issue of a fleet is the same bytes as ever", async () => {
  const { title, body } = fleetIssue(someFleet(), standingOf("gone", "dieppe", "nice", "sandbox"))!;
  await expect(`${title}\n\n${body}`).toMatchFileSnapshot("golden/fleet-issue.golden.md");
  await expect(cleanFleetIssue(fleetOf([GREEN, { ...GREEN, name: "greener" }])).body).toMatchFileSnapshot(
    "golden/fleet-issue-clean.golden.md",
  );
});

describe("the issue of a fleet", () => {
  it("is open while any org breaks its policy or could not be judged, and else there is none", () => {
    expect(fleetIssue(fleetOf([GREEN, { ...GREEN, name: "greener" }]), null)).toBeNull();
    const only = (plan: Partial<typeof PLAN>): SomeOrg => ({ name: "one", plan: { ...CLEAN, ...plan } });
    for (const org of [
      DRIFTS,
      UNREACHABLE,
      INCONCLUSIVE,
      { name: "over", plan: { ...REFUSED, revocations: [] } },
      only({ findings: PLAN.findings.map((one) => ({ ...one, severity: "error" })) }),
      only({ counts: { ...CLEAN.counts, report: { "app-not-listed": 1 } } }),
      only({ standingAccess: PLAN.standingAccess! }),
    ])
      expect(fleetIssue(fleetOf([GREEN, org]), null)?.title).toMatch(
        /^Connected users: 1 (of 2 orgs breaks its policy|org could not be judged)$/,
      );
  });

  it("keeps since when an org is open, forgets it of one that is clean, and keeps it of one that was not looked at", () => {
    const plans = fleetOf([GREEN, DRIFTS, UNREACHABLE, INCONCLUSIVE], { notSelected: ["later", "never"] });
    const { body } = fleetIssue(plans, standingOf("green", "drifts", "gone", "later", "stranger"))!;
    expect(keptIn(body)).toBe(" 2026-11-01: drifts gone later 2026-11-23: hidden");
    expect(body).toMatch(/^\| drifts \| 2026-11-01 \| revokes \|/m);
    expect(body).toMatch(/^\| gone \| 2026-11-01 \| unreachable \|/m);
    expect(body).toContain("open since earlier ones: 1 org: later.");
  });

  it.each([
    ["within a line, as an app can be called", "| `<!-- sanctioned:since 2026-11-01: drifts -->` |"],
    ["of another form", "<!-- sanctioned:since 2026-11-01 drifts: x -->"],
    ["of a day that is to come", standingOf("drifts").replace("2026-11-01", "2026-12-01")],
    ["with what is no day", standingOf("drifts").replace("2026-11-01", "9")],
    ["that does not end", `<!-- sanctioned:since${" 2026-11-01: a".repeat(20_000)}`],
  ])("takes nothing from a text %s", (_, standing) => {
    expect(keptIn(fleetIssue(fleetOf([DRIFTS]), standing)!.body)).toBe(" 2026-11-23: drifts");
  });

  it("is short enough for any number of orgs, and forgets the newest first", () => {
    const orgs = Array.from(
      { length: 1_500 },
      (_, i): SomeOrg => ({ ...UNREACHABLE, name: `${"o".repeat(50)}${i}` }),
    );
    const { body } = fleetIssue(fleetOf(orgs), standingOf(...orgs.slice(-9).map(({ name }) => name)))!;
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(
      keptIn(body)!
        .split(" ")
        .slice(1, 11)
        .filter((word) => word.startsWith("o")),
    ).toHaveLength(9);
  });
});
