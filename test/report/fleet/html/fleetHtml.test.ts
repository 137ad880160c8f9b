import { describe, expect, it } from "vitest";
import { fleetHtml } from "../../../../src/report/fleet/html/fleetHtml.ts";
import { SCRIPT } from "../../../../src/report/html/assets.generated.ts";
import { trendHtml } from "../../../../src/report/html/trend.ts";
import { runOn, seen } from "../../../fleet/history/runs.ts";
import { section, textOf } from "../../html/pageText.ts";
import { fleetOf, PLAN, someFleet } from "../someFleet.ts";
import { demoFleet, demoPlan, fleetPageOf, historyPart } from "./demoFleet.ts";

const demo = fleetHtml(demoFleet());

describe("the verdict", () => {
  const clean = demoPlan(3, { listed: 9 });

  it("says first what could not be judged, and never that such a fleet is clean", () => {
    expect(section(demo, "verdict")).toContain("2 of 7 orgs could not be judged");
    const one = fleetOf([
      { name: "one", plan: clean },
      { name: "gone", status: "unreachable", problem: { code: "x", text: "y" } },
    ]);
    expect(section(fleetHtml(fleetPageOf(one)), "verdict")).toContain("1 of 2 orgs could not be judged");
  });

  it.each([
    [
      "is clean where every org was judged and nothing is to be done",
      {},
      "Clean: the policies keep every grant that was counted in 1 org",
    ],
    [
      "is of those that were selected, where some were not",
      { notSelected: ["two"] },
      "Nothing to revoke in the 1 org that was selected",
    ],
  ])("%s", (_, more, text) => {
    expect(
      section(fleetHtml(fleetPageOf(fleetOf([{ name: "one", plan: clean }], more))), "verdict"),
    ).toContain(text);
  });

  it("says that the fleet's limits refuse, or an org's own", () => {
    const revokes = demoPlan(1);
    const over = fleetHtml(
      fleetPageOf(fleetOf([{ name: "one", plan: revokes }], { limits: { revocations: 3 } })),
    );
    expect(section(over, "verdict")).toMatch(
      /20 grants would be revoked: more than the fleet's limits allow Refused\. .*over 3/,
    );
    const refused = { ...revokes, limits: { ...revokes.limits, refusal: "20 are over the limit of 3" } };
    const own = fleetHtml(fleetPageOf(fleetOf([{ name: "one", plan: refused }])));
    expect(section(own, "verdict")).toContain(
      "More would be revoked than an org's limits allow 1 org is over its own limits",
    );
    expect(section(own, "refused")).toContain("20 are over the limit of 3 limits-exceeded");
  });
});

describe("the orgs", () => {
  it("come with what cannot be judged first, with its reason and without a number", () => {
    expect(demo.indexOf('id="unjudged"')).toBeLessThan(demo.indexOf('id="orgs"'));
    expect(section(demo, "unjudged")).toContain(
      "lisieux unreachable lisieux.my.salesforce.com does not answer (ENOTFOUND).",
    );
    const orgs = section(demo, "orgs");
    expect(orgs).toMatch(
      /lisieux production it@dieppe\.example unreachable host-not-reachable 1 \? \? \? \? \? \? \? honfleur/,
    );
    expect(orgs.indexOf("honfleur")).toBeLessThan(orgs.indexOf("acme-production"));
  });

  it("lead to their own pages, and to none where there is none", () => {
    expect(demo).toContain('<a href="orgs/acme-production.html">acme-production</a>');
    expect(demo).not.toContain("orgs/lisieux.html");
    const alone = fleetHtml(fleetPageOf(someFleet(), null, () => null));
    expect(alone).not.toContain("orgs/");
  });
});

describe("apps across orgs", () => {
  const named = (name: string, n: number) => demoPlan(n, { users: 4, apps: [name], listed: n % 2 });
  const html = fleetHtml(
    fleetPageOf(
      fleetOf([
        { name: "one", plan: named("Drift", 1) },
        { name: "two", plan: named("DRIFT", 2) },
        { name: "three", plan: named("Gong", 3) },
      ]),
    ),
  );

  it("are put together by name, with their ids, what each policy makes of them, and that a name proves nothing", () => {
    expect(section(html, "apps")).toMatch(
      /DRIFT 0H4000000000100CAA, 0H4000000000200CAA 2 8 8 .* sanctioned in 1, not listed in 1/,
    );
    expect(section(html, "apps")).toContain("a name is no identity");
  });

  it("are told apart by org, as each is called there", () => {
    expect(section(html, "connections")).toMatch(
      /Drift as DRIFT 0H4000000000100CAA one sanctioned 4 4 .*DRIFT 0H4000000000200CAA two not listed 4 4 /,
    );
    expect(html).toContain('<a href="#connections" data-query="DRIFT">');
  });
});

