import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppRegister } from "../../src/inventory/appRegister.ts";
import { grantMaker } from "../../src/inventory/grantRow.ts";
import { listGrants } from "../../src/inventory/grants.ts";
import { countQuery } from "../../src/inventory/partition.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { ApiError } from "../../src/salesforce/failure.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

/** Our clock stands still here, so that every margin of a listing is known to the millisecond. */
const NOW = Date.parse("2026-11-23T12:00:00.500Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The whole second from which on grants are looked for at the end, where the org says what time it is. */
const SINCE = Date.parse("2026-11-23T11:59:00Z");
const LONG_AGO = Date.parse("2025-01-01T00:00:00Z");

let org: LocalOrg | undefined;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
});
afterEach(async () => {
  vi.useRealTimers();
  await org?.close();
  org = undefined;
});

const base = generateOrg({ seed: 1, users: 60, grants: 0, apps: 3 });

/** `count` times, a minute apart, the last of them at `end`. */
const minutes = (count: number, end = NOW - 60 * MINUTE) =>
  Array.from({ length: count }, (_, i) => end - (count - 1 - i) * MINUTE);

let added = 0;
const add = (createdAt: number | null, user = 1 + (added % 50)) =>
  org!.store.addGrant({
    username: `user${user}@generated.example`,
    app: `App ${added % 3}`,
    createdAt,
    lastUsedAt: null,
    useCount: added++,
  });
/** Takes one of the oldest grants away. */
const remove = (index: number) => org!.store.revoke(String(org!.store.grants().at(index)!.DeleteToken));
const undatedIndex = () => org!.store.grants().findIndex(({ CreatedDate }) => CreatedDate === null);

const told = (soql: string) =>
  soql
    .replace(/^SELECT .*UserId.* FROM OauthToken/, "rows")
    .replace("SELECT COUNT() FROM OauthToken", "count")
    .replace("SELECT CreatedDate FROM OauthToken", "newest")
    .replace(" ORDER BY CreatedDate ASC NULLS FIRST", " oldest first")
    .replace(" ORDER BY CreatedDate DESC NULLS LAST", " newest first");
const isLook = (query: string) => query === "rows newest first";

interface Given {
  /** When each grant was made; a number of ids that is the same in every run is their use count. */
  readonly times: readonly (number | null)[];
  readonly options?: Partial<LocalOrgOptions>;
  /** By how much the org's clock is ahead; null where it does not say. */
  readonly skew?: number | null;
  /** What happens in the org right before an answer; `nth` counts the queries of the same text. */
  readonly happens?: (query: string, nth: number) => void;
  /** What the org answers instead. */
  readonly altered?: (reader: OrgReader) => Partial<OrgReader>;
}

/** Lists the grants of an org, and what was asked for: `rows`, `newest` and `count`, with their conditions. */
async function list({ times, options, skew = 0, happens = () => undefined, altered }: Given) {
  org = await startLocalOrg({ org: base, ...options });
  added = 0;
  for (const time of times) add(time);
  const real = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
  const asked: string[] = [];
  const ask = (soql: string) => {
    const query = told(soql);
    asked.push(query);
    happens(query, asked.filter((one) => one === query).length);
  };
  const answering = { ...real, ...altered?.(real) };
  const reader: OrgReader = {
    ...answering,
    clockSkewMs: skew,
    query: (soql, more) => {
      ask(soql);
      return answering.query(soql, more);
    },
    count: (soql) => {
      ask(soql);
      return answering.count(soql);
    },
  };
  const progress: [number, number][] = [];
  const listing = reader.count(countQuery()).then((countBefore) =>
    listGrants(reader, {
      countBefore,
      toGrant: grantMaker(new AppRegister([])),
      userIds: async () => base.users.map(({ id }) => id),
      now: () => new Date(),
      onProgress: (read, total) => progress.push([read, total]),
    }),
  );
  const outcome = await listing.then(
    ({ grants, proof }) => ({ grants: grants.map(({ useCount }) => useCount!).sort((a, b) => a - b), proof }),
    (error: unknown) => ({ error }),
  );
  const there = org.store.grants().map(({ UseCount }) => Number(UseCount));
  return { outcome, asked, progress, truth: there.sort((a, b) => a - b) };
}

