import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { App, Grant } from "../../../src/inventory/inventory.ts";
import { type AskedAcross, answersAcross, type OrgAsked } from "../../../src/report/list/acrossFleet.ts";
import { acrossCsv, acrossJson, acrossText } from "../../../src/report/list/acrossFormats.ts";
import { heldApps } from "../../../src/report/list/heldApps.ts";
import { APPS, USERS } from "../../hostile/hostileNames.ts";
import { commandsIn, hiddenIn } from "../../hostile/readers.ts";
import { AS_OF, app, grant, inventoryOf, NO_STANDING_ACCESS, sfId, user } from "../../inventories.ts";
import { HOSTILE_APP } from "../someReport.ts";

const ADA = user(1, { username: "ada@dieppe.example" });
const BEN = user(2, { username: "ben@dieppe.example" });

function org(name: string, some: Partial<Parameters<typeof inventoryOf>[0]>, whom?: string): OrgAsked {
  const inventory = inventoryOf({ users: [ADA, BEN], ...some });
  return { org: name, id: sfId("00D", 1), held: heldApps(inventory, whom), problem: null };
}
const holding = (name: string, apps: readonly App[], more: readonly Grant[] = [], whom?: string) =>
  org(
    name,
    { apps, grants: [...apps.map((one) => grant(ADA.id, one, { createdAt: AS_OF - 1e10 })), ...more] },
    whom,
  );
const GONE: OrgAsked = {
  org: "gone",
  id: sfId("00D", 9),
  held: null,
  problem: { code: "host-not-reachable", text: "No answer. ::error::x" },
};

const DRIFT = app("Drift", sfId("0H4", 1));
const ELSEWHERE = app(" DRIFT", sfId("0H4", 7));
const MAIL = app("Drift Email");
const SLACK = app("Slack", sfId("0H4", 2));
const STANDING = {
  ...NO_STANDING_ACCESS,
  entries: [
    {
      kind: "client-credentials",
      app: null,
      name: "drift",
      couldBe: [],
      userId: null,
      through: [],
      lastSeen: null,
      knownBy: ["logins"],
    },
  ],
} as const;

const FLEET: readonly OrgAsked[] = [
  holding("dieppe", [DRIFT, SLACK], [grant(BEN.id, DRIFT, { createdAt: AS_OF - 2e10 })]),
  holding("rouen", [ELSEWHERE]),
  holding("caen", [SLACK, MAIL]),
  org("lyon", { apps: [DRIFT], grants: [] }),
  org("nice", { apps: [SLACK], grants: [grant(ADA.id, SLACK)], standingAccess: STANDING }),
  GONE,
];
const ask = (asked: AskedAcross, orgs = FLEET) => answersAcross(asked, orgs, ["later"]);
const answered = (asked: AskedAcross, orgs = FLEET) =>
  ask(asked, orgs).orgs.map(({ org: name, answer }) => `${name} ${answer}`);

describe("which orgs have an app", () => {
  it("is told by its name, whatever its id there, and an org that was not read is unknown, never without it", () => {
    expect(answered({ app: "Drift" })).toEqual([
      "dieppe connected",
      "rouen connected",
      "caen none",
      "lyon listed",
      "nice without-grant",
      "gone unknown",
    ]);
    expect(ask({ app: "drift" }).orgs[0]!.apps).toMatchObject([
      { app: "Drift", appId: DRIFT.id, kind: "connected-app", users: 2, grants: 2 },
    ]);
  });

  it("is told by an id too, which stands for its names in the other orgs", () => {
    expect(answered({ app: ELSEWHERE.id! })).toEqual(answered({ app: "Drift" }));
    expect(answered({ app: sfId("0H4", 99) })).toEqual(
      FLEET.map(({ org: name }) => `${name} ${name === "gone" ? "unknown" : "none"}`),
    );
  });

  it("comes with the apps that are called alike, which are not counted", () => {
    expect(ask({ app: "Drift" }).alike).toEqual([{ name: "Drift Email", orgs: ["caen"] }]);
    expect(ask({ app: "Slak" }).alike).toEqual([{ name: "Slack", orgs: ["dieppe", "caen", "nice"] }]);
  });
});

