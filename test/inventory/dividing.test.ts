import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { AppRegister } from "../../src/inventory/appRegister.ts";
import { grantMaker } from "../../src/inventory/grantRow.ts";
import {
  ALL_TIMES,
  BY_APP_NAME,
  BY_USER,
  conditionsOf,
  type GrantRow,
  UNDATED,
} from "../../src/inventory/partition.ts";
import { readGrants } from "../../src/inventory/readGrants.ts";
import {
  allByUser,
  type GrantReading,
  grantQuery,
  partOf,
  type RangeRead,
  type ReadPart,
  readRange,
  type Unread,
} from "../../src/inventory/readRange.ts";
import { changedUnits } from "../../src/inventory/recount.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

const base = generateOrg({ seed: 1, users: 30, grants: 0, apps: 3 });
const START = Date.parse("2026-01-01T00:00:00Z");
const second = (n: number) => START + n * 1_000;
const READING: GrantReading = { dated: true, ids: true, toGrant: grantMaker(new AppRegister([])) };
const ROWS =
  "SELECT Id, UserId, AppName, AppMenuItem.ApplicationId, CreatedDate, LastUsedDate, UseCount FROM OauthToken";

interface Made {
  readonly at: number | null;
  readonly user?: number;
  readonly app?: string;
}

let added = 0;
const add = ({ at, user = 1, app = "App 1" }: Made) =>
  org!.store.addGrant({
    username: `user${user}@generated.example`,
    app,
    createdAt: at,
    lastUsedAt: null,
    useCount: added++,
  });
const remove = (useCount: number) =>
  org!.store.revoke(String(org!.store.grants().find(({ UseCount }) => UseCount === useCount)!.DeleteToken));

/** Starts an org with grants, told apart by their use count: 0, 1, 2, … */
async function start(grants: readonly Made[], options: Partial<LocalOrgOptions> = {}): Promise<OrgReader> {
  org = await startLocalOrg({ org: base, ...options });
  added = 0;
  for (const grant of grants) add(grant);
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
}

interface Paged extends OrgReader {
  readonly asked: string[];
}

/**
 * The reader, with answers that end after `size` rows, as an org of hundreds of thousands of grants would end them after
 * 500, and with the number of rows as `total` says it. Queries that want all pages get them.
 */
function paged(reader: OrgReader, size: number, total = (real: number) => real): Paged {
  const asked: string[] = [];
  return {
    ...reader,
    asked,
    query: async <Row>(soql: string, options?: Parameters<OrgReader["query"]>[1]) => {
      asked.push(
        soql.replace(ROWS, "rows").replace(" ORDER BY CreatedDate ASC NULLS FIRST", " oldest first"),
      );
      const { rows, totalSize } = await reader.query<Row>(soql);
      if (options?.enough !== 1) return { rows, totalSize, pages: 1 };
      return { rows: rows.slice(0, size), totalSize: total(totalSize), pages: 1 };
    },
    count: (soql) => {
      asked.push(soql.replace("SELECT COUNT() FROM OauthToken", "count"));
      return reader.count(soql);
    },
  };
}

const all = (rows: number): Unread => ({ kind: "time", range: ALL_TIMES, rows });
const between = (from: number, to: number | null, rows: number): Unread => ({
  kind: "time",
  range: { from, to },
  rows,
});
const counts = ({ grants }: ReadPart) => grants.map(({ useCount }) => useCount!);
/** The parts of a reading, each as its unit and its grants. */
const parts = ({ parts: read }: Pick<RangeRead, "parts">) =>
  read.map((part) => {
    expect(part.ids).toHaveLength(part.grants.length);
    return [part.unit, counts(part)] as const;
  });
const listed = (read: readonly ReadPart[]) => read.flatMap(counts).sort((a, b) => a - b);
const truth = () =>
  org!.store
    .grants()
    .map(({ UseCount }) => Number(UseCount))
    .sort((a, b) => a - b);

