import { expect, test } from "vitest";
import { byUser } from "../../src/inventory/byUser.ts";
import { app, grant, sfId } from "../inventories.ts";

test("grants of a user stand together, each once and in their order", () => {
  const [ann, ben] = [sfId("005", 1), sfId("005", 2)];
  const [slack, outlook] = [app("Slack"), app("Outlook Plugin")];
  const grants = [grant(ann, slack), grant(ben, slack), grant(ann, outlook), grant(ben, slack)];
  expect(byUser(grants).map((found) => grants.indexOf(found))).toEqual([0, 2, 1, 3]);
});
