import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Inventory } from "../../../src/inventory/inventory.ts";
import { connectedUsers } from "../../../src/report/list/connectedUsers.ts";
import { listCsv, listText } from "../../../src/report/list/listFormats.ts";
import { standingTable } from "../../../src/report/standingTable.ts";
import { inventories } from "../../arbitraries.ts";
import { app, grant, inventoryOf, NO_STANDING_ACCESS, sfId, user } from "../../inventories.ts";

const EVIL = '=HYPERLINK("http://evil")\u001b[2J\nnext';

/** An inventory of one grant, of an app with a hostile name. */
function orgWith(name: string): Inventory {
  return inventoryOf({
    grants: [grant("005000000000001AAA", app(name), { createdAt: null, lastUsedAt: null, useCount: null })],
  });
}

describe("a hostile name", () => {
  it("is no formula in a spreadsheet and no escape sequence anywhere", () => {
    const inventory = orgWith(EVIL);
    const list = connectedUsers(inventory, {});
    expect(listCsv(list)).toBe(
      'app,appId,kind,users,grants,firstGranted,lastUsed\n"\'=HYPERLINK(""http://evil"")\\u{1b}[2J\\u{a}next",,unknown,1,1,,\n',
    );
    expect(listText(list, inventory)).toMatch(
      /^App +Users +Grants +First granted +Last used\n=HYPERLINK\("http:\/\/evil"\)\\u\{1b\}\[2J\\u\{a\}next +1 +1 +unknown +no use recorded\n/,
    );
  });
});

it("on a narrow terminal no line is wider than it, and no username is broken", () => {
  const users = Array.from({ length: 4 }, (_, i) => ({
    ...user(i + 1),
    username: `somebody.number${i}@subsidiary.example`,
    name: `Somebody with a long name ${i}`,
  }));
  const inventory = inventoryOf({ users, grants: users.map(({ id }) => grant(id, app("Slack"))) });
  const list = connectedUsers(inventory, { by: "user" });
  const text = listText(list, inventory, { width: 60, color: false });
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  for (const { username } of users) expect(text).toContain(`\n${username}`);
});

it("a user whom the org does not list is named by id and said to be unknown", () => {
  const inventory = orgWith("A");
  expect(connectedUsers(inventory, { by: "user" }).rows).toEqual([
    {
      username: "005000000000001AAA",
      name: null,
      active: null,
      apps: 1,
      grants: 1,
      firstGranted: null,
      lastUsed: null,
    },
  ]);
  expect(listText(connectedUsers(inventory, { by: "user" }), inventory)).toContain("not listed by the org");
});

it("access without a grant is of the app of that id, and not of one that is called so", () => {
  const slack = app("Slack", sfId("0H4", 1));
  const posing = app(slack.id!);
  const entries = [slack, posing].map((of) => ({
    kind: "session" as const,
    app: of,
    name: "Slack",
    couldBe: [],
    userId: null,
    through: [],
    lastSeen: null,
    knownBy: ["sessions" as const],
  }));
  const inventory = inventoryOf({
    apps: [slack, posing],
    standingAccess: { ...NO_STANDING_ACCESS, entries },
  });
  const shown = (named?: string) => connectedUsers(inventory, { app: named }).standingAccess.entries;
  expect(shown(slack.id!).map((one) => one.app)).toEqual([{ id: slack.id, name: "Slack", kind: slack.kind }]);
  expect(shown(`"${slack.id}"`).map((one) => one.app?.id)).toEqual([null]);
  expect(standingTable(shown(), false).size).toBe(2);
});

it("both lists count every grant once, whatever the org", () => {
  fc.assert(
    fc.property(inventories, (inventory) => {
      for (const by of ["app", "user"] as const) {
        const { rows } = connectedUsers(inventory, { by });
        expect([...rows].reduce((sum, { grants }) => sum + grants, 0)).toBe(inventory.grants.length);
      }
    }),
  );
});
