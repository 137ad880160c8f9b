import { expect, it } from "vitest";
import { explain } from "../../src/decide/explain.ts";
import { findings } from "../../src/decide/findings.ts";
import type { App } from "../../src/inventory/inventory.ts";
import { explainText, notSeenText, standingExplained } from "../../src/report/explanations.ts";
import { resolve } from "../arbitraries.ts";
import {
  AS_OF,
  app,
  grant,
  inventoryOf,
  like,
  linksOf,
  NO_STANDING_ACCESS,
  sfId,
  user,
} from "../inventories.ts";

it("an explanation of a grant of which it cannot be told which app it is says which it could be", () => {
  const [slack, twin] = [app("Slack", sfId("0H4", 1)), app("Slack", sfId("0xI", 2))];
  const inventory = inventoryOf({
    users: [user(1)],
    apps: [slack, twin, like(slack, twin)],
    grants: [grant(sfId("005", 1), like(slack, twin))],
  });
  const resolved = resolve({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] }, inventory);
  const explanations = explain({ resolved, inventory, asOf: AS_OF }, inventory.grants);
  const text = explainText(explanations, inventory, { hypothetical: false, saidOf: () => [] });
  expect(text.split("\n").slice(0, 3)).toEqual([
    "Slack (no id), user1@dieppe.example (1 grant): report",
    expect.stringContaining("because: the org does not say which app it is [app-unresolved]"),
    `  it could be of: Slack (${slack.id}), Slack (${twin.id}), or of another app of that name`,
  ]);
});

it("what gets in without a grant against the policy is told of the user and the app that are asked about, and of no other", () => {
  const [slack, etl] = [app("Slack", sfId("0H4", 1)), app("Nightly ETL", sfId("0H4", 2))];
  const inventory = inventoryOf({
    users: [user(1), user(2)],
    apps: [slack, etl],
    standingAccess: {
      ...NO_STANDING_ACCESS,
      entries: [
        {
          kind: "client-credentials",
          app: etl,
          name: etl.name,
          couldBe: [],
          userId: user(1).id,
          through: [],
          lastSeen: AS_OF,
          knownBy: ["app-settings"],
        },
      ],
    },
  });
  const resolved = resolve({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] }, inventory);
  const found = findings({ resolved, inventory, asOf: AS_OF });
  const told = (who: number | null, apps: App[] | null) =>
    standingExplained(found, { user: who === null ? null : user(who), apps });
  const text = told(1, [etl]);
  expect(text).toMatch(
    /^\nWithout a grant:\nNightly ETL, user1@dieppe\.example: an app that the policy does not list/,
  );
  expect(text).toContain("known by: client-credentials settings of apps");
  expect([told(null, [etl]), told(1, null)]).toEqual([text, text]);
  expect([told(2, [etl]), told(1, [slack])]).toEqual(["", ""]);
});

it("an explanation says what could not be seen, and nothing where all was", () => {
  const org = inventoryOf({ users: [user(1)] });
  expect(notSeenText(org)).toBe("");
  const readings = NO_STANDING_ACCESS.readings.map((one) => ({ ...one, state: "not-read" as const }));
  const blind = { ...org, standingAccess: { ...NO_STANDING_ACCESS, readings } };
  expect(notSeenText(blind)).toMatch(
    /^\nNot all could be seen\. Access without a grant .* It was not looked for\./,
  );
  const refused = linksOf(0, { proof: null, refusal: "INVALID_TYPE" });
  expect(notSeenText({ ...org, accountLinks: refused })).toBe(
    "\nNot all could be seen. Links to identity providers could not be read (INVALID_TYPE).\n",
  );
});
