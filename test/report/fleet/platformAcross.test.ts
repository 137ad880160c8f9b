import { describe, expect, it } from "vitest";
import type { FullPlan } from "../../../src/plan/planSchema.ts";
import { fleetCommentOn } from "../../../src/pullRequest/fleetComment.ts";
import { fleetMarkdown } from "../../../src/report/fleet/fleetMarkdown.ts";
import type { FleetPlans } from "../../../src/report/fleet/fleetPlans.ts";
import { fleetText } from "../../../src/report/fleet/fleetText.ts";
import { platformAcross } from "../../../src/report/fleet/platformAcross.ts";
import { APPS } from "../../hostile/hostileNames.ts";
import { commandsIn, hiddenIn, linksIn } from "../../hostile/readers.ts";
import { sfId } from "../../inventories.ts";
import { CLEAN, fleetOf, PLAN, REFUSED, UNREACHABLE } from "./someFleet.ts";

type Part = NonNullable<FullPlan["platformApps"]>;

const IOS = {
  id: sfId("0H4", 1),
  name: "Salesforce for iOS",
  kind: "connected-app",
  proven: true,
} as const;
const LOADER = { id: null, name: "Data Loader", kind: "unknown", proven: false } as const;
const held = (app: typeof IOS | typeof LOADER, got: "keep" | "report" | "revoke", grants: number) => ({
  ...app,
  users: grants,
  ...{ keep: 0, report: 0, revoke: 0 },
  [got]: grants,
});
const REVOKES: Part = { said: "revoke", apps: [held(IOS, "revoke", 240), held(LOADER, "revoke", 3)] };
const REPORTS: Part = { said: null, apps: [held(IOS, "report", 12)] };
const KEEPS: Part = { said: "keep", apps: [held(IOS, "keep", 7), held(LOADER, "report", 1)] };
const withPart = (plan: FullPlan, platformApps: Part): FullPlan => ({ ...plan, platformApps });
const WIDE = { limits: { percent: 100 } };

const FLEET = fleetOf(
  [
    { name: "caen", plan: withPart(CLEAN, KEEPS), base: CLEAN },
    { name: "rouen", plan: withPart(PLAN, REPORTS) },
    { name: "dieppe", plan: withPart(PLAN, REVOKES) },
    { name: "plain", plan: CLEAN, base: CLEAN },
    UNREACHABLE,
  ],
  WIDE,
);

const OUTPUTS: readonly [string, (plans: FleetPlans) => string][] = [
  ["the text of a run", ({ run }) => fleetText(run)],
  ["the report in Markdown", fleetMarkdown],
  ["the comment", (plans) => fleetCommentOn(plans).body],
];

describe.each(OUTPUTS)("%s", (_name, output) => {
  it("names Salesforce's own apps of each org, with what they get, those that lose most first", () => {
    const text = output(FLEET);
    expect(text).toContain("Salesforce's own apps that policies do not list");
    expect(text).toContain("243 grants in 1 org would be revoked.");
    const rows = text.split("\n").filter((line) => /Salesforce for iOS|Data Loader \(/.test(line));
    expect(rows.map((row) => row.replaceAll(/[|`]/g, " ").trim().split(/ {2,}/))).toEqual([
      ["dieppe", "Salesforce for iOS (240 users)", "yes, by id and package", "revoke", "240", "0", "0"],
      ["dieppe", "Data Loader (3 users)", "only called so", "revoke", "3", "0", "0"],
      ["caen", "Salesforce for iOS (7 users)", "yes, by id and package", "keep", "0", "0", "7"],
      ["caen", "Data Loader (1 user)", "only called so", "keep", "0", "1", "0"],
      ["rouen", "Salesforce for iOS (12 users)", "yes, by id and package", "not said", "0", "12", "0"],
    ]);
  });

  it("says nothing of them where no org has any", () => {
    expect(output(fleetOf([{ name: "plain", plan: PLAN, base: CLEAN }], WIDE))).not.toContain("platformApps");
  });
});

it.each<[string, FleetPlans, string]>([
  [
    "an org over its own limits",
    fleetOf([{ name: "over", plan: withPart(REFUSED, REVOKES) }], WIDE),
    "243 grants in 1 org would be, and limits refuse it.",
  ],
  [
    "a fleet over its limits",
    fleetOf([{ name: "much", plan: withPart(PLAN, REVOKES) }], { limits: { orgs: 0 } }),
    "243 grants in 1 org would be, and limits refuse it.",
  ],
  [
    "one of each",
    fleetOf(
      [
        { name: "over", plan: withPart(REFUSED, REVOKES) },
        { name: "much", plan: withPart(PLAN, REVOKES) },
      ],
      WIDE,
    ),
    "243 grants in 1 org would be revoked, 243 grants in 1 org would be, and limits refuse it.",
  ],
  [
    "nothing goes",
    fleetOf([{ name: "keeps", plan: withPart(CLEAN, KEEPS) }]),
    "None of their grants would be revoked.",
  ],
])("what of them goes is told apart from what limits refuse: %s", (_what, { run }, expected) => {
  expect(platformAcross(run)!.text).toContain(expected);
});

it("in a comment on 300 orgs, names of any kind are obeyed by nobody, and it stays short enough", () => {
  const apps = APPS.slice(0, 40).map((name) => ({ ...held(LOADER, "report", 2), name }));
  const body = fleetCommentOn(
    fleetOf(
      Array.from({ length: 300 }, (_, n) => ({
        name: `org${n}`,
        plan: withPart(CLEAN, { said: "keep", apps: [...apps.slice(n % 37), held(IOS, "keep", 1)] }),
        base: CLEAN,
      })),
    ),
  ).body;
  expect(body.length).toBeLessThanOrEqual(60_000);
  expect(body).toContain("in 300 orgs");
  expect([linksIn(body), hiddenIn(body), commandsIn(body)]).toEqual([[], [], []]);
});
