import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { appsAcross, appsOf } from "../../../src/report/fleet/acrossOrgs.ts";
import {
  FLEET_REPORT_FORMATS,
  type FleetReportFormat,
  renderFleet,
} from "../../../src/report/fleet/fleetFormats.ts";
import { fleetText } from "../../../src/report/fleet/fleetText.ts";
import { fleetHtml } from "../../../src/report/fleet/html/fleetHtml.ts";
import { fleetPageOf } from "./html/demoFleet.ts";
import { CLEAN, fleetOf, INCONCLUSIVE, PLAN, someFleet, UNREACHABLE } from "./someFleet.ts";

const EXTENSION: Readonly<Record<string, string>> = {
  text: "txt",
  markdown: "md",
  sarif: "sarif.json",
  junit: "xml",
};
const PLANS = someFleet();
const NAMES = [...PLANS.run.orgs.map(({ name }) => name), ...PLANS.run.notSelected];
const output = (format: FleetReportFormat, all = false) =>
  renderFleet(PLANS, format, { version: "1.2.3", all });
const rowsOf = (text: string) => parse(text, { columns: true, bom: true }) as Record<string, string>[];

describe.each(FLEET_REPORT_FORMATS)("a report on a fleet as %s", (format) => {
  it("is the same bytes as ever", async () => {
    await expect(output(format)).toMatchFileSnapshot(`golden/fleet.golden.${EXTENSION[format] ?? format}`);
  });

  it("names every org, also those that were not judged or not selected", () => {
    // SARIF lists what is amiss.
    const named = format === "sarif" ? NAMES.filter((name) => name !== "sandbox") : NAMES;
    for (const name of named) expect(output(format)).toContain(name);
  });
});

describe("a run over a fleet as text", () => {
  it("is a row an org in the order of the file, and the last line sums up", () => {
    const lines = fleetText(PLANS.run).trimEnd().split("\n");
    const rows = lines.filter((line) => NAMES.some((name) => line.startsWith(`${name} `)));
    expect(rows.map((line) => line.split(" ")[0])).toEqual(PLANS.run.orgs.map(({ name }) => name));
    expect(lines.at(-1)).toBe(
      "7 orgs: 1 clean, 3 revokes, 1 refused, 1 inconclusive, 1 unreachable. 12 revocations in all. 2 orgs not selected.",
    );
  });

  it("of a fleet over its limits sums up that nothing is revoked", () => {
    const refused = fleetOf([{ name: "much", plan: PLAN }], { limits: { orgs: 0 } });
    for (const text of [fleetText(refused.run), renderFleet(refused, "markdown", { version: "1.2.3" })]) {
      expect(text).toContain(
        "1 org: 1 revokes. Over the limits of the fleet: none of 4 revocations would be made.",
      );
      expect(text).not.toContain("in all.");
    }
  });

  it("says first what could not be judged, whole, and cuts nothing where it is piped", () => {
    const long = "x".repeat(500);
    const run = {
      ...PLANS.run,
      orgs: PLANS.run.orgs.map((org) =>
        org.problem === null ? org : { ...org, problem: { ...org.problem, text: long } },
      ),
    };
    expect(fleetText(run, { width: 80, color: true })).toContain(long);
    expect(fleetText(run)).toMatch(/^Not judged:\n {2}gone, unreachable: x{500} \[host-not-reachable\]\n/);
    expect(fleetText(run)).not.toContain("…");
  });

  it("is coloured by what came of an org, on a terminal alone", () => {
    const text = fleetText(PLANS.run, { width: 80, color: true });
    const colourOf = (name: string) => new RegExp(`\\u001b\\[(\\d+)m${name} `).exec(text)?.[1];
    expect(["sandbox", "dieppe", "over", "gone", "hidden"].map(colourOf)).toEqual([
      "32",
      "33",
      "31",
      "31",
      "31",
    ]);
    expect(fleetText(PLANS.run)).not.toContain("\u001b");
  });
});

