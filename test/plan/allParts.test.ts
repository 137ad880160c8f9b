import { expect, it } from "vitest";
import { evaluate } from "../../src/plan/evaluate.ts";
import { planFile } from "../../src/plan/planFile.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../inventories.ts";

it("says of an app how it stands, with the line that says so, and for how long it may be idle", () => {
  const apps = ["Slack", "Data Loader", "Drift", "Drift Safe", "Other"].map((name, i) =>
    app(name, sfId("0H4", i + 1)),
  );
  const inventory = inventoryOf({
    users: [user(1)],
    apps,
    grants: apps.map((one) => grant(user(1).id, one)),
  });
  const { policy } = resolve(
    {
      version: 1,
      unlisted: "report",
      defaults: { maxIdleDays: 60 },
      apps: [
        { name: "Slack", users: "everyone", maxIdleDays: 30 },
        { name: "Data Loader", sanctioned: false, reason: "Vishing" },
      ],
      appsLike: [{ name: "Drift*", sanctioned: false, owner: "sec", reason: "Breach" }],
      protected: { apps: ["Drift Safe"] },
    },
    inventory,
  );
  const all = planFile(evaluate(policy, inventory, AS_OF), { all: true }).apps!;
  expect(
    Object.fromEntries(
      all.map(({ name, standing, owner, reason, idleAfterDays, policy: { file } }) => [
        name,
        [standing, owner, reason, idleAfterDays, file.replace("generated policy at ", "")],
      ]),
    ),
  ).toEqual({
    Slack: ["sanctioned", null, null, 30, "apps[0]"],
    "Data Loader": ["denied", null, "Vishing", 60, "apps[1]"],
    Drift: ["denied", "sec", "Breach", 60, "appsLike[0]"],
    "Drift Safe": ["protected", null, null, 60, "protected.apps[0]"],
    Other: ["not-listed", null, null, 60, "unlisted"],
  });
});
