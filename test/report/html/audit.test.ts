import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { auditHtml } from "../../../src/report/html/auditHtml.ts";
import { reportHtml } from "../../../src/report/html/reportHtml.ts";
import { trendOf } from "../../../src/report/org/trend.ts";
import { app, grant, inventoryOf, sfId, user } from "../../inventories.ts";
import { busyReport, HOSTILE_APP, somePlan, someReport } from "../someReport.ts";
import { section, textOf } from "./pageText.ts";
import { reportOf } from "./reports.ts";

const edition = (report = busyReport(), annex = false) => auditHtml(report, { annex });

describe("the edition for paper", () => {
  it("has what is decided, what changed, what is excepted, what it rests on and who signs, in that order", () => {
    const titles = [...edition().matchAll(/<h2 id="[^"]*">(.*?)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      "4 grants of 10 are to be revoked",
      "Decision 1: what is to be revoked",
      "Decision 2: apps that the policy does not list",
      "What changed since 2026-10-24",
      "Connected by users of high privilege since 2026-10-24",
      "Revoked in the period",
      "Exemptions",
      "Reviews overdue",
      "Access without a grant",
      "Findings",
      "Sanctioned apps",
      "Trend",
      "What this rests on",
      "Signed",
    ]);
  });

  it("leaves room for each decision, and for who signs with name, role and date", () => {
    const html = edition();
    expect(section(html, "revocations")).toContain("☐ revoke ☐ exempt until");
    expect(section(html, "undecided").match(/☐ sanction ☐ deny ☐ later, by/g)).toHaveLength(2);
    expect(section(html, "signatures")).toMatch(
      /Prepared by Name Role Date Signature Reviewed by Name .* Approved by Name Role Date Signature/,
    );
  });

  it("says the whole digests and the whole hash that the record ends with", () => {
    const { plan, recorded } = busyReport();
    for (const hash of [plan.digest, plan.policy.digest, recorded!.head])
      expect(section(edition(), "provenance")).toContain(hash);
    const changed = { ...busyReport(), recorded: { ...recorded!, whole: false } };
    expect(section(edition(changed), "provenance")).toContain("not whole: it was changed or cut off");
  });

  it("has every grant as an annex where it is asked for, and not otherwise", () => {
    expect(edition()).not.toContain("Annex");
    const html = edition(busyReport(), true);
    expect(textOf(html)).toContain("Annex: all 10 grants that were counted");
    expect(section(html, "grants").match(/@dieppe\.example/g)!.length).toBeGreaterThan(9);
    expect(html).toMatch(/<div class="annex"><section id="grants"(?:(?!<\/section>).)*(<tr>.*?){10}/s);
  });

  it("runs no script, and lets in no style but its own", () => {
    const html = edition();
    expect(html).not.toMatch(/<script|<noscript/);
    expect(html).toContain("script-src 'none'");
    for (const [, style] of html.matchAll(/<style>(.*?)<\/style>/gs))
      expect(html).toContain(`'sha256-${createHash("sha256").update(style!).digest("base64")}'`);
  });

  it("names what it is of on every page, whatever it is called", () => {
    const { plan, ...rest } = busyReport();
    const name = `"; } </style><script>alert(1)</script> \u202e`;
    const html = edition({ ...rest, plan: { ...plan, org: { ...plan.org, name } } });
    expect(html).not.toMatch(/<script/);
    expect(html.match(/<\/style>/g)).toHaveLength(2);
    const [, header] = /@top-left \{ content: "([^"]*)"; font-size: 8pt; \}/.exec(html)!;
    expect(header).toMatch(
      /^Access review\\3a {2}connected users of \\22 \\3b {2}\\7d {2}\\3c \\2f style\\3e /,
    );
    expect(html).toContain('@bottom-right { content: counter(page) " of " counter(pages)');
    expect(html).not.toContain("\u202e");
  });

  const manyApps = () => {
    const apps = Array.from({ length: 30 }, (_, i) => app(`App ${i}`, sfId("0H4", i)));
    const grants = apps.map((one) => grant(user(1).id, one));
    return reportOf(
      inventoryOf({ users: [user(1)], grants, apps }),
      "version: 1\nunlisted: revoke\nplatformApps: revoke\nlimits: { percent: 100 }\nhighPrivilege: { profiles: [Sales User] }\napps: []\n",
    );
  };

  it("has every decision that is signed for", () => {
    const html = edition(manyApps());
    for (const id of ["revocations", "undecided", "privileged"])
      expect([
        id,
        html.match(new RegExp(`<section id="${id}".*?</section>`, "s"))![0].split("<tr>").length,
      ]).toEqual([id, 32]);
  });

  it("counts the rows that it leaves out of the rest, and says where they are", () => {
    expect(section(edition(manyApps()), "findings")).toMatch(/… and \d+ more: the full report has them/);
    const unjudged = reportOf(inventoryOf({}), "version: 1\nunlisted: report\napps: []\n");
    expect(section(edition(unjudged), "privileged")).toContain(
      "Not judged: the policy has no highPrivilege.",
    );
  });
});