describe("row ids", () => {
  const row = { UserId: base.users[1]!.id, AppName: "App 1", AppMenuItem: null, CreatedDate: null };
  const idOf = (Id: string | null | undefined) =>
    partOf(all(1), [{ ...row, LastUsedDate: null, UseCount: 1, Id } as GrantRow], READING).ids[0];

  it("of zeros are none, as those that are not there", () => {
    for (const none of ["0", "000000000000000", "000000000000000AAA", "0AAA", null, undefined])
      expect(idOf(none)).toBeNull();
  });

  it("that have anything else in them are ids", () => {
    for (const id of ["0CQ000000000001AAA", "000000000000001AAA", "000000000000000AAB", "x000", "000AAA0"])
      expect(idOf(id)).toBe(id);
  });
});

describe("a query of grants", () => {
  it("names the fields that the org hands out, and the conditions one after the other", () => {
    expect(grantQuery({ dated: true, ids: true }, [])).toBe(ROWS);
    expect(grantQuery({ dated: false, ids: false }, ["A = 1", "B = 2"], " ORDER BY A")).toBe(
      "SELECT UserId, AppName, AppMenuItem.ApplicationId, LastUsedDate, UseCount FROM OauthToken WHERE A = 1 AND B = 2 ORDER BY A",
    );
  });
});

describe("a stretch of time that an answer holds is one part", () => {
  it("and a group of its grants without a date, which come first", async () => {
    const reader = paged(await start([{ at: null }, { at: second(1) }, { at: null }, { at: second(2) }]), 4);
    const read = await readRange(reader, all(4), READING);
    expect(parts(read)).toEqual([
      [{ kind: "group", conditions: [UNDATED], keys: [BY_USER, BY_APP_NAME], rows: 2 }, [0, 2]],
      [{ kind: "time", range: { from: "dated", to: null }, rows: 2 }, [1, 3]],
    ]);
    expect([read.rest, read.pages, reader.asked]).toEqual([[], 1, ["rows oldest first"]]);
  });

  it("from its beginning up to its end, where it has both", async () => {
    const reader = paged(await start([0, 1, 2, 3].map((n) => ({ at: second(n) }))), 4);
    const unread = between(second(1), second(3), 9);
    const read = await readRange(reader, unread, READING);
    expect(parts(read)).toEqual([[{ ...unread, rows: 2 }, [1, 2]]]);
    expect(reader.asked).toEqual([
      "rows WHERE CreatedDate >= 2026-01-01T00:00:01.000Z AND CreatedDate < 2026-01-01T00:00:03.000Z oldest first",
    ]);
  });
});

