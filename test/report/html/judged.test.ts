import { describe, expect, it } from "vitest";
import { EMPTY_DIRECTORY } from "../../../src/inventory/inventory.ts";
import { render } from "../../../src/report/formats/formats.ts";
import { auditHtml } from "../../../src/report/html/auditHtml.ts";
import { reportHtml } from "../../../src/report/html/reportHtml.ts";
import type { OrgReport } from "../../../src/report/org/orgReport.ts";
import { redactUsers } from "../../../src/report/org/redact.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../../inventories.ts";
import { busyReport } from "../someReport.ts";
import { section, textOf } from "./pageText.ts";
import { reportOf } from "./reports.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const DAY = 86_400_000;

describe("what nobody judged is not shown as none", () => {
  const OWN = "the report's own measure, since the policy has no maxIdleDays";
  const NOT_JUDGED = "not judged: the policy has no highPrivilege";
  const unsaid = reportOf(
    inventoryOf({
      users: [user(1)],
      grants: [grant(user(1).id, SLACK, { lastUsedAt: AS_OF - 91 * DAY })],
    }),
    "version: 1\nunlisted: report\napps: []\n",
  );
  const as = (format: "html" | "text" | "markdown" | "json" | "csv", report = unsaid) =>
    render(report, format, { version: "1.2.3" }).output;

  it("idle without a threshold: a measure of the report's own, which the policy should say", () => {
    const html = textOf(as("html"));
    expect(html).toContain(`1 Idle grants no token for over 90 days: ${OWN}`);
    expect(html).toContain("Say how long a grant may go unused: 1 grant had no token for over 90 days");
    for (const format of ["text", "markdown"] as const) expect(as(format)).toContain(OWN);
    expect(JSON.parse(as("json")).headline.idle).toEqual({
      grants: 1,
      rule: `no token for over 90 days: ${OWN}`,
      isInPolicy: false,
    });
    expect(as("csv")).toMatch(/idle,90,not in the policy/);
  });

  it("nor by the policy where there is no grant to judge", () => {
    const empty = reportOf(inventoryOf({}), "version: 1\nunlisted: report\napps: []\n");
    const html = textOf(as("html", empty));
    expect(html).toContain("0 Idle grants there is no grant");
    expect(html).toContain("At a glance There is no grant.");
    expect(html).not.toContain("by the policy");
  });

  it("privilege without a rule: not judged, in every format", () => {
    const html = textOf(as("html"));
    expect(html).toContain("not judged High-privilege grants the policy has no highPrivilege");
    expect(section(as("html"), "privileged")).toContain(`Not j${NOT_JUDGED.slice(5)}`);
    expect(section(as("html"), "privileged")).not.toMatch(/connections 0/);
    expect(section(as("html"), "verdict")).toContain(`what admins connected is ${NOT_JUDGED}`);
    for (const format of ["text", "markdown"] as const)
      expect(as(format)).toContain(`Not j${NOT_JUDGED.slice(5)}`);
    expect(JSON.parse(as("json")).headline.highPrivilege).toEqual({ grants: null, rule: NOT_JUDGED });
    expect(as("csv")).toContain(NOT_JUDGED);
  });

  it("what the policy says is by the policy, and none is none", () => {
    const said = reportOf(
      inventoryOf({ users: [user(1)], grants: [grant(user(1).id, SLACK)] }),
      "version: 1\nunlisted: report\ndefaults: { maxIdleDays: 60 }\nhighPrivilege: { profiles: [System Administrator] }\napps: []\n",
    );
    const html = textOf(as("html", said));
    expect(html).toContain("0 Idle grants no token for over 60 days, by the policy");
    expect(html).toContain(
      "0 High-privilege grants of users with the profile System Administrator (policy/test.yaml:4)",
    );
    expect(html).toContain("No connected user is one that the policy counts as of high privilege.");
    for (const format of ["html", "text", "markdown", "csv"] as const)
      expect(textOf(as(format, said))).not.toContain("not judged");
  });

  it("each number says the rule behind it", () => {
    const numbers = /<ul class="numbers".*?<\/ul>/s.exec(as("html"))![0];
    expect(numbers.match(/<li>/g)).toHaveLength(8);
    expect(numbers.match(/<small>[^<]{3,}<\/small>/g)).toHaveLength(8);
  });
});

