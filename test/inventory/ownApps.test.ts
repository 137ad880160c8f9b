import { describe, expect, it } from "vitest";
import { AppRegister } from "../../src/inventory/appRegister.ts";
import { ownApps } from "../../src/inventory/ownApps.ts";
import { appRef, userIdOf } from "../../src/salesforce/id.ts";
import { app, sfId } from "../inventories.ts";

const OURS = app("Sanctioned", sfId("0H4", 1));
const OTHER = app("Release Bot", sfId("0xI", 2));
const TWIN = app("Sanctioned", sfId("0H4", 3));

/** The own apps of a session and a setting, in an org of those apps and of one that is not installed. */
function own(session: string | null, setting: string | null, ...apps: (typeof OURS)[]) {
  const register = new AppRegister(apps);
  register.find(null, "Salesforce CLI");
  return ownApps(
    {
      userId: userIdOf(sfId("005", 1)),
      username: "bot@dieppe.example",
      sessionApp: session,
      namedApp: setting === null ? null : appRef(setting),
    },
    register,
  );
}

describe("the tool's own app is", () => {
  it.each<[string, string | null, string | null, string[]]>([
    ["the one that the session shows", "Sanctioned", null, [OURS.id!]],
    ["in whatever case it shows it", "SANCTIONED", null, [OURS.id!]],
    ["the one that the settings name", null, "Release Bot", [OTHER.id!]],
    ["by an id of 15 characters too", null, OTHER.id!.slice(0, 15), [OTHER.id!]],
    ["or of 18", null, OTHER.id!, [OTHER.id!]],
    ["both where they differ", "Sanctioned", "Release Bot", [OTHER.id!, OURS.id!]],
    ["one where they agree", "Sanctioned", OURS.id!, [OURS.id!]],
    ["none where neither says", null, null, []],
    ["none where the session shows one that no app has an id for", "Salesforce CLI", null, []],
  ])("%s", (_rule, session, setting, ids) => expect(own(session, setting, OURS, OTHER)).toEqual(ids));

  it("the one that the settings say, where the session's name is that of several", () => {
    expect(own("Sanctioned", TWIN.id!, OURS, TWIN)).toEqual([TWIN.id]);
  });
});

describe("a mistake in what is the tool's own is an error, never no protection:", () => {
  it.each([
    ["a name that no app has", "own-app-not-in-org", null, "Sanctoned"],
    ["an id that no app has", "own-app-not-in-org", null, "0H4000000000009"],
    [
      "an app that is not installed, whose name anybody could take",
      "own-app-not-in-org",
      null,
      "Salesforce CLI",
    ],
    ["a name that two have", "own-app-ambiguous", null, "Sanctioned"],
    ["two of the name that the session shows", "own-app-ambiguous", "Sanctioned", null],
    ["the same, where the settings name a third", "own-app-ambiguous", "Sanctioned", "Release Bot"],
  ])("%s", (_what, code, session, setting) => {
    expect(() => own(session, setting, OURS, TWIN, OTHER)).toThrow(expect.objectContaining({ code }));
  });
});
