import { describe, expect, it } from "vitest";
import { AppRegister, kindOf } from "../../src/inventory/appRegister.ts";
import { grantMaker } from "../../src/inventory/grantRow.ts";
import type { App } from "../../src/inventory/inventory.ts";
import type { GrantRow } from "../../src/inventory/partition.ts";
import { appIdOf } from "../../src/salesforce/id.ts";
import { app, sfId } from "../inventories.ts";

const slack = app("Slack", sfId("0H4", 1));
const row: GrantRow = {
  UserId: sfId("005", 1),
  AppName: "Slack",
  AppMenuItem: { ApplicationId: slack.id },
  CreatedDate: "2026-01-01T00:00:00.000+0000",
  LastUsedDate: null,
  UseCount: 3,
};

describe("the app of a grant", () => {
  it("is the registered one of that id, whatever the grant calls it", () => {
    const register = new AppRegister([slack, app("Outlook", sfId("0H4", 2))]);
    expect(register.find(sfId("0H4", 1).slice(0, 15), "Outlook")).toBe(slack);
  });

  it("with an id that is not registered is an app of its own, of the kind that its id says", () => {
    const register = new AppRegister([slack]);
    const id = appIdOf(sfId("0xI", 7));
    const found = register.find(id, null);
    expect(found).toEqual({ key: id, id, name: "", kind: "external-client-app", adminApprovedOnly: null });
    expect(register.find(id, "Notes")).toBe(found);
    expect(register.all()).toEqual([slack, found]);
  });

  it("without an id is the one registered app of its name, and where two have it neither", () => {
    const [one, other] = [app("Twin", sfId("0H4", 3)), app("Twin", sfId("0H4", 4))];
    const register = new AppRegister([slack, one, other]);
    expect(register.find("", "Slack")).toBe(slack);
    expect(register.find(null, "Twin")).toEqual(app("Twin"));
    expect(register.find(undefined, null)).toEqual(app(""));
  });

  it("that an earlier list knew by its name alone is not taken for a registered one", () => {
    const byName = app("Old Tool");
    const register = new AppRegister([byName]);
    expect(register.all()).toEqual([]);
    expect(register.find(null, "Old Tool")).not.toBe(byName);
    expect(register.all()).toEqual([byName]);
  });

  it.each<[string, App["kind"]]>([
    [sfId("0H4", 1), "connected-app"],
    [sfId("0xI", 1), "external-client-app"],
    [sfId("00D", 1), "unknown"],
  ])("%s is of the kind %s", (id, kind) => expect(kindOf(appIdOf(id))).toBe(kind));
});

describe("a row of OauthToken", () => {
  it("becomes a grant with the times and the count that the org gives", () => {
    expect(grantMaker(new AppRegister([slack]))(row)).toEqual({
      userId: sfId("005", 1),
      app: slack,
      createdAt: Date.UTC(2026, 0, 1),
      lastUsedAt: null,
      useCount: 3,
    });
  });

  it("without an app menu item or a count is a grant of the app of its name, used nobody knows how often", () => {
    const bare = { ...row, AppMenuItem: null, UseCount: undefined } as unknown as GrantRow;
    expect(grantMaker(new AppRegister([slack]))(bare)).toMatchObject({ app: slack, useCount: null });
  });

  it("of a user, by either form of the id, has the same id: rows of one user are one user's", () => {
    const toGrant = grantMaker(new AppRegister([slack]));
    expect(toGrant({ ...row, UserId: row.UserId.slice(0, 15) }).userId).toBe(toGrant(row).userId);
  });

  it("without its user is inconclusive", () => {
    const toGrant = grantMaker(new AppRegister([slack]));
    const nobody = { ...row, UserId: null } as unknown as GrantRow;
    expect(() => toGrant(nobody)).toThrow(expect.objectContaining({ code: "grant-without-user" }));
  });
});