describe("of a stretch of time that an answer does not hold", () => {
  it("all before the last time is known, and the rest begins with it: no tie is lost or read twice", async () => {
    const times = [0, 1, 2, 2, 2, 3].map((n) => ({ at: second(n) }));
    const reader = paged(await start(times), 4);
    const read = await readRange(reader, all(6), READING);
    expect(parts(read)).toEqual([
      [{ kind: "time", range: { from: "dated", to: second(2) }, rows: 2 }, [0, 1]],
    ]);
    expect(read.rest).toEqual([between(second(2), null, 4)]);
  });

  it("the grants without a date are a group, where the answer has no others", async () => {
    const reader = paged(await start([null, null, null, second(1)].map((at) => ({ at }))), 2);
    const read = await readRange(reader, all(4), READING);
    expect(parts(read)).toEqual([]);
    expect(read.rest).toEqual([
      { kind: "group", conditions: [UNDATED], keys: [BY_USER, BY_APP_NAME], rows: 2 },
      { kind: "time", range: { from: "dated", to: null }, rows: 2 },
    ]);
  });

  it("the grants of one second are a group, and the rest begins after it", async () => {
    const reader = paged(
      await start([...[1, 1, 1].map((n) => ({ at: second(n) + 300 })), { at: second(2) }]),
      2,
    );
    const range = { from: second(1) + 300, to: second(2) };
    const group = {
      kind: "group",
      conditions: conditionsOf(range),
      keys: [BY_USER, BY_APP_NAME],
      rows: 2,
      unit: { kind: "time", range, rows: 2 },
    };
    const first = await readRange(reader, all(4), READING);
    expect(parts(first)).toEqual([[{ kind: "time", range: { from: "dated", to: range.from }, rows: 0 }, []]]);
    expect(first.rest).toEqual([group, between(second(2), null, 2)]);
    // Nothing comes before what begins with that time.
    const again = await readRange(reader, between(range.from, null, 4), READING);
    expect(parts(again)).toEqual([]);
    expect(again.rest).toEqual([group, between(second(2), null, 2)]);
  });

  it.each([
    ["before the second does", second(1) + 700, second(1) + 700, []],
    ["with the second", second(2), second(2), []],
    ["later", second(2) + 1, second(2), [between(second(2), second(2) + 1, 1)]],
  ])("the group ends with the stretch, where that ends %s", async (_when, to, end, others) => {
    const reader = paged(await start([1, 1, 1].map((n) => ({ at: second(n) + 300 }))), 2);
    const { rest } = await readRange(reader, between(second(1), to, 3), READING);
    expect(rest).toEqual([
      expect.objectContaining({
        kind: "group",
        conditions: conditionsOf({ from: second(1) + 300, to: end }),
      }),
      ...others,
    ]);
  });

  it("the number is as the org says, except at the ceiling, where it may be more", async () => {
    const times = [0, 1, 2, 3].map((n) => ({ at: second(n) }));
    const reader = await start(times);
    for (const [total, known, rows] of [
      [2_499, 9_000, 2_498],
      [2_500, 9_000, 8_999],
      [2_500, 9, 2_499],
      [2_501, 9_000, 2_500],
    ] as const) {
      const { rest } = await readRange(
        paged(reader, 2, () => total),
        all(known),
        READING,
      );
      expect(rest).toEqual([between(second(1), null, rows)]);
    }
  });
});

describe("an answer is inconclusive", () => {
  const times = [0, 1, 2].map((n) => ({ at: second(n) }));

  it("that has more rows than the org counts, or none of those that it counts", async () => {
    const reader = await start(times);
    await expect(
      readRange(
        paged(reader, 3, () => 2),
        all(3),
        READING,
      ),
    ).rejects.toThrow("the org counted 2 grants of a range and handed out 3");
    await expect(readRange(paged(reader, 0), all(3), READING)).rejects.toThrow(
      "the org counted 3 grants of a range and handed out none",
    );
    expect(
      (
        await readRange(
          paged(reader, 0, () => 0),
          all(3),
          READING,
        )
      ).rest,
    ).toEqual([]);
  });

  it.each<[string, number[], Unread]>([
    ["earlier than its beginning", [second(0), second(2)], between(second(1), second(4), 9)],
    ["at its end", [second(1), second(4)], between(second(1), second(4), 9)],
    ["out of order", [second(3), second(2)], between(second(1), second(4), 9)],
  ])("with a grant that is %s", async (_where, given, unread) => {
    const reader = await start(times);
    const wrong: OrgReader = {
      ...reader,
      query: async <Row>() => {
        const { rows } = await reader.query<GrantRow>(ROWS);
        const changed = given.map((at, i) => ({ ...rows[i], CreatedDate: new Date(at).toISOString() }));
        return { rows: changed as Row[], totalSize: given.length, pages: 1 };
      },
    };
    await expect(readRange(wrong, unread, READING)).rejects.toMatchObject({ code: "grants-out-of-order" });
  });

  it("with a grant without a date, in a stretch of those that have one", async () => {
    const reader = await start([{ at: null }]);
    const wrong: OrgReader = { ...reader, query: (_soql, options) => reader.query(ROWS, options) };
    for (const from of ["dated", START] as const)
      await expect(
        readRange(wrong, { kind: "time", range: { from, to: null }, rows: 1 }, READING),
      ).rejects.toMatchObject({ code: "grants-out-of-order" });
  });
});