describe("the trend over earlier reports", () => {
  it("has each report once, the oldest first, whatever their order, and this one last", () => {
    const { trend } = busyReport();
    expect(trend!.map(({ at, grants }) => [at.slice(0, 10), grants])).toEqual([
      ["2026-08-23", 8],
      ["2026-09-23", 8],
      ["2026-10-24", 8],
      ["2026-10-24", 10],
      ["2026-11-23", 10],
    ]);
    const plan = somePlan();
    const later = somePlan({ asOf: Date.parse(plan.asOf) + 1 });
    expect(trendOf(plan, [plan, later])).toEqual([]);
  });

  it("is a line for each number and a row for each report, on the page and in the edition", () => {
    for (const html of [reportHtml(busyReport()), edition()]) {
      const [tiles] = /<ul class="numbers".*?<\/ul>/s.exec(html)!;
      expect(tiles.match(/<svg class="spark"/g)).toHaveLength(8);
      expect(textOf(tiles)).toMatch(
        /^ 10 Grants that the org counted \+2 since 2026-08-23 6 Connected users/,
      );
      expect(section(html, "trend")).toMatch(/2026-08-23 8 .* 2026-11-23 10 /);
    }
    expect(reportHtml(someReport(null))).not.toContain("Earlier reports:");
  });

  it("tells reports of one day apart by their time", () => {
    const rows = section(edition(), "trend");
    const [earlier, later] = busyReport().trend!.slice(2, 4);
    expect(earlier!.at).toBe(later!.at);
    for (const { digest, grants } of [earlier!, later!])
      expect(rows).toContain(`2026-10-24 12:00 UTC, plan ${digest.slice(0, 8)} ${grants} `);
    const points = busyReport().trend!.slice(2, 4);
    const apart = [points[0]!, { ...points[1]!, at: points[1]!.at.replace("12:00", "13:30") }];
    const texts = section(reportHtml({ ...busyReport(), trend: apart }), "trend");
    expect(texts).toMatch(/2026-10-24 12:00 UTC 8 .* 2026-10-24 13:30 UTC 10 /);
    expect(rows).toContain("2026-11-23 10 ");
  });

  it("ends with the numbers beside it", () => {
    const report = busyReport();
    const last = report.trend!.at(-1)!;
    const { connectedUsers, apps, grants } = report.plan.inventory;
    expect(last).toMatchObject({ grants, users: connectedUsers, apps });
  });

  it("shows what nobody judged as not judged", () => {
    const earlier = { ...somePlan({ asOf: Date.parse("2026-09-01") }), highPrivilege: null };
    const trend = trendOf(somePlan(), [earlier]);
    expect(trend.map(({ privileged }) => privileged)).toEqual([null, 1]);
    const html = reportHtml({ ...someReport(null), trend });
    expect(section(html, "trend")).toContain("not judged");
    expect(html).toContain('aria-label="Earlier reports: not judged"');
    expect(textOf(/<a href="#privileged">(?:(?!<\/a>).)*<svg.*?<\/a>/s.exec(html)![0])).not.toContain(
      "since",
    );
  });

  it("is a plain number of apps, whatever they are called", () => {
    expect(JSON.stringify(busyReport().trend)).not.toContain(HOSTILE_APP.slice(0, 4));
  });
});
