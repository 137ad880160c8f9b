import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { pageAssets } from "../../../scripts/page.ts";
import { dieppeReport } from "../../../scripts/screenshot/dieppeReport.ts";
import { EMPTY_DIRECTORY, type User } from "../../../src/inventory/inventory.ts";
import { SCRIPT, STYLE } from "../../../src/report/html/assets.generated.ts";
import { reportHtml } from "../../../src/report/html/reportHtml.ts";
import type { OrgReport } from "../../../src/report/org/orgReport.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../../inventories.ts";
import { section, textOf } from "./pageText.ts";
import { reportOf, withoutAssets } from "./reports.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const LISTED = `apps:\n  - { name: Slack, id: ${SLACK.id}, owner: it, reason: x, users: everyone, reviewBy: 2026-10-31 }\n`;
const DAY = 86_400_000;

function oneUser(more: Partial<User>, yaml: string, report: Partial<OrgReport> = {}): string {
  const someone = user(1, more);
  const directory = {
    ...EMPTY_DIRECTORY,
    permissionHolders: new Map([["ModifyAllData", new Set([someone.id])]]),
  };
  const grants = [grant(someone.id, SLACK)];
  return reportHtml(reportOf(inventoryOf({ users: [someone], directory, grants }), yaml, report));
}

describe("the page of Dieppe Trading", () => {
  it("is the one on file", async () => {
    await expect(withoutAssets(reportHtml(await dieppeReport()))).toMatchFileSnapshot("dieppe.golden.html");
  });

  it("says first what goes and who must decide, and why the list is complete", async () => {
    const verdict = section(reportHtml(await dieppeReport()), "verdict");
    expect(verdict).toContain("12 grants of 448 are to be revoked");
    expect(verdict).toContain("Revoke 12 grants of 12 users for 1 app");
    expect(verdict).toContain("Decide on 1 app that the policy does not list");
    expect(verdict).toContain("All 448 grants that the org counted before and after");
  });
});

describe("the verdict", () => {
  it("is clean where every grant is kept", () => {
    const html = oneUser(
      {},
      `version: 1\nunlisted: revoke\nplatformApps: revoke\nhighPrivilege: { profiles: [System Administrator] }\n${LISTED.replace(", reviewBy: 2026-10-31", "")}`,
    );
    expect(section(html, "verdict")).toContain("Clean: the policy keeps every grant that was counted");
    expect(html).not.toContain('class="todo"');
  });

  it("says that the limits refuse", () => {
    const html = oneUser(
      {},
      "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\nlimits: { revocations: 0 }\n",
    );
    expect(section(html, "verdict")).toContain(
      "1 grant of 1 would be revoked: more than the limits allow Refused. 1 revocation is over the limit of 0",
    );
  });

  it("says that nothing goes in report mode, and that somebody must decide", () => {
    const html = oneUser({}, "version: 1\nmode: report\nunlisted: revoke\nplatformApps: revoke\napps: []\n");
    expect(section(html, "verdict")).toContain("Nothing to revoke, but 1 app needs a decision");
    expect(section(html, "verdict")).toContain("The policy is in mode: report : nothing is revoked.");
    expect(section(html, "grants")).toContain("app not listed held back by `mode: report`");
  });

  it("is not clean with a finding that is an error, or a record that was changed", () => {
    const clean = `version: 1\nunlisted: revoke\nplatformApps: revoke\n${LISTED.replace(", reviewBy: 2026-10-31", "")}`;
    const differing = clean.replace("users:", "settings: { ipRelaxation: enforce }, users:");
    const settings = { scopes: null, adminApprovedUsersOnly: null, refreshTokenDays: null };
    const bypassed = reportHtml(
      reportOf(
        inventoryOf({
          users: [user(1)],
          grants: [grant(user(1).id, SLACK)],
          directory: {
            ...EMPTY_DIRECTORY,
            appSettings: new Map([[SLACK.key, { ...settings, ipRelaxation: "bypass" }]]),
          },
        }),
        differing,
      ),
    );
    expect(section(bypassed, "verdict")).toContain("Nothing to revoke, but 1 error among the findings");
    const changed = oneUser({}, clean, { recorded: { revocations: [], whole: false, head: "0123" } });
    expect(section(changed, "verdict")).toContain("Nothing to revoke, but the audit record was changed");
  });

  it("stands without grants", () => {
    const html = reportHtml(
      reportOf(inventoryOf({}), "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n"),
    );
    expect(section(html, "verdict")).toContain("Clean: no grant was counted");
    expect(section(html, "undecided")).toContain("The policy lists every app that holds grants.");
  });
});