describe("grants that time does not tell apart are divided", () => {
  const at = second(1);
  const unit = between(at, at + 1_000, 9);
  const group = (more: object = {}): Unread => ({
    kind: "group",
    conditions: ["C"],
    keys: [BY_USER, BY_APP_NAME],
    rows: 9,
    unit,
    ...more,
  });
  const id = (user: number) => base.users[user]!.id;
  /** How a group is divided by what an answer shows: the conditions of each part, its keys and about how many it has. */
  const divided = async (
    made: readonly Omit<Made, "at">[],
    unread: Unread,
    total?: (real: number) => number,
    size = made.length - 1,
  ) => {
    const real = await start(made.map((one) => ({ ...one, at })));
    const reader = paged({ ...real, query: (_soql, options) => real.query(ROWS, options) }, size, total);
    const { parts: none, rest, pages } = await readRange(reader, unread, READING);
    expect([none, pages]).toEqual([[], 1]);
    await org!.close();
    return rest.map((part) => {
      if (part.kind === "time") throw new Error("a group is not divided by time");
      const { conditions, keys, rows, undivided } = part;
      expect([part.kind, part.unit]).toEqual(["group", unit]);
      return [
        conditions,
        keys.map(({ field, nullable }) => `${field}${nullable ? "?" : ""}`),
        rows,
        undivided,
      ];
    });
  };
  const BOTH = ["UserId", "AppName?"];

  it("by user, into parts of a page each: as many as the number of grants asks for", async () => {
    const users = [9, 3, 5, 1, 7].map((user) => ({ user }));
    // 1,200 in parts of about 400 are three: two of the users that were seen divide them.
    const ways = await divided([...users, ...users], group(), () => 1_200, 6);
    expect(ways).toEqual([
      [["C", `UserId < '${id(7)}'`, `UserId < '${id(5)}'`], BOTH, 400, 1_200],
      [["C", `UserId < '${id(7)}'`, `UserId >= '${id(5)}'`], BOTH, 400, 1_200],
      [["C", `UserId >= '${id(7)}'`], BOTH, 400, 1_200],
    ]);
  });

  it("into more, where the org counts up to the ceiling and more were known to be there", async () => {
    const users = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((user) => ({ user }));
    const number = async (rows: number, total: number) => {
      const ways = await divided(users, group({ rows }), () => total, 8);
      return ways.map(([, , each]) => each);
    };
    expect(await number(3_000, 2_500)).toEqual(Array.from({ length: 8 }, () => 375));
    expect(await number(9, 2_500)).toEqual(Array.from({ length: 7 }, () => 2_500 / 7));
    expect(await number(3_000, 2_400)).toEqual(Array.from({ length: 6 }, () => 400));
  });

  it("around the one user that was seen, whose own grants are divided by app next", async () => {
    const ways = await divided([{ user: 4 }, { user: 4 }, { user: 4 }], group());
    expect(ways).toEqual([
      [["C", `UserId < '${id(4)}'`], BOTH, 9, 3],
      [["C", `UserId >= '${id(4)}'`, `UserId <= '${id(4)}'`], ["AppName?"], 9, 3],
      [["C", `UserId > '${id(4)}'`], BOTH, 9, 3],
    ]);
  });

  it("around one user, where dividing by several left all in one part", async () => {
    const users = [1, 2, 3, 4].map((user) => ({ user }));
    const ways = await divided(users, group({ undivided: 4 }));
    expect(ways.map(([conditions]) => conditions)).toEqual([
      ["C", `UserId < '${id(2)}'`],
      ["C", `UserId >= '${id(2)}'`, `UserId <= '${id(2)}'`],
      ["C", `UserId > '${id(2)}'`],
    ]);
    expect(await divided(users, group({ undivided: 5 }), () => 801)).toHaveLength(3);
  });

  it("by the name of the app, and those without a name are a part that nothing divides further", async () => {
    const byApp = group({ keys: [BY_APP_NAME] });
    const ways = await divided(
      [{ app: "Zoom" }, { app: "Box" }, { app: "Box" }, { app: "Box" }],
      byApp,
      () => 500,
    );
    expect(ways).toEqual([
      [["C", "AppName = null"], [], 9, 500],
      [["C", "AppName < 'Zoom'"], ["AppName"], 250, 500],
      [["C", "AppName >= 'Zoom'"], ["AppName"], 250, 500],
    ]);
  });

  it("where no app that was seen has a name, into those without one and the others; then no further", async () => {
    const nameless = [{ app: "" }, { app: "" }, { app: "" }];
    expect(await divided(nameless, group({ keys: [BY_APP_NAME] }))).toEqual([
      [["C", "AppName = null"], [], 9, 3],
      [["C", "AppName != null"], ["AppName"], 9, 3],
    ]);
    expect(await divided(nameless, group({ keys: [{ ...BY_APP_NAME, nullable: false }] }))).toEqual([
      [["C"], [], 9, 3],
    ]);
  });

  it("and a part that an answer holds stands for what it is a part of, or else for itself", async () => {
    const reader = paged(await start([{ at: null }, { at: null }]), 2);
    const self = { kind: "group", conditions: [UNDATED], keys: [BY_USER, BY_APP_NAME], rows: 2 };
    const own: Unread = { kind: "group", conditions: [UNDATED], keys: [], rows: 7 };
    expect(parts(await readRange(reader, own, READING))).toEqual([[self, [0, 1]]]);
    expect(parts(await readRange(reader, { ...own, unit }, READING))).toEqual([[unit, [0, 1]]]);
    expect(reader.asked).toEqual([`rows WHERE ${UNDATED}`, `rows WHERE ${UNDATED}`]);
  });
});