describe("what users of high privilege connected", () => {
  const yaml = "version: 1\nunlisted: report\napps: []\nhighPrivilege: { permissions: [ModifyAllData] }\n";
  const verdictOf = (createdAt: number | null, more: Partial<OrgReport> = {}) => {
    const inventory = inventoryOf({
      users: [user(1)],
      directory: {
        ...EMPTY_DIRECTORY,
        permissionHolders: new Map([["ModifyAllData", new Set([user(1).id])]]),
      },
      grants: [grant(user(1).id, SLACK, { createdAt })],
    });
    return section(reportHtml(reportOf(inventory, yaml, more)), "verdict");
  };

  it("this month is in the first box, with the apps", () => {
    expect(verdictOf(AS_OF - 31 * DAY)).toContain(
      "See what 1 user of high privilege connected in the last 31 days : Slack (not listed)",
    );
    expect(verdictOf(AS_OF - 32 * DAY)).not.toContain("high privilege");
  });

  it("since an earlier report too", () => {
    const since = new Date(AS_OF - 60 * DAY).toISOString();
    expect(verdictOf(AS_OF - 59 * DAY, { since })).toContain("connected since 2026-09-24 : Slack");
  });

  it("is said to have no date where the org gives none", () => {
    expect(verdictOf(null)).toContain(
      "See 1 grant of users of high privilege of which the org does not say since when",
    );
  });
});

describe("links into Setup", () => {
  const linked = (instanceUrl: string, more: Partial<OrgReport> = {}) => {
    const report = reportOf(
      inventoryOf({ users: [user(1)], grants: [grant(user(1).id, SLACK), grant(user(1).id, app("No Id"))] }),
      "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n",
      more,
    );
    return { ...report, plan: { ...report.plan, org: { ...report.plan.org, instanceUrl } } };
  };
  const HOST = "https://mydomainname.my.salesforce.com";
  const USER = `${HOST}/lightning/setup/ManageUsers/page?address=%2F${user(1).id}%3Fnoredirect%3D1%26isUserEntityOverride%3D1`;

  it("stand in the rows of an org of Salesforce: to the user, the app, and the apps in use for one without an id", () => {
    const html = reportHtml(linked(HOST));
    for (const id of ["grants", "revocations"]) {
      const [table] = html.match(new RegExp(`<section id="${id}".*?</section>`, "s"))!;
      expect(table).toContain(`<a href="${USER}" class="setup" target="_blank" rel="noopener noreferrer">`);
      expect(table).toContain(`connectedAppId%3D${SLACK.id}"`);
      expect(table).toContain(`${HOST}/lightning/setup/ConnectedAppsUsage/home"`);
    }
  });

  it.each([
    ["the page", reportHtml],
    ["the edition for paper", (report: OrgReport) => auditHtml(report, { annex: true })],
  ])("stand in every part of %s that tells of an app or a user", (_, pageOf) => {
    const { plan, ...rest } = busyReport();
    const html = pageOf({ ...rest, plan: { ...plan, org: { ...plan.org, instanceUrl: HOST } } });
    const parts = [...html.matchAll(/<section id="([a-z]+)"(?:(?!<\/section>).)*<tbody>.*?<\/section>/gs)];
    expect(parts.length).toBeGreaterThan(8);
    for (const [part, id] of parts) {
      const body = part.slice(part.indexOf("<tbody>"));
      const linked = body.match(/<tr>.*?<\/tr>/gs)!.filter((row) => row.includes('class="setup"'));
      if (id !== "trend" && id !== "glance") expect(linked.length, id).toBeGreaterThan(0);
    }
    const [changes] = parts.filter(([, id]) => id === "changes");
    expect(
      changes![0]
        .match(/<tr>.*?<\/tr>/gs)!
        .slice(1)
        .every((row) => row.includes('class="setup"')),
    ).toBe(true);
  });

  it("lead nowhere from any other address, and to no user whose name was replaced", () => {
    for (const other of ["https://dieppe.example", `http${HOST.slice(5)}`, "javascript:alert(1)"])
      expect(reportHtml(linked(other))).not.toContain("lightning/setup");
    expect(reportHtml(redactUsers(linked(HOST)))).not.toMatch(/href="[^"]*ManageUsers/);
  });
});

it("bars are drawn to the scale of the largest app, and not of all others together", () => {
  const apps = Array.from({ length: 20 }, (_, i) => app(`App ${i}`, sfId("0H4", i)));
  const grants = apps.flatMap((one, i) =>
    Array.from({ length: i === 0 ? 4 : 2 }, (_, n) => grant(user(n).id, one)),
  );
  const users = [0, 1, 2, 3].map((n) => user(n));
  const html = reportHtml(
    reportOf(inventoryOf({ users, grants, apps }), "version: 1\nunlisted: report\napps: []\n"),
  );
  const [chart] = html.match(/<figure aria-labelledby="chart-apps".*?<\/figure>/s)!;
  expect(chart).toMatch(/App 0 .*?width="100%" height="10"><rect class="report" x="0%" width="100%"/s);
  expect(chart).toMatch(/13 other apps<\/th>/);
});
