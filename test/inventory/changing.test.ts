import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { ApiError } from "../../src/salesforce/failure.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

const CLOCK = { sleep: async () => undefined, random: () => 0 };
const FIRST_DAY = Date.parse("2022-01-01T00:00:00Z");

let org: LocalOrg;
let reader: OrgReader;
const FIXTURE = generateOrg({ seed: 7, users: 300, grants: 6_000, apps: 9 });
const open = async (options: Partial<LocalOrgOptions> = {}) => {
  org = await startLocalOrg({ org: FIXTURE, ...options });
  reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}), CLOCK);
};
const restart = async (options: Partial<LocalOrgOptions>) => {
  await org.close();
  await open(options);
};
beforeEach(() => open());
afterEach(() => org.close());

const truth = () =>
  org.store
    .grants()
    .map(({ UserId, CreatedDate, LastUsedDate, UseCount }) =>
      [UserId, CreatedDate, LastUsedDate, UseCount].join(" "),
    )
    .sort();
const seen = ({ grants }: Awaited<ReturnType<typeof listInventory>>) =>
  grants.map((g) => [g.userId, g.createdAt, g.lastUsedAt, g.useCount].join(" ")).sort();

/** The reader, with something that happens in the org right before each query of grants. */
function meanwhile(happens: (query: number, soql: string) => void): OrgReader {
  let queries = 0;
  return {
    ...reader,
    query: (soql, options) => {
      if (soql.includes("FROM OauthToken")) happens(++queries, soql);
      return reader.query(soql, options);
    },
  };
}
/** The query of the newest grants, after the last of them was read. */
const isLook = (soql: string) => soql.endsWith("ORDER BY CreatedDate DESC NULLS LAST");
const add = (createdAt: number | null) =>
  org.store.addGrant({
    username: "user7@generated.example",
    app: "App 1",
    createdAt,
    lastUsedAt: null,
    useCount: 0,
  });
const remove = (index: number) => org.store.revoke(String(org.store.grants().at(index)!.DeleteToken));

describe("an org that changes while it is listed", () => {
  it.each<[string, () => unknown]>([
    ["a grant comes in a range that was read", () => add(FIRST_DAY)],
    ["a grant comes in a range that is read later", () => add(Date.parse("2026-05-31T23:00:00Z"))],
    ["a grant goes from a range that was read", () => remove(10)],
    ["a grant goes from a range that is read later", () => remove(-10)],
    ["several come and go", () => [add(FIRST_DAY), add(FIRST_DAY + 1_000), remove(700), remove(-1)]],
  ])("%s: the range is read again, and the list is the truth", async (_what, change) => {
    const inventory = await listInventory(
      meanwhile((query) => {
        if (query === 4) change();
      }),
    );
    expect(seen(inventory)).toEqual(truth());
    const { countBefore, countAfter, read } = inventory.proof;
    expect([countBefore, countAfter, read]).toEqual([6_000, truth().length, truth().length]);
  });

  it("says in its proof what came and what went, and nothing where nothing did", async () => {
    for (const ago of [0, 60_000]) add(Date.now() - ago);
    expect((await listInventory(reader)).proof.changes).toBeUndefined();
    const { proof } = await listInventory(
      meanwhile((query) => {
        if (query === 4) [remove(10), remove(700), add(Date.now() + 10)].map(String);
      }),
    );
    expect(proof.changes).toEqual({ came: 1, gone: 2, stillListed: 0 });
    add(Date.now() + 100_000_000); // a date that is still to come is no change
    expect((await listInventory(reader)).proof.changes).toBeUndefined();
  });

  it.each(["snapshot", "live"] as const)(
    "a grant that is there all the while is listed once, whatever else comes and goes: pages %s",
    async (queryPages) => {
      for (const options of [{}, { nullTokenIds: true }, { totalSizeAtCeiling: "capped" as const }])
        for (const query of [2, 3, 5, 8]) {
          await restart({ queryPages, ...options });
          const inventory = await listInventory(
            meanwhile((now) => {
              if (now === query) [remove(10), remove(-10), remove(2_000)].map(String);
              // The sixth approval of an app takes the oldest away: the number stays.
              if (now === query + 1) [remove(0), add(Date.now()), remove(3_000), add(Date.now())].map(String);
            }),
          );
          expect(seen(inventory)).toEqual(truth());
        }
    },
    60_000,
  );

  it("an approval that evicts another after all were read is seen: the newest are asked for with the count", async () => {
    let looks = 0;
    const inventory = await listInventory(
      meanwhile((_query, soql) => {
        if (isLook(soql) && ++looks === 1)
          [remove(10), add(Date.now()), add(Date.now()), remove(900)].map(String);
      }),
    );
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof).toMatchObject({
      countBefore: 6_000,
      countAfter: 6_000,
      changes: { came: 2, gone: 2 },
    });
  });

  it("more that come meanwhile than a page holds are read as the others were", async () => {
    const inventory = await listInventory(
      meanwhile((query) => {
        if (query === 4) for (let i = 0; i < 1_300; i++) add(Date.now() - i * 10);
        if (query === 6) for (let i = 0; i < 700; i++) add(Math.floor(Date.now() / 1000) * 1000);
      }),
    );
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof.changes).toMatchObject({ gone: 0 });
  });

  it("that goes on and on is still listed: every grant that is there, and few that went since", async () => {
    let gone = 0;
    const inventory = await listInventory(
      // With every call one comes and one goes: at 100 a minute, calls of half a second.
      meanwhile(() => {
        gone++;
        remove((gone * 997) % 5_000);
        add(Date.now());
      }),
    );
    const there = new Set(truth());
    const listed = seen(inventory);
    expect([...there].filter((grant) => !listed.includes(grant))).toEqual([]);
    const stillListed = inventory.proof.changes?.stillListed ?? 0;
    expect(listed.filter((grant) => !there.has(grant))).toHaveLength(stillListed);
    expect(stillListed).toBeLessThanOrEqual(6);
  });

  it("only what changed is read again", async () => {
    const { proof } = await listInventory(
      meanwhile((query) => {
        if (query === 4) add(FIRST_DAY);
      }),
    );
    expect(proof.rereads).toBe(1);
  });

  it("that does not come to rest is inconclusive, and says what was seen", async () => {
    const calls = reader.calls;
    const endless = meanwhile((_query, soql) => {
      if (isLook(soql)) add(FIRST_DAY);
    });
    const error: unknown = await listInventory(endless).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InconclusiveError);
    expect(String(error)).toMatch(/the org counted 60\d\d grants and handed out 60\d\d, after \d ranges/);
    expect(reader.calls - calls).toBeLessThan(150);
  });
});

