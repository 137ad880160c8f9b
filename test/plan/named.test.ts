import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { grantsNamed, grantsOfOneApp } from "../../src/plan/named.ts";
import { app, grant, inventoryOf, sfId, user } from "../inventories.ts";

const [FIRST, SECOND, SLACK] = [
  app("Twin", sfId("0H4", 1)),
  app("Twin", sfId("0H4", 2)),
  app("Slack", sfId("0H4", 3)),
];
const [ANN, BEN] = [user(1, { username: "Ann@dieppe.example" }), user(2, { username: "ben@dieppe.example" })];
const INVENTORY = inventoryOf({
  users: [ANN, BEN],
  grants: [grant(ANN.id, FIRST), grant(ANN.id, SLACK), grant(BEN.id, SECOND), grant(BEN.id, SLACK)],
});
const named = (what: Parameters<typeof grantsNamed>[1]) =>
  grantsNamed(INVENTORY, what).grants.map((one) => INVENTORY.grants.indexOf(one));

describe("the grants that somebody names", () => {
  it.each<[rule: string, what: Parameters<typeof grantsNamed>[1], grants: number[]]>([
    ["all, where neither a user nor an app is named", {}, [0, 1, 2, 3]],
    ["a user's, by username without regard to case", { user: "ANN@dieppe.EXAMPLE" }, [0, 1]],
    ["a user's, by id", { user: BEN.id }, [2, 3]],
    ["a user's, by an id of 15 characters", { user: BEN.id.slice(0, 15) }, [2, 3]],
    ["an app's, by name", { app: "Slack" }, [1, 3]],
    ["every app's of the name", { app: "Twin" }, [0, 2]],
    ["an app's, by a name that differs in case and blanks alone", { app: " sLACK " }, [1, 3]],
    ["one app's, by id", { app: FIRST.id! }, [0]],
    ["one app's, by an id of 15 characters", { app: FIRST.id!.slice(0, 15) }, [0]],
    ["one app's, by the label that lists show", { app: `Twin (${SECOND.id})` }, [2]],
    ["a user's of an app", { user: BEN.username, app: "Slack" }, [3]],
  ])("%s", (_rule, what, grants) => {
    expect(named(what)).toEqual(grants);
  });

  it.each([
    [{ user: "nobody@dieppe.example" }, 'No user "nobody@dieppe.example" in Dieppe'],
    [{ app: "slak" }, 'No app "slak" in Dieppe. Did you mean "Slack"? `'],
    [
      { user: "an@dieppe.example" },
      'No user "an@dieppe.example" in Dieppe. Did you mean "Ann@dieppe.example"? `',
    ],
  ])("%j is nobody's, and not nothing", (what, message) => {
    expect(() => named(what)).toThrow(UserError);
    expect(() => named(what)).toThrow(message);
  });
});

describe("what is revoked by hand is of one app", () => {
  it.each([[{ app: "Slack" }], [{ app: FIRST.id! }], [{ app: `Twin (${FIRST.id})` }], [{ user: ANN.id }]])(
    "%j",
    (what) => expect(grantsOfOneApp(INVENTORY, what)).toEqual(grantsNamed(INVENTORY, what).grants),
  );

  it("and a name that several have is refused, with what tells them apart", () => {
    expect(() => grantsOfOneApp(INVENTORY, { app: "Twin" })).toThrow(
      `"Twin (${FIRST.id})", "Twin (${SECOND.id})"`,
    );
  });

  it("and its name is written as the org writes it: another that is called alike is suggested, never taken", () => {
    expect(() => grantsOfOneApp(INVENTORY, { app: "slack" })).toThrow(
      'No app "slack" in Dieppe. Did you mean "Slack"? `',
    );
  });

  it("a name that could be either of two is refused for a list too", () => {
    const some = inventoryOf({ grants: [app("slack"), app("SLACK")].map((one) => grant(ANN.id, one)) });
    expect(() => grantsNamed(some, { app: "Slack" })).toThrow("Several apps");
    expect(grantsNamed(some, { app: "SLACK" }).grants).toEqual([some.grants[1]]);
  });

  it("what has the form of an id is one, though an app is called so, which its label in quotes means", () => {
    const posing = app(SLACK.id!);
    const some = inventoryOf({ grants: [grant(ANN.id, FIRST), grant(ANN.id, posing)] });
    for (const id of [SLACK.id!, SLACK.id!.slice(0, 15)])
      expect(() => grantsOfOneApp(some, { app: id })).toThrow(`No app "${id}" in Dieppe`);
    expect(grantsOfOneApp(some, { app: `"${SLACK.id}"` })).toEqual([some.grants[1]]);
  });

  it("a label is of one app, though another is called so", () => {
    const posing = app(`Twin (${FIRST.id})`);
    const some = inventoryOf({ grants: [FIRST, SECOND, posing].map((one) => grant(ANN.id, one)) });
    expect(grantsOfOneApp(some, { app: posing.name })).toEqual([some.grants[0]]);
    expect(grantsOfOneApp(some, { app: `"${posing.name}"` })).toEqual([some.grants[2]]);
  });

  it.each([{ app: "0H4" }, { user: "005" }])("an id that was copied wrongly is nobody's: %j", (what) => {
    const miscopied = (id: string) => `${id.slice(0, 15)}AAB`;
    const wanted = "app" in what ? { app: miscopied(SLACK.id!) } : { user: miscopied(ANN.id) };
    for (const find of [grantsNamed, grantsOfOneApp])
      expect(() => find(INVENTORY, wanted)).toThrow("is not the id of anything");
  });

  it("an id is no other app's name", () => {
    const disguised = inventoryOf({ grants: [grant(ANN.id, FIRST), grant(ANN.id, app(FIRST.id!))] });
    expect(grantsOfOneApp(disguised, { app: FIRST.id! })).toEqual([disguised.grants[0]]);
  });
});
