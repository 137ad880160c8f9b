import { describe, expect, it } from "vitest";
import { AppRegister, kindOf } from "../../src/inventory/appRegister.ts";
import { grantMaker } from "../../src/inventory/grantRow.ts";
import type { App, Grant } from "../../src/inventory/inventory.ts";
import type { GrantRow } from "../../src/inventory/partition.ts";
import { type AppId, appIdOf } from "../../src/salesforce/id.ts";
import { app, provider, sfId } from "../inventories.ts";

const slack = app("Slack", sfId("0H4", 1));
const external = (name: string, n: number): App => ({
  ...app(name, sfId("0xI", n)),
  kind: "external-client-app",
});
const row: GrantRow = {
  UserId: sfId("005", 1),
  AppName: "Slack",
  AppMenuItem: { ApplicationId: slack.id },
  CreatedDate: "2026-01-01T00:00:00.000+0000",
  LastUsedDate: null,
  UseCount: 3,
};
const USER = sfId("005", 1);

/** The app of each row, `id name` or `name` alone, once all are read. */
function found(
  register: AppRegister,
  rows: readonly [id: string | null, name: string | null][],
  own: AppId[] = [],
): App[] {
  const grants: Grant[] = rows.map(([id, name]) => ({
    userId: USER,
    app: register.find(id, name),
    createdAt: null,
    lastUsedAt: null,
    useCount: null,
  }));
  register.settle(grants, new Set(own));
  return grants.map((grant) => grant.app);
}

describe("the app of a grant", () => {
  it("is no identity provider, whatever that is called", () => {
    const known = [provider("Slack", sfId("0SO", 1)), provider("Old Tool"), slack];
    const apps = found(new AppRegister(known, []), [
      [null, "Slack"],
      [null, "Old Tool"],
    ]);
    expect(apps.map(({ key, couldBe }) => [key, couldBe])).toEqual([
      [slack.id, undefined],
      ["name:Old Tool", undefined],
    ]);
  });

  it("is the registered one of that id, whatever the grant calls it", () => {
    const register = new AppRegister([slack, app("Outlook", sfId("0H4", 2))]);
    expect(register.find(sfId("0H4", 1).slice(0, 15), "Outlook")).toEqual(slack);
    expect(register.find(slack.id, "Slack")).toBe(register.find(slack.id, null));
  });

  it("with an id that is not registered is an app of its own, of the kind that its id says", () => {
    const register = new AppRegister([slack]);
    const id = appIdOf(sfId("0xI", 7));
    const one = register.find(id, null);
    expect(one).toEqual({ key: id, id, name: "", kind: "external-client-app", adminApprovedOnly: null });
    expect(register.find(id, "Notes")).toBe(one);
    expect(register.all()).toEqual([slack, one]);
  });

  it("that is not registered is called by one of its grants' names, whichever comes first", () => {
    const id = sfId("0xI", 7);
    for (const names of [
      ["Notes", "Jots"],
      ["Jots", "Notes"],
    ] as const)
      expect(
        found(
          new AppRegister([]),
          names.map((name) => [id, name]),
        )[0]!.name,
      ).toBe("Jots");
  });

  it.each<[string, App["kind"]]>([
    [sfId("0H4", 1), "connected-app"],
    [sfId("0xI", 1), "external-client-app"],
    [sfId("00D", 1), "unknown"],
  ])("%s is of the kind %s", (id, kind) => expect(kindOf(appIdOf(id))).toBe(kind));
});