describe("a part that no division makes fit", () => {
  const own: Unread = { kind: "group", conditions: [UNDATED], keys: [], rows: 3 };
  const QUERY = `rows WHERE ${UNDATED}`;
  const COUNT = `count WHERE ${UNDATED}`;
  const three = [{ at: null }, { at: null }, { at: null }];
  /** The reader, with something that happens before each query of all pages, told its number. */
  const changing = (reader: Paged, happens: (nth: number) => void): OrgReader => {
    let readings = 0;
    return {
      ...reader,
      query: (soql, options) => {
        if (options?.enough !== 1) happens(++readings);
        return reader.query(soql, options);
      },
    };
  };

  it("is read until it is the same twice, and counted each time", async () => {
    const reader = paged(await start(three), 2);
    const read = await readRange(reader, own, READING);
    expect(parts(read)).toEqual([[expect.objectContaining({ conditions: [UNDATED] }), [0, 1, 2]]]);
    expect(reader.asked).toEqual([QUERY, QUERY, COUNT, QUERY, COUNT]);
    expect([read.pages, read.rest]).toEqual([5, []]);
  });

  it("is read again where one went and another came between: the number alone is not believed", async () => {
    const reader = paged(await start(three), 2);
    const moving = changing(reader, (nth) => {
      if (nth === 2) [remove(0), add({ at: null })].map(String);
    });
    const read = await readRange(moving, own, READING);
    expect(listed(read.parts)).toEqual([1, 2, 3]);
    expect(read.pages).toBe(7);
  });

  it("is read again where the org counts another number: rows that are the same twice are not believed", async () => {
    const reader = paged(await start(three), 2);
    let counted = 0;
    const short = {
      ...reader,
      count: async (soql: string) => (await reader.count(soql)) + (++counted < 3 ? 1 : 0),
    };
    expect((await readRange(short, own, READING)).pages).toBe(7);
  });

  it("is inconclusive where it is another each of four times", async () => {
    const reader = paged(await start(three), 2);
    const endless = changing(reader, () => add({ at: null }));
    await expect(readRange(endless, own, READING)).rejects.toThrow(
      "the org counted 7 grants of a range and handed out another number each time",
    );
    expect(reader.asked.filter((query) => query === COUNT)).toHaveLength(4);
  });

  it("is inconclusive where there are more of it than a query hands out, whichever answer says so", async () => {
    const real = await start(three);
    const tooMany = { code: "too-many-grants-at-one-instant" };
    const stated = paged(real, 2, () => 2_501);
    await expect(readRange(stated, own, READING)).rejects.toMatchObject(tooMany);
    expect(stated.asked).toEqual([QUERY]);
    const counting = (count: number): OrgReader => ({
      ...paged(real, 2, () => 2_500),
      count: async () => count,
    });
    await expect(readRange(counting(2_501), own, READING)).rejects.toMatchObject(tooMany);
    await expect(readRange(counting(2_500), own, READING)).rejects.toMatchObject({
      code: "range-count-not-matched",
    });
  });
});