it("a fleet of which no org was judged has no number of what it holds or loses", () => {
  const plans = fleetOf([UNREACHABLE, INCONCLUSIVE]);
  const html = fleetHtml(fleetPageOf(plans));
  expect(
    [...html.matchAll(/<strong[^>]*>([^<]*)<\/strong> <span>([^<]*)</g)].map(([, n, what]) => [what, n]),
  ).toEqual([
    ["Orgs judged", "0"],
    ["Not judged", "2"],
    ...["Grants", "Users, by org", "To be revoked", "Only reported", "Apps by name", "Idle grants"].map(
      (what) => [what, "not judged"],
    ),
  ]);
  for (const text of [fleetText(plans.run), renderFleet(plans, "markdown", { version: "1.2.3" }), html])
    expect(text).toContain("2 orgs: 1 inconclusive, 1 unreachable. What is to be revoked is not known.");
});

describe("access without a grant that was not looked for", () => {
  const { standingAccess } = CLEAN;
  const notRead = standingAccess!.sources.map((source) => ({ ...source, state: "not-read" as const }));
  const of = (sources: typeof notRead) =>
    fleetOf([{ name: "one", plan: { ...CLEAN, standingAccess: { ...standingAccess!, sources } } }]);
  const blind = of(notRead);
  const { numbers, ...org } = blind.run.orgs[0]!;
  const { standingIsWhole: _, ...older } = numbers!;
  const markdown = (plans: typeof blind) => renderFleet(plans, "markdown", { version: "1.2.3" });

  it.each([
    ["of this release", blind],
    [
      "of a release that did not say",
      { ...blind, run: { ...blind.run, orgs: [{ ...org, numbers: older }] } },
    ],
    ["of which nothing was kept", of([])],
    ["in part", of([{ ...notRead[0]!, state: "part" as never }])],
  ])("is not none, in a run %s", (_, plans) => {
    const note = "Access without a grant was not looked for everywhere in 1 of 1 org.";
    const html = fleetHtml(fleetPageOf(plans));
    for (const text of [markdown(plans), fleetText(plans.run), html]) expect(text).toContain(note);
    expect(html).toContain('<section id="verdict" class="verdict warn"');
    expect(markdown(plans)).not.toContain("✅");
    expect(markdown(plans)).toMatch(/\| clean \| 0 \| 0 \| 0 \| \d+ \| \d+ \| `\?` \|/);
    expect(fleetText(plans.run, { width: 80, color: true })).toContain("\u001b[33m1 org: 1 clean.");
  });

  it("is not all: so are links to identity providers that could not be read", () => {
    const accountLinks = { read: 0, counts: null, refusal: "INVALID_TYPE", deletable: null };
    const plan = { ...CLEAN, inventory: { ...CLEAN.inventory, accountLinks } };
    const plans = fleetOf([{ name: "one", plan }]);
    const html = fleetHtml(fleetPageOf(plans));
    for (const text of [markdown(plans), fleetText(plans.run), html])
      expect(text).toContain("Links to identity providers could not be read in 1 of 1 org.");
    expect(html).toContain('<section id="verdict" class="verdict warn"');
    expect(markdown(plans)).not.toContain("✅");
  });

  it("is none where it was looked for everywhere", () => {
    const plans = fleetOf([{ name: "one", plan: CLEAN }]);
    for (const text of [markdown(plans), fleetText(plans.run)]) expect(text).not.toContain("not looked for");
    expect(markdown(plans)).toContain("✅");
    expect(fleetText(plans.run, { width: 80, color: true })).toContain("\u001b[32m1 org: 1 clean.");
  });
});

