import { expect, it } from "vitest";
import { explain } from "../../src/decide/explain.ts";
import { explainText } from "../../src/report/explanations.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, sfId, user } from "../inventories.ts";

it("an explanation of a grant of which it cannot be told which app it is says which it could be", () => {
  const [slack, twin] = [app("Slack", sfId("0H4", 1)), app("Slack", sfId("0xI", 2))];
  const inventory = inventoryOf({
    users: [user(1)],
    apps: [slack, twin, like(slack, twin)],
    grants: [grant(sfId("005", 1), like(slack, twin))],
  });
  const resolved = resolve({ version: 1, unlisted: "revoke", apps: [] }, inventory);
  const explanations = explain({ resolved, inventory, asOf: AS_OF }, inventory.grants);
  const text = explainText(explanations, inventory, { hypothetical: false, saidOf: () => [] });
  expect(text.split("\n").slice(0, 3)).toEqual([
    "Slack (no id), user1@dieppe.example (1 grant): report",
    expect.stringContaining("because: the org does not say which app it is [app-unresolved]"),
    `  it could be of: Slack (${slack.id}), Slack (${twin.id}), or of another app of that name`,
  ]);
});