describe("all grants by user", () => {
  const ids = ["c", "a", "d", "b"];
  it("are divided at the users' ids, in their order, into parts of about 400", () => {
    const [first, ...others] = allByUser(ids, 800);
    expect(others).toHaveLength(1);
    expect(first).toEqual({
      kind: "group",
      conditions: ["UserId < 'c'"],
      keys: [BY_USER, BY_APP_NAME],
      rows: 400,
    });
    expect(allByUser(ids, 801).map(({ rows }) => rows)).toEqual([267, 267, 267]);
  });

  it("are one part where they are few, or nobody is known", () => {
    const one = { kind: "group", conditions: [], keys: [BY_USER, BY_APP_NAME] };
    expect(allByUser(ids, 400)).toEqual([{ ...one, rows: 400 }]);
    expect(allByUser([], 4_000)).toEqual([{ ...one, rows: 4_000 }]);
  });
});

describe("grants are read several stretches at once", () => {
  /** Grants of 40 seconds, in an org that has 100,000 more by what it says in its first answer. */
  const forty = Array.from({ length: 40 }, (_, n) => ({ at: second(n) }));
  const stretches = (reader: Paged) =>
    reader.asked.map((query) =>
      [...query.matchAll(/T00:00:(\d\d)\.000Z/g)].map(([, digits]) => digits).join("-"),
    );
  const read = async (rows: number, concurrency: number, made: readonly Made[] = forty) => {
    const real = await start(made);
    let first = true;
    const reader = paged({ ...real, concurrency }, 11, (total) => {
      if (!first) return total;
      first = false;
      return 2_500; // the ceiling: how many more there are is known from before
    });
    const progress: number[] = [];
    const done = await readGrants(reader, [between(START, null, rows)], READING, {
      latest: second(40),
      onProgress: (count) => progress.push(count),
    });
    expect(listed(done.parts)).toEqual(truth());
    expect(done.calls).toBe(reader.asked.length);
    expect(progress.at(-1)).toBe(made.length);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    await org!.close();
    return stretches(reader).slice(1);
  };

  it("where an answer leaves many: as many as there are readers", async () => {
    expect((await read(100_000, 3)).sort()).toEqual(["10-20", "20-30", "30"]);
  });

  it("and no more than one for each 4,000 grants that are left", async () => {
    expect((await read(8_000, 9)).slice(0, 2).sort()).toEqual(["10-25", "25"]);
    expect((await read(4_010, 9)).slice(0, 2)).toEqual(["10", "20"]);
    // What is left after the first answer counts: 4,001 and 4,000.
    expect(await read(4_011, 9)).toContain("10-25");
  });

  it("and with few divisions for the pages there are: each can cost a page that is not full", async () => {
    // 100,000 are 200 pages: 12 divisions, and one for each 25 pages.
    expect(await read(100_000, 50)).toHaveLength(1 + 12 + 8);
  });

  it("beside what else is read: the grants of one second take a reader too", async () => {
    const ties = Array.from({ length: 12 }, (_, i) => ({ at: START, user: 1 + i }));
    const [first, ...others] = forty;
    const asked = await read(100_000, 3, [...ties, first!, ...others]);
    expect(asked.slice(0, 3).sort()).toEqual(["00-01", "01-21", "21"]);
  });

  it("beside what was begun with: two that are unfinished are divided among the readers that are left", async () => {
    const real = await start(forty);
    const reader = paged({ ...real, concurrency: 3 }, 11, (total) => (total > 11 ? 2_500 : total));
    const begun = [between(START, second(20), 50_000), between(second(20), null, 50_000)];
    const done = await readGrants(reader, begun, READING, { latest: second(40) });
    expect(listed(done.parts)).toEqual(truth());
    // One reader was free: one of the two was divided, into two.
    expect(reader.asked).toHaveLength(5);
  });

  it("one after the other where there is one reader", async () => {
    expect(await read(100_000, 1)).toEqual(["10", "20", "30"]);
  });

  it("but not from a beginning that no date says", async () => {
    const real = await start([...forty.slice(0, 4), { at: null }, { at: null }, { at: null }]);
    const reader = paged({ ...real, concurrency: 5 }, 2);
    const done = await readGrants(reader, [all(90_000)], READING, { latest: second(40) });
    expect(listed(done.parts)).toEqual(truth());
    expect(reader.asked.slice(1, 3).sort()).toEqual([
      "rows WHERE CreatedDate != null oldest first",
      `rows WHERE ${UNDATED}`,
    ]);
  });

  it("within a number of calls that grants in that number can take, and not without an end", async () => {
    const real = await start(forty.slice(0, 2));
    const taking = (pages: number): OrgReader => ({
      ...real,
      query: async <Row>(soql: string) => ({ ...(await real.query<Row>(soql)), pages }),
    });
    const reading = (pages: number, rows: number) =>
      readGrants(taking(pages), [all(rows)], READING, { latest: START });
    // Two grants came: what the org counted before says nothing of what it brings.
    for (const counted of [0, 1_000_000]) {
      expect((await reading(102, counted)).calls).toBe(102);
      await expect(reading(103, counted)).rejects.toThrow(
        `103 API calls did not bring the ${counted} grants`,
      );
    }
  });

  it("and no more than twice as many as there were to be, and those that may have come meanwhile", async () => {
    const [second] = (await (await start(forty.slice(0, 2))).query<GrantRow>(grantQuery(READING, []))).rows;
    let at = START;
    const endless = {
      ...(await start([])),
      query: async () => {
        at += 1_000;
        const rows = Array.from({ length: 2_000 }, () => ({
          ...second,
          CreatedDate: new Date(at).toISOString(),
        }));
        rows.push({ ...second, CreatedDate: new Date(at + 500).toISOString() });
        return { rows, totalSize: 1_000_000_000, pages: 1 };
      },
    } as OrgReader;
    const asked = readGrants(endless, [all(100)], READING, { latest: START });
    await expect(asked).rejects.toMatchObject({ code: "grants-without-end" });
    expect(at - START).toBe(6_000);
  });

  it("and end with the first that fails: the others ask for nothing more", async () => {
    const real = await start(forty);
    let queries = 0;
    const failing: OrgReader = {
      ...paged(real, 3),
      query: async <Row>(soql: string) => {
        if (++queries === 1) throw new Error("no answer");
        const { rows, totalSize } = await real.query<Row>(soql);
        return { rows: rows.slice(0, 3), totalSize, pages: 1 };
      },
    };
    const start2 = [between(START, second(20), 20), between(second(20), null, 20)];
    await expect(readGrants(failing, start2, READING, { latest: second(40) })).rejects.toThrow("no answer");
    const asked = queries;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([asked, queries]).toEqual([2, 2]);
  });
});

