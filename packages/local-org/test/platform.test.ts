import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { LocalOrgError } from "../src/errors.ts";
import { PLATFORM_SETTINGS, type Platform, readPlatform } from "../src/fixture/platform.ts";
import { checkFixture } from "../src/fixture/readFixture.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { generateOrg } from "../src/orgs/generateOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { ask, query } from "./ask.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

const SOQL = "SELECT Id FROM OauthToken ORDER BY CreatedDate ASC NULLS FIRST";
const idsOf = (records: { Id: string }[]) => records.map(({ Id }) => Id);

/** Reads the first page, lets something happen, and reads on to the end. */
async function read(options: Omit<LocalOrgOptions, "org">, happens: (org: LocalOrg) => void) {
  org = await startLocalOrg({ org: generateOrg({ seed: 1, users: 40, grants: 1_200, apps: 4 }), ...options });
  const before = org.store.grants().map(({ Id }) => String(Id));
  let { body } = await query(org, SOQL);
  const ids = idsOf(body.records);
  happens(org);
  const totals = [body.totalSize];
  while (!body.done) {
    ({ body } = await ask(org, body.nextRecordsUrl));
    ids.push(...idsOf(body.records));
    totals.push(body.totalSize);
  }
  return { before, ids, totals };
}
const revokeTenth = ({ store }: LocalOrg) => store.revoke(String(store.grants()[10]!.DeleteToken));
const addFirst = ({ store }: LocalOrg) =>
  store.addGrant({
    username: "user7@generated.example",
    app: "App 1",
    createdAt: 0,
    lastUsedAt: null,
    useCount: 0,
  });

describe("pages of a query whose rows change meanwhile", () => {
  it("are of what the query found, as a snapshot", async () => {
    const { before, ids, totals } = await read({}, revokeTenth);
    expect(ids).toEqual(before);
    expect(totals).toEqual([1_200, 1_200, 1_200]);
  });

  it("live: a row that goes from a page already read hides the one that moves over the boundary", async () => {
    const { before, ids, totals } = await read({ queryPages: "live" }, revokeTenth);
    expect(ids).toEqual(before.toSpliced(500, 1));
    expect(totals).toEqual([1_200, 1_199, 1_199]);
  });

  it("live: a row that comes there shows the one at the boundary twice", async () => {
    const { before, ids } = await read({ queryPages: "live" }, addFirst);
    expect(ids).toEqual(before.toSpliced(500, 0, before[499]!));
  });

  it("live: end where so many go that nothing is left at the offset", async () => {
    const { ids } = await read({ queryPages: "live" }, ({ store }) => {
      for (const { DeleteToken } of store.grants().slice(0, 900)) store.revoke(String(DeleteToken));
    });
    expect(ids).toHaveLength(500);
  });

  it("are as the fixture says where no option does", async () => {
    const fixture = generateOrg({ seed: 1, users: 40, grants: 600, apps: 4 });
    org = await startLocalOrg({ org: { ...fixture, platform: { queryPages: "live" } } });
    const { body } = await query(org, SOQL);
    revokeTenth(org);
    expect((await ask(org, body.nextRecordsUrl)).body.records).toHaveLength(99);
  });
});