/** The same of a listing that comes to an end. It holds what the org holds, and counts its calls as the org does. */
async function settled(given: Given) {
  const { outcome, truth, ...rest } = await list(given);
  if ("error" in outcome) throw outcome.error;
  const { grants, proof } = outcome;
  expect(proof.calls).toBe(rest.asked.length);
  expect(proof.read).toBe(grants.length);
  return { grants, proof, truth, ...rest };
}

/** And of one that does not. */
async function failed(given: Given) {
  const { outcome, asked } = await list(given);
  expect(outcome).toHaveProperty("error");
  return { message: String((outcome as { error: unknown }).error), asked };
}

describe("an org that stands still is listed", () => {
  it("in a query for each page, one for the newest date, and one that brings the newest and their number", async () => {
    const { asked, grants, truth, proof, progress } = await settled({ times: minutes(600) });
    expect(asked).toEqual([
      "count",
      "newest WHERE CreatedDate != null newest first LIMIT 1",
      "rows oldest first",
      "rows WHERE CreatedDate >= 2026-11-23T09:20:00.500Z oldest first",
      "rows newest first",
    ]);
    expect(grants).toEqual(truth);
    expect(proof).toEqual({
      countBefore: 600,
      countAfter: 600,
      read: 600,
      partition: "CreatedDate",
      ranges: 3,
      calls: 5,
      rereads: 0,
      rowIds: true,
    });
    expect(progress).toEqual([
      [499, 600],
      [600, 600],
    ]);
  });

  it.each([0, 1, 499, 500])("in three calls where one answer holds it: %i grants", async (count) => {
    const { asked, grants, truth, proof } = await settled({ times: minutes(count) });
    expect(asked).toEqual(["count", "rows oldest first", "count"]);
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ ranges: 1, calls: 3, rowIds: count > 0 });
  });

  it("without a count of its own for the last answer, except at the ceiling, where that is not believed", async () => {
    for (const [count, counts] of [
      [2_499, 1],
      [2_500, 2],
    ] as const) {
      const { asked, grants, truth } = await settled({ times: minutes(count) });
      expect(grants).toEqual(truth);
      expect(asked.filter((query) => query === "count")).toHaveLength(counts);
      await org!.close();
    }
  });

  it("of which the last answer counts no further than the ceiling", async () => {
    const { asked, grants, truth, proof } = await settled({
      times: minutes(2_600),
      options: { totalSizeAtCeiling: "capped" },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ countAfter: 2_600, rereads: 0 });
    expect(asked.filter((query) => query === "count")).toHaveLength(2);
  });

  it.each([true, false])(
    "with the grants of the last minute once, of parts that begin before it and at it: ids %s",
    async (ids) => {
      // The second page begins with the first grant of the last minute, and the look brings those again.
      const times = [...minutes(499, SINCE - 1), ...Array.from({ length: 150 }, (_, i) => SINCE + i * 100)];
      const { grants, truth, proof } = await settled({ times, options: { nullTokenIds: !ids } });
      expect(grants).toEqual(truth);
      expect(proof).toMatchObject({ ranges: 2, calls: 5, rereads: 0, rowIds: ids });
      await org!.close();
      const around = [...minutes(450, SINCE - 1), ...Array.from({ length: 150 }, (_, i) => SINCE + i * 100)];
      const cut = await settled({ times: around, options: { nullTokenIds: !ids } });
      expect(cut.grants).toEqual(cut.truth);
      expect(cut.proof).toMatchObject({ ranges: 2, calls: 5, rereads: 0 });
    },
  );

  it("with a date that is still to come, which is no change", async () => {
    const { grants, truth, proof } = await settled({ times: [...minutes(600), NOW + 9 * MINUTE] });
    expect(grants).toEqual(truth);
    expect(proof).not.toHaveProperty("changes");
  });
});