describe("what changed since it was read is found by counting", () => {
  const forty = Array.from({ length: 40 }, (_, n) => ({ at: second(n), user: 1 + (n % 4) }));
  /** Reads all in stretches of ten seconds, the first without a beginning and the last without an end. */
  const ten = async (made: readonly Made[] = forty) => {
    const real = await start(made);
    const reader = paged(real, 11);
    const { parts: read } = await readGrants(reader, [all(made.length)], READING, { latest: second(40) });
    reader.asked.length = 0;
    return { reader, read };
  };
  const from = (n: number, to: number | null) =>
    `count WHERE ${conditionsOf({ from: n === 0 ? "dated" : second(n), to: to === null ? null : second(to) }).join(" AND ")}`;

  it("in one call where nothing did", async () => {
    const { reader, read } = await ten();
    expect(await changedUnits(reader, read.toReversed())).toEqual({ changed: [], calls: 1 });
    expect(reader.asked).toEqual(["count WHERE CreatedDate != null"]);
  });

  it("in none where there is nothing to count", async () => {
    const { reader } = await ten();
    expect(await changedUnits(reader, [])).toEqual({ changed: [], calls: 0 });
  });

  it("among neighbours in time, whatever order they were read in, a quarter of them at a time", async () => {
    const { reader, read } = await ten();
    expect(read).toHaveLength(4);
    remove(12);
    add({ at: second(36) });
    add({ at: second(37) });
    const order = [2, 0, 3, 1].map((i) => read[i]!);
    const { changed, calls } = await changedUnits(reader, order);
    expect(changed).toEqual([
      { unit: read[1]!.unit, counted: 9 },
      { unit: read[3]!.unit, counted: 12 },
    ]);
    expect(calls).toBe(reader.asked.length);
    expect(reader.asked).toEqual([
      "count WHERE CreatedDate != null",
      from(0, 10),
      from(10, 20),
      from(20, 30),
      from(30, null),
    ]);
  });

  it("of more than four, those beside each other are counted together first", async () => {
    const sixteen = Array.from({ length: 16 }, (_, n) => ({ at: second(n) }));
    const real = await start(sixteen);
    const read = await Promise.all(
      sixteen.map((_, n) => readRange(real, between(second(n), second(n + 1), 1), READING)),
    );
    remove(6);
    const reader = paged(real, 500);
    const parts = read.flatMap((one) => one.parts);
    const { changed } = await changedUnits(reader, parts);
    expect(changed).toEqual([{ unit: parts[6]!.unit, counted: 0 }]);
    expect(reader.asked).toEqual([
      ...[
        [0, 16],
        [0, 4],
        [4, 8],
        [8, 12],
        [12, 16],
        [4, 5],
        [5, 6],
        [6, 7],
        [7, 8],
      ].map(([a, b]) => `count WHERE ${conditionsOf({ from: second(a!), to: second(b!) }).join(" AND ")}`),
    ]);
    // Of five, two of the ways have nothing to count.
    reader.asked.length = 0;
    expect(await changedUnits(reader, parts.slice(3, 8))).toMatchObject({ calls: 6 });
  });

  it("and groups each for itself, with all parts that stand for one", async () => {
    const made = [
      ...Array.from({ length: 6 }, (_, i) => ({ at: null, user: 1 + (i % 3) })),
      ...Array.from({ length: 6 }, (_, i) => ({ at: second(1), user: 1 + (i % 3) })),
      { at: second(5) },
    ];
    const real = await start(made);
    const read = await readGrants(paged(real, 4), [all(made.length)], READING, { latest: second(9) });
    const units = new Set(read.parts.map(({ unit }) => unit));
    expect(units.size).toBeLessThan(read.parts.length);
    const reader = paged(real, 500);
    // Those without a date, by user.
    const groups = read.parts.flatMap(({ unit }) => (unit.kind === "group" ? [unit] : []));
    expect(groups.length).toBeGreaterThan(1);
    expect(await changedUnits(reader, read.parts)).toEqual({ changed: [], calls: 1 + groups.length });
    expect(reader.asked).toEqual([
      "count WHERE CreatedDate != null",
      ...groups.map(({ conditions }) => `count WHERE ${conditions.join(" AND ")}`),
    ]);
    remove(0);
    const { changed } = await changedUnits(reader, read.parts);
    const ofUser1 = read.parts.find((part) => counts(part).includes(0))!;
    expect(changed).toEqual([{ unit: ofUser1.unit, counted: ofUser1.grants.length - 1 }]);
  });
});