describe("a grant without an id is of", () => {
  const notes = external("Notes", 1);

  it("an app of its own, where no other has the name", () => {
    expect(
      found(new AppRegister([slack]), [
        [null, "Notes"],
        ["", "slack"],
        [null, "null"],
        [null, "constructor"],
      ]),
    ).toEqual([app("Notes"), app("slack"), app("null"), app("constructor")]);
  });

  it("the one app of its name, where that is an external client app: some of its rows lack the id", () => {
    const [one, other] = found(new AppRegister([notes]), [
      [null, "Notes"],
      [notes.id, "Notes"],
    ]);
    expect(one).toEqual({ ...notes, namesWithoutId: ["Notes"] });
    expect(one).toBe(other);
  });

  it("the one app of its name, where that is a connected app none of whose grants say the id", () => {
    expect(found(new AppRegister([slack]), [[null, "Slack"]])[0]!.id).toBe(slack.id);
  });

  it("nobody, where that is a connected app whose own grants say the id: a stranger can have its name", () => {
    const stranger = { ...app("Slack"), couldBe: [slack.id] };
    const rows: [string | null, string][] = [
      [null, "Slack"],
      [slack.id, "Slack"],
    ];
    expect(found(new AppRegister([slack]), rows)).toEqual([stranger, slack]);
    expect(found(new AppRegister([slack]), rows.toReversed())).toEqual([slack, stranger]);
  });

  it.each<[string, App]>([
    ["connected app", app("Twin", sfId("0H4", 3))],
    ["external client app", external("Twin", 3)],
  ])("nobody, where another %s has the name, with grants or without", (_kind, other) => {
    const twin = external("Twin", 2);
    const couldBe = [twin.id!, other.id!].sort();
    const register = () => new AppRegister([twin, other]);
    expect(found(register(), [[null, "Twin"]])).toEqual([{ ...app("Twin"), couldBe }]);
    expect(
      found(register(), [
        [other.id, "Twin"],
        [null, "Twin"],
      ])[1],
    ).toEqual({ ...app("Twin"), couldBe });
  });

  it("nobody, where another app is seen by that name, though registered by another or not at all", () => {
    const jots = external("Jots", 4);
    const unknown = appIdOf(sfId("0xI", 5));
    for (const [known, id] of [
      [[notes, jots], jots.id!],
      [[notes], unknown],
    ] as const)
      expect(
        found(new AppRegister(known), [
          [null, "Notes"],
          [id, "Notes"],
        ])[0]!.couldBe,
      ).toEqual([notes.id, id]);
  });

  it("nobody, where the app menu calls another app so", () => {
    const register = new AppRegister([notes, slack]);
    register.alsoCalled(slack.id!, "Notes");
    expect(found(register, [[null, "Notes"]])[0]!.couldBe).toEqual([slack.id, notes.id]);
  });

  it("nobody, where it could be the tool's own app, of whatever kind", () => {
    for (const own of [slack, notes])
      expect(found(new AppRegister([own]), [[null, own.name]], [own.id!])).toEqual([
        { ...app(own.name), couldBe: [own.id] },
      ]);
  });

  it("nobody, where it bears no name either", () => {
    expect(
      found(new AppRegister([slack]), [
        [null, null],
        [null, ""],
      ]),
    ).toEqual([app(""), app("")]);
  });

  it("an external client app that only the usage resources show, by the name that they give", () => {
    const register = new AppRegister([]);
    const shown = register.inUsage(sfId("0xI", 9), "Notes");
    expect(found(register, [[null, "Notes"]])[0]).toBe(shown);
  });
});

describe("from a list that was read before", () => {
  const notes = external("Notes", 1);
  const before = new AppRegister([slack, notes]);
  const grants: Grant[] = [
    ["0H4", "Slack"],
    [null, "Slack"],
    [null, "Notes"],
    [null, "Old Tool"],
  ].map(([id, name]) => ({
    userId: USER,
    app: before.find(id === null ? null : slack.id, name!),
    createdAt: null,
    lastUsedAt: null,
    useCount: null,
  }));
  before.settle(grants, new Set());

  it("each grant is of the same app as before, though not all of them are read again", () => {
    const later = new AppRegister(before.all(), grants);
    expect(["Slack", "Notes", "Old Tool"].map((name) => later.find(null, name))).toEqual(
      grants.slice(1).map(({ app: one }) => one),
    );
    expect(found(later, [[null, "Slack"]])[0]!.couldBe).toEqual([slack.id]);
  });

  it("a grant that only the usage resources showed does not say whether the app's grants name its id", () => {
    const known = (more: Partial<Grant>): Grant => ({
      userId: USER,
      app: slack,
      createdAt: null,
      lastUsedAt: null,
      useCount: null,
      ...more,
    });
    const later = (grant: Grant) => found(new AppRegister([slack], [grant]), [[null, "Slack"]])[0]!;
    expect(later(known({ source: "usage" })).id).toBe(slack.id);
    expect(later(known({})).couldBe).toEqual([slack.id]);
    expect(later(known({ app: app("Old Tool") })).id).toBe(slack.id);
  });

  it("a name that is new is a stranger's where the app of that name says its id", () => {
    const known = before.all().filter(({ couldBe }) => couldBe === undefined);
    expect(found(new AppRegister(known, grants), [[null, "Slack"]])[0]!.couldBe).toEqual([slack.id]);
    expect(found(new AppRegister(known), [[null, "Slack"]])[0]!.id).toBe(slack.id);
  });
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

  it("without an app menu item or a count is a grant of its name's, used nobody knows how often", () => {
    const bare = { ...row, AppMenuItem: null, UseCount: undefined } as unknown as GrantRow;
    expect(grantMaker(new AppRegister([slack]))(bare)).toMatchObject({ app: app("Slack"), useCount: null });
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