describe("grants that are made while it is read", () => {
  it("are listed, and said to have come", async () => {
    const { grants, truth, proof } = await settled({
      times: minutes(600),
      happens: (query) => {
        if (isLook(query)) [add(NOW), add(NOW + SECOND)].map(String);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({
      countBefore: 600,
      countAfter: 602,
      calls: 5,
      rereads: 0,
      changes: { came: 2, gone: 0, stillListed: 0 },
    });
  });

  it("are told from those that went, where the number is as it was", async () => {
    const { grants, truth, proof } = await settled({
      times: minutes(600),
      happens: (query, nth) => {
        if (isLook(query) && nth === 1) [remove(10), add(NOW)].map(String);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({
      countBefore: 600,
      countAfter: 600,
      rereads: 1,
      changes: { came: 1, gone: 1, stillListed: 0 },
    });
  });

  it.each<[rule: string, times: number[], made: number[], gone: number]>([
    ["after the newest that was there", [], [NOW - 60 * MINUTE, NOW - 60 * MINUTE + 1], 3],
    // The org's clock says it to the second: what was made in the second of the beginning may have been there.
    ["after the beginning, where a date is still to come", [NOW + 9 * MINUTE], [NOW + 1_000, NOW + 1_001], 2],
    ["up to now", [NOW + 9 * MINUTE], [NOW + 6_000, NOW + 6_001], 2],
  ])("are those %s, to the millisecond: one of two", async (_rule, times, made, gone) => {
    const { grants, truth, proof } = await settled({
      times: [...minutes(600), ...times],
      happens: (query, nth) => {
        if (!isLook(query) || nth > 1) return;
        vi.setSystemTime(NOW + 5 * SECOND);
        for (let i = 0; i < gone; i++) remove(i);
        for (const time of made) add(time);
      },
    });
    expect(grants).toEqual(truth);
    // Of the two that were made, one could have been there before: then one less went.
    expect(proof.changes).toEqual({ came: 1, gone: gone - 1, stillListed: 0 });
  });

  it.each<[rule: string, skew: number | null, since: number]>([
    ["a minute before the org's time", 0, SINCE],
    ["a minute before the org's time, though its clock is an hour behind", -60 * MINUTE, SINCE - 60 * MINUTE],
    ["ten minutes before ours, where the org does not say", null, SINCE - 9 * MINUTE],
  ])("are looked for from %s on", async (_rule, skew, since) => {
    for (const [time, rereads] of [
      [since, 0],
      [since - 1, 1],
    ] as const) {
      const { grants, truth, proof } = await settled({
        times: minutes(600, since - 60 * MINUTE),
        skew,
        happens: (query, nth) => {
          if (isLook(query) && nth === 1) add(time);
        },
      });
      expect(grants).toEqual(truth);
      expect(proof).toMatchObject({ rereads, changes: { came: 1, gone: 0 } });
      await org!.close();
    }
  });

  it("are read as the others were, where they are more than a page", async () => {
    const { grants, truth, proof, asked } = await settled({
      times: minutes(520),
      happens: (query, nth) => {
        if (isLook(query) && nth === 1) for (let i = 0; i < 520; i++) add(NOW - i);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ rereads: 0, changes: { came: 520, gone: 0, stillListed: 0 } });
    expect(asked.slice(4)).toEqual([
      "rows newest first",
      "rows WHERE CreatedDate >= 2026-11-23T11:59:00.000Z oldest first",
      expect.stringMatching(/^rows WHERE CreatedDate >= 2026-11-23T12:00:00\.4\d\dZ oldest first$/),
      "rows newest first",
    ]);
  });

  it("and more of them, of the minute before the newest, are looked for again", async () => {
    let late = 0;
    const { grants, truth, proof } = await settled({
      times: minutes(520),
      options: { nullTokenIds: true },
      happens: (query, nth) => {
        if (!isLook(query)) return;
        if (nth === 1) for (let i = 0; i < 520; i++) add(NOW + i * SECOND);
        // Seen later than its date says, though not by more than a minute.
        if (nth === 2) late = Number(add(NOW + 519 * SECOND - MINUTE)!.UseCount);
      },
    });
    expect(grants).toEqual(truth);
    expect(grants).toContain(late);
    expect(proof).toMatchObject({ rereads: 0 });
  });

  it("in every answer anew are not looked for without an end", async () => {
    let looks = 0;
    const { grants, truth, asked } = await settled({
      times: minutes(600),
      altered: (reader) => ({
        query: async <Row>(soql: string, more?: Parameters<OrgReader["query"]>[1]) => {
          const answer = await reader.query<Row>(soql, more);
          if (!isLook(told(soql))) return answer;
          const CreatedDate = new Date(NOW + ++looks * 60 * MINUTE).toISOString();
          return { ...answer, rows: answer.rows.map((row) => ({ ...row, CreatedDate })) };
        },
      }),
    });
    expect(grants).toEqual(truth);
    expect(asked.filter(isLook)).toHaveLength(10);
  });

  it("are listed too where there was nothing before", async () => {
    const { grants, truth, proof } = await settled({
      times: [],
      happens: (query, nth) => {
        if (query === "count" && nth === 2) add(NOW);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ countBefore: 0, countAfter: 1, changes: { came: 1, gone: 0 } });
  });

  it("are seen in one look, where all there is was made in the last minute", async () => {
    const { grants, truth, asked } = await settled({
      times: Array.from({ length: 20 }, (_, i) => SINCE + i * SECOND),
      happens: (query, nth) => {
        if (query === "count" && nth === 2) add(NOW);
      },
    });
    expect(grants).toEqual(truth);
    expect(asked.filter(isLook)).toHaveLength(1);
  });
});

describe("a grant that comes to a part that was read, or goes from it,", () => {
  it.each<[string, () => unknown, came: number, gone: number]>([
    ["comes", () => add(LONG_AGO), 1, 0],
    ["goes", () => remove(10), 0, 1],
  ])("is found by counting: its part alone is read again (%s)", async (_what, change, came, gone) => {
    for (const nullTokenIds of [true, false]) {
      const { grants, truth, proof, asked } = await settled({
        times: minutes(1_200, SINCE - 5 * MINUTE),
        options: { nullTokenIds },
        happens: (query, nth) => {
          if (isLook(query) && nth === 1) change();
        },
      });
      expect(grants).toEqual(truth);
      expect(proof).toMatchObject({ rereads: 1, changes: { came, gone, stillListed: 0 } });
      expect(asked.filter(isLook)).toHaveLength(2);
      // All parts together, then each, then what is in the one that is off.
      expect(asked.filter((query) => query.startsWith("count WHERE"))).toHaveLength(4);
      await org!.close();
    }
  });

  it("is seen at the ceiling too, where the last answer says the number that was read", async () => {
    const { grants, truth, proof } = await settled({
      times: minutes(2_500),
      options: { totalSizeAtCeiling: "capped" },
      happens: (query, nth) => {
        if (isLook(query) && nth === 1) add(LONG_AGO);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ countAfter: 2_501, rereads: 1 });
  });

  it("is seen where one answer held all: it is held against the count, and then looked for as in any org", async () => {
    const { grants, truth, proof, asked } = await settled({
      times: minutes(40),
      happens: (query, nth) => {
        if (query === "count" && nth === 2) remove(10);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ read: 39, rereads: 1, changes: { came: 0, gone: 1, stillListed: 0 } });
    expect(asked.slice(3)).toEqual([
      "count WHERE CreatedDate != null",
      "rows WHERE CreatedDate != null oldest first",
      "rows newest first",
    ]);
  });

  it("is seen among those without a date, where one that has a date came in its place", async () => {
    const { grants, truth, proof, asked } = await settled({
      times: [...Array.from({ length: 20 }, () => null), ...minutes(600)],
      happens: (query, nth) => {
        if (isLook(query) && nth === 1) [remove(undatedIndex()), add(LONG_AGO)].map(String);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ countAfter: 620, rereads: 2 });
    expect(asked.filter((query) => query === "count WHERE CreatedDate = null")).toHaveLength(3);
  });

  it("is told from one that was never there: a list with what went meanwhile is taken, and says so", async () => {
    const { grants, truth, proof, asked } = await settled({
      times: minutes(600),
      happens: (query) => {
        if (isLook(query)) remove(10);
      },
    });
    expect(truth).toHaveLength(596);
    expect(truth.filter((grant) => !grants.includes(grant))).toEqual([]);
    expect(proof).toMatchObject({
      countAfter: 596,
      read: 597,
      rereads: 3,
      changes: { came: 0, gone: 4, stillListed: 1 },
    });
    expect(asked.filter(isLook)).toHaveLength(4);
  });

  it("with one in a thousand others is taken so, and no more than that", async () => {
    const { proof } = await settled({
      times: minutes(2_030),
      happens: (query) => {
        if (isLook(query)) [remove(10), remove(1_000)].map(String);
      },
    });
    expect(proof).toMatchObject({ read: 2_024, countAfter: 2_022, changes: { stillListed: 2 } });
    await org!.close();
    const { message, asked } = await failed({
      times: minutes(600),
      happens: (query) => {
        if (isLook(query)) [remove(10), remove(300)].map(String);
      },
    });
    expect(message).toMatch(/the org counted 580 grants and handed out 582, after \d+ ranges/);
    expect(asked.filter(isLook)).toHaveLength(10);
  });

  it("in each round anew, is inconclusive where it is one that came and is not listed", async () => {
    const { message, asked } = await failed({
      times: minutes(600),
      happens: (query) => {
        if (isLook(query)) add(LONG_AGO);
      },
    });
    expect(message).toContain("the org counted 610 grants and handed out 609, after 9 ranges");
    expect(asked.filter(isLook)).toHaveLength(10);
  });
});

describe("an org that counts wrong is not one of which grants went:", () => {
  const less = (isWrong: (query: string) => boolean) => (reader: OrgReader) => ({
    count: async (soql: string) => (await reader.count(soql)) - (isWrong(told(soql)) ? 1 : 0),
    query: async <Row>(soql: string, more?: Parameters<OrgReader["query"]>[1]) => {
      const answer = await reader.query<Row>(soql, more);
      return isLook(told(soql)) ? { ...answer, totalSize: answer.totalSize - 1 } : answer;
    },
  });

  it.each<[string, (query: string) => boolean, rereads: number]>([
    ["where no part lacks one", (query) => query === "count", 0],
    ["where the part that lacks one does so again when it is read again", (query) => /^count/.test(query), 9],
  ])("%s", async (_where, isWrong, rereads) => {
    const { message, asked } = await failed({ times: minutes(600), altered: less(isWrong) });
    expect(message).toMatch(
      new RegExp(`the org counted 599 grants and handed out 600, after ${rereads ? "\\d+" : "0"} ranges`),
    );
    expect(asked.filter(isLook)).toHaveLength(10);
  });
});

describe("an answer whose newest grants do not come first is inconclusive:", () => {
  type Rows = { CreatedDate: string | null }[];
  const changed = (change: (rows: Rows) => unknown) => (reader: OrgReader) => ({
    query: async <Row>(soql: string, more?: Parameters<OrgReader["query"]>[1]) => {
      const answer = await reader.query<Row>(soql, more);
      return isLook(told(soql)) ? { ...answer, rows: change(answer.rows as Rows) as Row[] } : answer;
    },
  });

  it.each<[string, (rows: Rows) => unknown]>([
    ["the oldest first", (rows) => rows.toReversed()],
    ["two that changed places", ([first, second, ...rows]) => [second, first, ...rows]],
    ["one without a date before others", ([first, ...rows]) => [{ ...first, CreatedDate: null }, ...rows]],
  ])("%s", async (_order, change) => {
    const { message } = await failed({ times: minutes(600), altered: changed(change) });
    expect(message).toContain("out of order or outside of the range");
  });

  it("but not where two have one date, nor where those without a date come last", async () => {
    const times = [...Array.from({ length: 20 }, () => null), ...minutes(480), ...minutes(10)];
    const { grants, truth } = await settled({ times });
    expect(grants).toEqual(truth);
  });
});

describe("a row that comes twice", () => {
  const erring = (isWrong: (query: string) => boolean) => (reader: OrgReader) => ({
    query: async <Row>(soql: string, more?: Parameters<OrgReader["query"]>[1]) => {
      const answer = await reader.query<Row>(soql, more);
      const [first, , ...rows] = answer.rows;
      return isWrong(told(soql)) ? { ...answer, rows: [first!, first!, ...rows] } : answer;
    },
  });

  it.each([40, 600])("in the place of another is seen by its id: %i grants", async (count) => {
    const { grants, truth, proof } = await settled({
      times: minutes(count),
      altered: erring((query) => query === "rows oldest first"),
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ rowIds: true, rereads: 1 });
  });

  it("is not looked for where the org fills no ids, or refuses them: each row counts", async () => {
    for (const [count, options] of [
      [600, { nullTokenIds: true }],
      [40, { refusedFields: ["OauthToken.Id"] }],
    ] as const) {
      const { grants, truth, proof } = await settled({ times: minutes(count), options });
      expect(grants).toEqual(truth);
      expect(proof).toMatchObject({ rowIds: false, partition: "CreatedDate", rereads: 0 });
      await org!.close();
    }
  });
});

describe("where the org refuses", () => {
  const DATES = { refusedFields: ["OauthToken.CreatedDate"] };

  it("dates, grants are read by user, and each part is counted", async () => {
    const { asked, grants, truth, proof } = await settled({ times: minutes(600), options: DATES });
    const half = base.users.map(({ id }) => id)[30];
    expect(asked).toEqual([
      "count",
      "newest WHERE CreatedDate != null newest first LIMIT 1",
      "rows",
      "rows",
      `rows WHERE UserId < '${half}'`,
      `rows WHERE UserId >= '${half}'`,
      `count WHERE UserId < '${half}'`,
      `count WHERE UserId >= '${half}'`,
      "count",
    ]);
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ partition: "UserId", ranges: 2, rereads: 0, rowIds: true });
    expect(proof).not.toHaveProperty("changes");
  });

  it.each([1, 500])("dates, one answer is held against the count alone: %i grants", async (count) => {
    const { asked, grants, truth } = await settled({ times: minutes(count), options: DATES });
    expect(asked).toEqual(["count", "rows oldest first", "rows", "rows", "rows", "count"]);
    expect(grants).toEqual(truth);
  });

  it("dates and ids, it goes without both", async () => {
    const { asked, grants, truth, proof } = await settled({
      times: minutes(40),
      options: { refusedFields: ["OauthToken.CreatedDate", "OauthToken.Id"] },
    });
    expect(asked.slice(1, -1)).toEqual(["rows oldest first", "rows", "rows", "rows", "rows", "rows"]);
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ partition: "UserId", rowIds: false, calls: 8 });
  });

  it("dates, what goes from one part and comes to another is seen", async () => {
    const { grants, truth, proof } = await settled({
      times: minutes(600),
      options: DATES,
      happens: (query, nth) => {
        if (!/^count WHERE/.test(query) || nth > 1 || added > 600) return;
        const index = org!.store.grants().findIndex(({ UserId }) => UserId === base.users[5]!.id);
        [remove(index), add(LONG_AGO, 50)].map(String);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ countAfter: 600, rereads: 2 });
  });

  it("dates, and one answer is off, it is counted and read again", async () => {
    const { asked, grants, truth, proof } = await settled({
      times: minutes(40),
      options: DATES,
      happens: (query, nth) => {
        if (query === "count" && nth === 2) remove(10);
      },
    });
    expect(grants).toEqual(truth);
    expect(proof).toMatchObject({ read: 39, changes: { came: 0, gone: 1 } });
    expect(asked.slice(6)).toEqual(["count", "count", "rows", "count", "count"]);
  });

  it("dates, an org that does not come to rest is inconclusive after four rounds", async () => {
    let rounds = 0;
    const { message } = await failed({
      times: minutes(600),
      options: DATES,
      happens: (query, nth) => {
        if (query !== "count" || nth === 1) return;
        rounds++;
        remove(10);
      },
    });
    expect(message).toContain("the org counted 596 grants and handed out 598, after 1 ranges");
    expect(rounds).toBe(4);
  });

  it("every wording, that refusal is what is said", async () => {
    const refused = new ApiError(
      { code: "request-refused", text: "No.", remedy: "" },
      "MALFORMED_QUERY",
      400,
    );
    const { asked, message } = await failed({
      times: minutes(40),
      altered: () => ({ query: () => Promise.reject(refused) }),
    });
    expect(message).toContain("No.");
    expect(asked).toHaveLength(8);
  });

  it("the caller, no other wording is tried", async () => {
    const refused = new ApiError({ code: "request-refused", text: "No.", remedy: "" }, "API_DISABLED", 403);
    const { asked } = await failed({
      times: minutes(40),
      altered: () => ({ query: () => Promise.reject(refused) }),
    });
    expect(asked).toEqual(["count", "rows oldest first"]);
  });
});