describe("an org without dates that changes while it is listed", () => {
  const undated = { ...FIXTURE, grants: FIXTURE.grants.map((grant) => ({ ...grant, createdAt: null })) };

  describe.each<[string, string, Partial<LocalOrgOptions>]>([
    ["no such field", "UserId", { refusedFields: ["OauthToken.CreatedDate"] }],
    ["no grant has one", "CreatedDate", { org: undated }],
  ])("%s", (_why, partition, options) => {
    it.each([
      ["one goes and another comes", () => [remove(10), add(null)]],
      ["several do", () => [remove(10), remove(900), add(null), remove(-10), add(null), add(null)]],
    ])(
      "%s, in parts that were read: each part is counted, and the list is the truth",
      async (_what, change) => {
        await restart(options);
        let counts = 0;
        const inventory = await listInventory({
          ...reader,
          count: (soql) => {
            if (soql.includes(" FROM OauthToken WHERE ") && ++counts === 1) change().map(String);
            return reader.count(soql);
          },
        });
        const known = (rows: string[]) => rows.map((row) => row.split(" ").toSpliced(1, 1).join(" ")).sort();
        expect(known(seen(inventory))).toEqual(known(truth()));
        expect(inventory.proof).toMatchObject({ partition, countBefore: 6_000, countAfter: 6_000 });
        expect(inventory.proof.rereads).toBeGreaterThan(0);
      },
    );
  });
});

describe("rows that the org hands out twice, each in the place of another", () => {
  /** The reader of an org that errs: on the pages that match, the second row is the first once more. */
  const erring = (isWrong: (soql: string) => boolean): OrgReader => ({
    ...reader,
    query: async <Row>(soql: string, options?: Parameters<OrgReader["query"]>[1]) => {
      const answer = await reader.query<Row>(soql, options);
      const [first, , ...rows] = answer.rows;
      return isWrong(soql) ? { ...answer, rows: [first!, first!, ...rows] } : answer;
    },
  });

  it("are seen by their ids, and read again", async () => {
    let wrong = 0;
    const inventory = await listInventory(
      erring((soql) => soql.includes("ORDER BY CreatedDate ASC") && ++wrong % 4 === 0 && wrong < 10),
    );
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof).toMatchObject({ rowIds: true, rereads: 2 });
  });

  it("are inconclusive where it goes on", async () => {
    const wrong = listInventory(erring((soql) => soql.includes("ORDER BY CreatedDate ASC")));
    await expect(wrong).rejects.toThrow(/the org counted 6000 grants and handed out 59\d\d/);
  });

  it("are not looked for where the org fills no ids, and the proof says so", async () => {
    await restart({ nullTokenIds: true });
    expect((await listInventory(reader)).proof.rowIds).toBe(false);
    await restart({ refusedFields: ["OauthToken.Id"] });
    const inventory = await listInventory(reader);
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof).toMatchObject({ rowIds: false, partition: "CreatedDate" });
  });
});