it("in which orgs a user has grants, and of which apps", () => {
  const whom = "BEN@dieppe.example";
  const orgs = [
    holding("dieppe", [DRIFT, SLACK], [grant(BEN.id, DRIFT)], whom),
    holding("rouen", [SLACK], [], whom),
    org("other", { users: [ADA] }, whom),
    GONE,
  ];
  expect(answered({ user: whom }, orgs)).toEqual([
    "dieppe connected",
    "rouen none",
    "other no-user",
    "gone unknown",
  ]);
  expect(ask({ user: whom }, orgs).orgs[0]!.apps.map(({ app: name, users }) => [name, users])).toEqual([
    ["Drift", 1],
  ]);
});

describe.each<[name: string, text: (asked: AskedAcross) => string, extension: string]>([
  ["table", (asked) => acrossText(ask(asked)), "txt"],
  ["json", (asked) => acrossJson(ask(asked)), "json"],
  ["csv", (asked) => acrossCsv(ask(asked)), "csv"],
])("as %s", (name, text, extension) => {
  it("is the same bytes as ever, and names every org", async () => {
    await expect(text({ app: "Drift" })).toMatchFileSnapshot(`golden/across-app.golden.${extension}`);
    if (name !== "json") await expect(text({})).toMatchFileSnapshot(`golden/across.golden.${extension}`);
    for (const one of [...FLEET.map(({ org: of }) => of), "later"])
      expect(text({ app: "Drift" })).toContain(one);
  });
});

it("whatever the names, nothing is obeyed, hidden or a formula", () => {
  const users = USERS.map((username, i) => user(i + 1, { username }));
  const apps = APPS.map((name) => app(name));
  const hostile = org("hostile", {
    users,
    apps,
    grants: apps.map((one, i) => grant(users[i % users.length]!.id, one)),
  });
  const orgs: OrgAsked[] = [
    { ...hostile, held: { ...hostile.held!, orgName: HOSTILE_APP } },
    { ...GONE, problem: { code: "x", text: APPS.join(" ") } },
  ];
  for (const asked of [{}, { app: APPS[3]! }, { app: "a" }, { user: USERS[1]! }]) {
    const answers = answersAcross(asked, orgs, []);
    for (const text of [acrossText(answers), acrossJson(answers), acrossCsv(answers)])
      expect([commandsIn(text), hiddenIn(text)]).toEqual([[], []]);
    for (const row of parse(acrossCsv(answers)) as string[][])
      for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/);
  }
});

it("every org is answered once, and grants add up, whatever holds what", () => {
  const some = fc.subarray([DRIFT, ELSEWHERE, MAIL, SLACK]);
  fc.assert(
    fc.property(
      fc.array(fc.option(some), { maxLength: 8 }),
      fc.option(fc.constantFrom("Drift", "Slack", DRIFT.id!)),
      (held, wanted) => {
        const orgs = held.map((apps, i) =>
          apps === null ? { ...GONE, org: `org${i}` } : holding(`org${i}`, apps),
        );
        const answers = ask(wanted === null ? {} : { app: wanted }, orgs);
        expect(answers.orgs.map((one) => one.org)).toEqual(orgs.map((one) => one.org));
        const { totals } = JSON.parse(acrossJson(answers));
        expect(totals.connected + totals.withoutGrant + totals.listed + totals.none + totals.unknown).toBe(
          orgs.length,
        );
        expect(totals.unknown).toBe(held.filter((apps) => apps === null).length);
        if (wanted === null)
          expect(totals.grants).toBe(held.reduce((sum, apps) => sum + (apps?.length ?? 0), 0));
      },
    ),
    { numRuns: 50 },
  );
});