describe("the sections", () => {
  const yaml = `version: 1
unlisted: revoke
platformApps: revoke
${LISTED}highPrivilege: { permissions: [ModifyAllData] }
exemptions:
  - { user: user1@dieppe.example, reason: a, owner: it, expires: 2026-12-10 }
  - { app: Slack, user: user1@dieppe.example, reason: b, owner: it, expires: 2026-11-22 }
  - { app: Slack, user: user1@dieppe.example, reason: c, owner: it, expires: 2027-02-01 }
`;
  const since = "2026-10-23T00:00:00.000Z";
  const connection = { user: "user1@dieppe.example", app: "Slack" };
  const html = oneUser({ isActive: true, isFrozen: true, name: "Iris" }, yaml, {
    since,
    changes: {
      newApps: ["Slack"],
      newUsers: [],
      newGrants: [connection],
      goneGrants: [],
      newlyIdle: [connection, connection],
      newlyExempt: [],
    },
    recorded: {
      whole: false,
      head: "0123abcd",
      revocations: [
        {
          at: "2026-11-02T10:11:12.000Z",
          user: { id: sfId("005", 7), username: "user7@dieppe.example" },
          app: { id: null, name: "Notetaker" },
          status: "failed",
          actor: "bot@dieppe.example",
          why: "app not listed",
        },
      ],
    },
  });

  it("come in the order in which they matter", () => {
    expect([...html.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).toEqual([
      ...["verdict", "glance", "changes", "undecided", "revocations", "reported", "exemptions", "reviews"],
      ...["privileged", "standing", "recorded", "findings", "apps", "grants", "provenance"],
    ]);
  });

  it("tell what changed", () => {
    expect(section(html, "changes")).toContain("What changed since 2026-10-23 4");
    expect(section(html, "changes")).toContain(
      "1 new app, 0 new users, 1 new grant, 0 newly exempt, 2 newly idle, 0 gone. What a user holds of one app counts as one grant here.",
    );
  });

  it("tell which exemptions are due, to the day", () => {
    expect(section(html, "exemptions")).toContain("2 of 3 exemptions have expired or will within 31 days.");
    expect(section(html, "exemptions")).toMatch(/expired 2026-11-22 .*due 2026-12-10 .*holds 2027-02-01/);
  });

  it("tell which reviews are overdue, and of a record that was changed", () => {
    expect(section(html, "reviews")).toMatch(/Slack sanctioned 2026-10-31 it/);
    expect(section(html, "recorded")).toContain("not whole: it was changed or cut off");
    expect(section(html, "recorded")).toMatch(/2026-11-02 10:11 Notetaker user7@dieppe\.example failed/);
  });

  it("tell who a user is", () => {
    expect(section(html, "grants")).toContain("user1@dieppe.example Iris · Sales User · frozen");
  });
});

describe("the charts", () => {
  it("give the numbers of their bars as text, and fold many apps into one bar", () => {
    const someone = user(1);
    const grants = Array.from({ length: 12 }, (_, i) =>
      grant(someone.id, app(`App ${String(i).padStart(2, "0")}`), { createdAt: AS_OF - i * 100 * DAY }),
    );
    const glance = section(
      reportHtml(
        reportOf(inventoryOf({ users: [someone], grants }), "version: 1\nunlisted: report\napps: []\n"),
      ),
      "glance",
    );
    expect(glance).toContain("App 06 not listed 0 1 1 5 other apps 0 5 5 ");
    expect(glance).toMatch(
      /Under 30 days 0 1 1 30 to 90 days 0 0 0 90 days to 1 year 0 3 3 1 to 2 years 0 4 4 2 to 3 years 0 3 3 3 years and more 0 1 1/,
    );
  });
});

describe("hostile names", () => {
  const names = [
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>alert(1)",
    `" onmouseover="alert(1)" '`,
    "evil\u202Egnp.exe\u2028next\u0000",
    "&lt;b&gt;",
  ];
  const people = names.map((name, i) => user(i, { name, username: `${name}@x` }));
  const html = reportHtml(
    reportOf(
      inventoryOf({ users: people, grants: people.map(({ id }, i) => grant(id, app(names[i]!))) }),
      "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n",
    ),
  );

  it("cannot open or close an element", () => {
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toMatch(/<img|<!--|<b>/);
    expect(html).not.toMatch(/[\u202E\u2028\0]/);
    for (const [, attributes] of html.replace(SCRIPT, "").matchAll(/<(?!script|style)\w+ ([^>]*)>/g))
      expect(attributes?.replace(/="[^"]*"/g, "")).not.toMatch(/[="']|onmouseover/);
  });

  it("are all there, as a terminal would show them", () => {
    const text = textOf(html);
    expect(text).toContain("evil\\u{202e}gnp.exe\\u{2028}next\\u{0}");
    expect(text).toContain("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;");
    expect(text).toContain("&amp;lt;b&amp;gt;");
  });

  it("come out of the page's data as they went in", () => {
    const [, json] = html.match(/<script type="application\/json" id="data">(.*)<\/script>/)!;
    expect(JSON.parse(json!).strings).toEqual(
      expect.arrayContaining([names[0], names[1], names[2], names[4]]),
    );
  });
});

describe("what the page may load", () => {
  const html = oneUser({}, "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n");

  it("is its own style and script, by hash, and nothing else", () => {
    const hash = (element: string) => {
      const [, content] = html.match(new RegExp(`<${element}>(.*?)</${element}>`, "s"))!;
      return `sha256-${createHash("sha256").update(content!).digest("base64")}`;
    };
    expect(html).toContain(
      `content="default-src 'none'; style-src '${hash("style")}'; script-src '${hash("script")}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).toContain(`<style>${STYLE}</style>`);
    expect(html).toContain(`<script>${SCRIPT}</script>`);
    expect(html).not.toMatch(/\b(src|style)="|url\("?(?!#)[^"]/);
  });

  it("was generated from the sources that are there", async () => {
    const file = path.resolve(import.meta.dirname, "../../../src/report/html/assets.generated.ts");
    expect(readFileSync(file, "utf8"), "run `npm run page`").toBe(await pageAssets());
  });
});