describe("an org whose numbers are wrong all the time is inconclusive, as much as it may look like grants that went", () => {
  /** The reader of an org that counts one grant less than it hands out, wherever the query matches. */
  const counting = (isWrong: (soql: string) => boolean): OrgReader => ({
    ...reader,
    count: async (soql) => (await reader.count(soql)) - (isWrong(soql) ? 1 : 0),
    query: async (soql, options) => {
      const answer = await reader.query<never>(soql, options);
      return isLook(soql) ? { ...answer, totalSize: answer.totalSize - 1 } : answer;
    },
  });

  it.each<[string, (soql: string) => boolean]>([
    ["in all", (soql) => soql === "SELECT COUNT() FROM OauthToken"],
    [
      "in all, and in the part where it is",
      (soql) => soql.includes("FROM OauthToken") && !/CreatedDate >= 202[3-9]/.test(soql),
    ],
  ])("%s", async (_what, isWrong) => {
    await expect(listInventory(counting(isWrong))).rejects.toThrow(
      /the org counted 5999 grants and handed out 6000/,
    );
  });
});

const REFUSED = { code: "request-refused", text: "No such column 'CreatedDate'.", remedy: "" };

describe("grants that share one instant, or have none, are counted again as well", () => {
  const INSTANT = "2024-05-05T05:05:05.000Z";
  const fixture = generateOrg({ seed: 1, users: 400, grants: 3_600, apps: 9 });
  const ties = fixture.grants.map((g, i) =>
    i < 3_000 ? { ...g, createdAt: INSTANT } : i < 3_040 ? { ...g, createdAt: null } : g,
  );
  const index = (createdAt: string | null) =>
    org.store
      .grants()
      .findIndex(
        (row) =>
          (row.CreatedDate === null ? null : Date.parse(String(row.CreatedDate))) ===
          (createdAt === null ? null : Date.parse(createdAt)),
      );

  it.each<[string, () => unknown]>([
    ["one more of that instant", () => add(Date.parse(INSTANT))],
    ["one less of that instant", () => remove(index(INSTANT))],
    ["one less without a date", () => remove(index(null))],
  ])("%s, after all were read", async (_what, change) => {
    await org.close();
    org = await startLocalOrg({ org: { ...fixture, grants: ties } });
    reader = await connect(
      readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}),
      CLOCK,
    );
    let looks = 0;
    const inventory = await listInventory(
      meanwhile((_query, soql) => {
        if (isLook(soql) && ++looks === 1) change();
      }),
    );
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof.rereads).toBe(1);
  });
});

describe("the partition", () => {
  it("is by user where the org refuses to compare or sort by CreatedDate, and the proof says so", async () => {
    const refusing: OrgReader = {
      ...reader,
      query: async (soql, options) => {
        if (/(WHERE|BY|AND) CreatedDate/.test(soql)) throw new ApiError(REFUSED, "INVALID_FIELD", 400);
        return await reader.query(soql, options);
      },
    };
    const inventory = await listInventory(refusing);
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof.partition).toBe("UserId");
    expect(inventory.proof.calls).toBeLessThanOrEqual(1.1 * 12 + 30);
  });

  it.each([
    [1, 1],
    [2, 5],
    [3, 8],
  ])("costs at most a tenth more calls than full pages would, and 30 (%i)", async (seed, factor) => {
    await org.close();
    const grants = 2_300 * factor;
    org = await startLocalOrg({ org: generateOrg({ seed, users: 900, grants, apps: 9 }) });
    reader = await connect(
      readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}),
      CLOCK,
    );
    const inventory = await listInventory(reader);
    expect(seen(inventory)).toEqual(truth());
    const asked = org.requests.filter(
      ({ soql, path }) => soql?.includes("OauthToken") || path.includes("/query/"),
    ).length;
    expect(inventory.proof.calls).toBe(asked);
    expect(asked).toBeLessThanOrEqual(1.1 * Math.ceil(grants / 500) + 30);
  });

  it("is of ranges that are one answer each: no page is asked for that could be of another moment", async () => {
    for (const queryPages of ["snapshot", "live"] as const) {
      await restart({ queryPages });
      await listInventory(reader);
      expect(org.requests.filter(({ path }) => path.includes("/query/"))).toEqual([]);
    }
  });
});

describe("the org's API calls", () => {
  it("are not eaten up: a run that would take more than its share of what is left refuses before it starts", async () => {
    await org.close();
    org = await startLocalOrg({
      org: generateOrg({ seed: 1, users: 20, grants: 3_000, apps: 3 }),
      apiLimit: 100,
    });
    reader = await connect(
      readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}),
      CLOCK,
    );
    await expect(listInventory(reader)).rejects.toThrow(
      /takes up to 111 API calls; \d+ of its 100 are left for the last 24 hours, and a run may take 20% of them/,
    );
    expect(org.requests.some(({ soql }) => soql?.startsWith("SELECT UserId"))).toBe(false);
  });
});