describe("the CSV of a fleet", () => {
  it("has a row for each org and app, and one for an org without any", () => {
    const rows = rowsOf(output("csv"));
    const orgs = Map.groupBy(rows, ({ org }) => org);
    expect([...orgs.keys()]).toEqual(NAMES);
    expect(orgs.get("dieppe")).toHaveLength(4);
    expect(orgs.get("gone")).toMatchObject([{ result: "unreachable", app: "", grants: "" }]);
    expect(orgs.get("lyon")).toMatchObject([{ result: "not-selected", app: "" }]);
  });

  it("has a row for each grant where all are asked for, and both add up to the same", () => {
    const all = Map.groupBy(rowsOf(output("csv", true)), ({ org }) => org);
    const byApp = Map.groupBy(rowsOf(output("csv")), ({ org }) => org);
    expect([...all.keys()]).toEqual(NAMES);
    for (const { name, numbers } of PLANS.run.orgs) {
      const grants = byApp.get(name)!.reduce((sum, row) => sum + Number(row.grants), 0);
      expect([name, grants]).toEqual([name, numbers?.grants ?? 0]);
      if (numbers !== null) expect(all.get(name)).toHaveLength(numbers.grants);
    }
  });

  it.each([false, true])("holds no formula (all: %s)", (all) => {
    for (const row of rowsOf(output("csv", all)))
      for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });
});

it("apps across orgs are one by name, whatever their ids, and add up", () => {
  const apps = appsOf(PLANS);
  const across = appsAcross(
    apps.map((app, i) => ({
      ...app,
      id: String(i),
      bareName: i % 2 === 0 ? app.bareName : ` ${app.bareName.toUpperCase()}`,
    })),
  );
  expect(across).toHaveLength(new Set(PLAN.apps.map(({ name }) => name)).size);
  const judged = PLANS.run.orgs.filter(({ plan }) => plan !== null);
  expect(across.every(({ orgs }) => orgs.length === judged.length)).toBe(true);
  expect(across.reduce((sum, { grants }) => sum + grants, 0)).toBe(
    judged.reduce((sum, { numbers }) => sum + numbers!.grants, 0),
  );
});

describe("the SARIF of a fleet", () => {
  interface Result {
    readonly ruleId: string;
    readonly level: string;
    readonly message: { readonly text: string };
    readonly locations: readonly [
      { readonly physicalLocation: { readonly region: { readonly startLine: number } } },
    ];
    readonly partialFingerprints: Record<string, string>;
  }
  const resultsOf = (plans = PLANS) =>
    (JSON.parse(renderFleet(plans, "sarif", { version: "1.2.3" })) as { runs: [{ results: Result[] }] })
      .runs[0].results;

  it("tells a line of a shared policy once for each app, with the orgs that it is true of", () => {
    const found = resultsOf().filter(
      ({ ruleId, message }) => ruleId === "app-not-listed" && message.text.includes("Bob's"),
    );
    expect(found.map(({ message }) => message.text.split(", as in")[0])).toEqual([
      "4 times in 4 orgs (caen-1 1, dieppe 1, over 1, rouen 1)",
    ]);
    const prints = resultsOf().map(({ partialFingerprints }) => partialFingerprints["sanctioned/v1"]);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it("has an error for each org that could not be judged, so that what is no longer listed is not taken for settled", () => {
    const errors = resultsOf().filter(({ ruleId }) => ruleId === "org-not-judged");
    expect(errors.map(({ level, message }) => [level, message.text.split(",")[0]])).toEqual([
      ["error", "gone"],
      ["error", "hidden"],
    ]);
  });
});

it("a report of 300 orgs in Markdown is short enough for an issue, and shows the worst first", () => {
  const orgs = Array.from({ length: 300 }, (_, i) =>
    i % 9 === 0
      ? {
          name: `gone${i}`,
          status: "unreachable" as const,
          problem: { code: "host-not-reachable", text: "x|`@".repeat(90) },
        }
      : { name: `org${i}`, plan: PLAN },
  );
  const text = renderFleet(fleetOf(orgs), "markdown", { version: "1.2.3" });
  expect(text.length).toBeLessThanOrEqual(60_000);
  expect(text).toContain("⚠️ **300 orgs: 266 revokes, 34 unreachable.");
  expect(text.indexOf("gone0")).toBeLessThan(text.indexOf("org1"));
  expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)!.length);
});