it("users stand together who have one username, or one that a sandbox put its name behind, those of high privilege first", () => {
  const html = fleetHtml(
    fleetPageOf(
      fleetOf([
        { name: "production", plan: demoPlan(1, { users: 10 }) },
        { name: "sandbox", plan: demoPlan(2, { users: 10, isSandbox: true }) },
        { name: "other", plan: demoPlan(3, { users: 3 }) },
      ]),
    ),
  );
  const people = section(html, "people");
  expect(people).toContain("Users in more than one org 9 ");
  expect(people).toMatch(
    /last used ↕?\s*user1@acme\.example user1@acme\.example\.uat high in production, sandbox, other 3 production, sandbox, other/i,
  );
  // The tenth has another domain in each org.
  expect(people).not.toContain("user9@");
  expect(people).toContain("nothing proves that they are one person");
});

describe("trends", () => {
  const plans = fleetOf([{ name: "one", plan: demoPlan(0) }]);
  const id = plans.run.orgs[0]!.id;
  const runs = [
    runOn("2026-10-01", { one: seen(10), two: seen(5) }),
    runOn("2026-10-02", { one: null, two: seen(5) }),
    runOn("2026-11-03", { one: seen(1_200), two: seen(5), three: { revoked: 7 } }),
  ].map((run) => ({ ...run, orgs: run.orgs.map((org) => (org.name === "one" ? { ...org, id } : org)) }));
  const html = fleetHtml(fleetPageOf(plans, historyPart(runs, 1)));

  it("have a gap where an org was not judged", () => {
    expect(html).toContain('aria-label="10, not judged, 1,200"');
    expect(trendHtml("10,,1200").match(/<polyline/g)).toHaveLength(2);
    expect(trendHtml("10,11,1200").match(/<polyline/g)).toHaveLength(1);
    expect(trendHtml(",,")).toBe("");
  });

  it("say of how many orgs a sum is, and compare those alone that both periods have", () => {
    expect(section(html, "days")).toMatch(
      /2026-11-03 2 of 2 1,205 ±0 .* 7 2026-10-02 1 of 2 5 ±0 .* 2026-10-01 2 of 2 15 /,
    );
    expect(section(html, "months")).toMatch(/2026-11 2 of 2 1,205 \+1,190/);
  });

  it("break the line where other orgs were judged, and say what could not be read", () => {
    const [, chart] = html.match(/id="trend-grants".*?<svg(.*?)<\/svg>/s)!;
    expect(chart!.match(/<polyline/g)).toHaveLength(3);
    expect(section(html, "months")).toContain("1 entry could not be read");
  });

  it("are not there without a history, which is said", () => {
    const without = fleetHtml(fleetPageOf(plans));
    expect(without).not.toContain('id="trends"');
    expect(section(without, "months")).toContain("No history is kept");
  });
});

describe("hostile names", () => {
  const whole = fleetHtml(fleetPageOf(someFleet()));
  const html = whole.replace(SCRIPT, "");

  it("cannot open or close an element, nor lead anywhere", () => {
    expect(JSON.stringify(PLAN)).toContain("<script>alert(1)</script>");
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toMatch(/<img|<!--|<b>/);
    for (const [, attributes] of html.matchAll(/<(?!script|style)\w+ ([^>]*)>/g))
      expect(attributes?.replace(/="[^"]*"/g, "")).not.toMatch(/[="']/);
    for (const [, address] of html.matchAll(/ href="([^"]*)"/g))
      expect(address).toMatch(/^(#[a-z]+|orgs\/[a-z0-9-]+\.html)$/);
  });

  it("are all there, as a terminal would show them", () => {
    expect(textOf(html)).toContain(
      "=cmd|' /C calc'!A0 &lt;script&gt;alert(1)&lt;/script&gt; | `x` @everyone #1 ::error::\\u{202e}",
    );
  });
});

it("300 orgs of 1,000 grants are a page of a few megabytes, without their grants", () => {
  const plan = demoPlan(1, { users: 400 });
  const orgs = Array.from({ length: 300 }, (_, i) => ({ name: `org-${i}`, plan }));
  const html = fleetHtml(fleetPageOf(fleetOf(orgs)));
  expect(plan.rows.length * 300).toBeGreaterThan(290_000);
  expect(html.length).toBeLessThan(3_000_000);
  expect(html).toContain("Rows 1 to 100 of 300.");
});