describe("the settings of the platform", () => {
  const fixture = generateOrg({ seed: 1, users: 2, grants: 1, apps: 1 });

  it("are data: each with a description and its values, the default first, each of which a fixture takes", async () => {
    for (const [name, { description, values }] of Object.entries(PLATFORM_SETTINGS)) {
      expect(description).not.toBe("");
      expect(new Set(values).size).toBe(values.length);
      for (const value of values) {
        const platform = { [name]: value };
        expect(checkFixture({ ...fixture, platform }, "test").platform).toEqual(platform);
        expect(readPlatform([`${name}=${value}`])).toEqual(platform);
      }
    }
    org = await startLocalOrg({ org: fixture });
    expect(org.store.platform).toEqual(
      Object.fromEntries(Object.entries(PLATFORM_SETTINGS).map(([name, { values }]) => [name, values[0]])),
    );
  });

  it("are in the README, each with its values", () => {
    const readme = readFileSync(path.resolve(import.meta.dirname, "../README.md"), "utf8");
    const rows = readme.matchAll(/^\| `(\w+)` \| (`[^|]+`) \| /gm);
    const documented = Array.from(rows, ([, name, values]) => [name, values!.slice(1, -1).split("`, `")]);
    for (const [name, { values }] of Object.entries(PLATFORM_SETTINGS))
      expect(documented).toContainEqual([name, [...values]]);
  });

  it("are the option's, then the fixture's", async () => {
    const platform = { usageNeeds: "admin", usageRefusal: "404" } as const;
    org = await startLocalOrg({ org: { ...fixture, platform }, usageNeeds: "setting" });
    expect(org.store.platform).toMatchObject({ usageNeeds: "setting", usageRefusal: "404" });
  });

  it.each([
    ["usageNeed=viewer", /^There is no platform setting usageNeed; there are queryPages, /],
    ["toString=viewer", /^There is no platform setting toString; /],
    ["usageNeeds=", /^The platform setting usageNeeds is one of viewer, nothing, admin, setting\.$/],
    ["usageNeeds", /^The platform setting usageNeeds is one of /],
    ["usageNeeds=viewer=x", /^The platform setting usageNeeds is one of /],
  ])("that are none are refused: %s", (text, message) => {
    expect(() => readPlatform([text])).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });

  it("that are none are refused as options and in a fixture too", async () => {
    const usageNeeds = "luck" as Platform["usageNeeds"];
    await expect(startLocalOrg({ org: fixture, usageNeeds })).rejects.toThrow(LocalOrgError);
    expect(() => checkFixture({ ...fixture, platform: { usageNeeds } }, "test")).toThrow(
      "/platform/usageNeeds",
    );
    expect(() => checkFixture({ ...fixture, platform: { luck: "good" } }, "test")).toThrow("/platform");
  });
});

describe("text is compared and sorted", () => {
  const NAMES = ["Zed", "apple", "Tool", "tool", "Tool ", "İstanbul", "istanbul", "Émile", "emile"];
  const fixture = generateOrg({ seed: 1, users: 4, grants: NAMES.length, apps: 1 });
  const named = { ...fixture, grants: fixture.grants.map((g, i) => ({ ...g, app: NAMES[i]! })) };
  const names = async (soql: string): Promise<string[]> =>
    (await query(org!, soql)).body.records.map(({ AppName }: { AppName: string }) => AppName);

  it.each([
    ["folded", ["Tool", "tool"], ["apple", "emile"]],
    ["binary", ["Tool"], ["Tool", "Tool "]],
    ["accents", ["Tool", "tool", "Tool "], ["apple"]],
    ["mixed", ["Tool", "tool"], ["Tool", "Tool "]],
  ] as const)("%s", async (collation, equal, first) => {
    org = await startLocalOrg({ org: named, collation });
    expect(await names("SELECT AppName FROM OauthToken WHERE AppName = 'Tool'")).toHaveLength(equal.length);
    expect(new Set(await names("SELECT AppName FROM OauthToken WHERE AppName = 'Tool'"))).toEqual(
      new Set(equal),
    );
    expect((await names("SELECT AppName FROM OauthToken ORDER BY AppName")).slice(0, first.length)).toEqual(
      first,
    );
  });

  it.each(["folded", "binary", "accents", "mixed"] as const)(
    "%s: what is less, and what is not, are all there is",
    async (collation) => {
      org = await startLocalOrg({ org: named, collation });
      for (const name of NAMES) {
        const [less, rest] = await Promise.all(
          ["<", ">="].map((is) => names(`SELECT AppName FROM OauthToken WHERE AppName ${is} '${name}'`)),
        );
        expect([...less!, ...rest!].sort()).toEqual([...NAMES].sort());
      }
    },
  );

  it("as the fixture says where no option does", async () => {
    org = await startLocalOrg({ org: { ...named, platform: { collation: "binary" } } });
    expect(await names("SELECT AppName FROM OauthToken WHERE AppName = 'tool'")).toEqual(["tool"]);
  });
});
