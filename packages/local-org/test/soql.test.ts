import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { dieppeTrading } from "../src/orgs/dieppeTrading.ts";
import { generateOrg } from "../src/orgs/generateOrg.ts";
import { evaluate } from "../src/soql/evaluate.ts";
import { Store } from "../src/store/store.ts";
import { ask, query } from "./ask.ts";

let org: LocalOrg;
beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
});
afterAll(() => org.close());

describe("a literal of the wrong type is refused, so that a client's mistake is seen", () => {
  it.each([
    ["UseCount = '3'", "must be of type int and should not be enclosed in quotes"],
    ["AppName = 3", "must be of type string and should be enclosed in quotes"],
    ["UserId = true", "must be of type reference and should be enclosed in quotes"],
    ["User.IsActive = 'true'", "must be of type boolean and should not be enclosed in quotes"],
    ["CreatedDate > '2026-01-01T00:00:00Z'", "must be of type dateTime and should not be enclosed in quotes"],
    ["CreatedDate > 2026-01-01", "must be of type dateTime and should not be enclosed in quotes"],
    ["UseCount IN (1, 'x')", "must be of type int and should not be enclosed in quotes"],
  ])("%s", async (where, message) => {
    const { status, body } = await query(org, `SELECT Id FROM OauthToken WHERE ${where}`);
    expect([status, body[0].errorCode]).toEqual([400, "INVALID_FIELD"]);
    expect(body[0].message).toContain(message);
  });
});

it.each([
  ["AppName = 'a\\q'", "MALFORMED_QUERY", "Illegal character sequence '\\q'"],
  ["AppName = LAST_N_DAYS:90", "INVALID_FIELD", "must be of type string"],
  ["UserId LIKE '005%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on reference field UserId"],
  ["UserId IN (SELECT Id FROM User)", "MALFORMED_QUERY", "no nested queries"],
])("%s is refused as %s", async (where, errorCode, message) => {
  const { status, body } = await query(org, `SELECT Id FROM OauthToken WHERE ${where}`);
  expect([status, body]).toEqual([400, [{ errorCode, message: expect.stringContaining(message) }]]);
});

it.each([
  ["LIKE 'Sl_ck'", 186],
  ["LIKE 'Sl\\_ck'", 0],
  ["LIKE 'bob\\'s%'", 12],
  ["LIKE 'bob\\%'", 0],
  ["LIKE '\\u0053lack'", 186],
  ["LIKE 'S(ack|lack)'", 0],
])("AppName %s finds %i", async (condition, totalSize) => {
  const { body } = await query(org, `SELECT COUNT() FROM OauthToken WHERE AppName ${condition}`);
  expect(body.totalSize).toBe(totalSize);
});

it("nulls come first unless the query says last, in both directions; later fields break ties", async () => {
  const first = async (order: string) => {
    const { body } = await query(
      org,
      `SELECT AppName, LastUsedDate FROM OauthToken ORDER BY LastUsedDate ${order}, AppName DESC LIMIT 500`,
    );
    return body.records as { AppName: string; LastUsedDate: string | null }[];
  };
  for (const order of ["ASC", "DESC", "ASC NULLS FIRST"]) {
    const unused = (await first(order)).filter(({ LastUsedDate }) => LastUsedDate === null);
    expect((await first(order)).slice(0, unused.length)).toEqual(unused);
    const names = unused.map(({ AppName }) => AppName);
    expect(names).toEqual([...names].sort().reverse());
  }
  expect((await first("DESC NULLS LAST"))[0]!.LastUsedDate).not.toBeNull();
  expect((await first("ASC NULLS LAST")).at(-1)!.LastUsedDate).toBeNull();
});

it("datetimes with an offset are the instants that they are", async () => {
  const count = async (literal: string) =>
    (await query(org, `SELECT COUNT() FROM OauthToken WHERE CreatedDate < ${literal}`)).body.totalSize;
  expect(await count("2023-01-01T00:00:00+01:00")).toBe(await count("2022-12-31T23:00:00Z"));
});

it("batchSize is honoured from 200 to 2,000", async () => {
  const users = async (batchSize: number) =>
    (
      await query(org, "SELECT Id FROM User", {
        headers: {
          authorization: `Bearer ${org.accessToken}`,
          "Sforce-Query-Options": `batchSize=${batchSize}`,
        },
      })
    ).body;
  expect(await users(250)).toMatchObject({ totalSize: 351, done: false, records: { length: 250 } });
  expect(await users(1)).toMatchObject({ records: { length: 200 } });
  expect(await users(9_999)).toMatchObject({ done: true, records: { length: 351 } });
});

it("pages that another user asked for are not handed out", async () => {
  const { body } = await query(org, "SELECT Id FROM User", {
    headers: { authorization: `Bearer ${org.accessToken}`, "Sforce-Query-Options": "batchSize=200" },
  });
  const other = await ask(org, body.nextRecordsUrl, {
    headers: { authorization: `Bearer ${org.sessionFor("ada.dubois@dieppe.example")}` },
  });
  expect([other.status, other.body[0].errorCode]).toEqual([400, "INVALID_QUERY_LOCATOR"]);
});

it("narrowing by date and user never changes what a query finds", () => {
  const fixture = generateOrg({ seed: 3, users: 12, grants: 300, apps: 5 });
  const undated = { ...fixture.grants[0]!, createdAt: null };
  const store = new Store({ ...fixture, grants: [...fixture.grants, undated, undated] });
  // Who may see all grants, and who their own alone.
  const sessions = fixture.users
    .slice(0, 2)
    .map(({ username }) => store.openSession(store.userId(username)!));
  const found = (where: string) =>
    sessions.map((session) =>
      evaluate(`SELECT Id FROM OauthToken WHERE ${where} ORDER BY Id`, store.view(session, 67)).rows.map(
        ({ Id }) => Id,
      ),
    );
  const instant = fc.constantFrom(...fixture.grants.slice(0, 40).map(({ createdAt }) => createdAt!));
  const user = fc.constantFrom(...fixture.users.map(({ id }) => id));
  const condition = fc.oneof(
    fc
      .tuple(fc.constantFrom("=", "<", "<=", ">", ">=", "!="), instant)
      .map(([operator, at]) => `CreatedDate ${operator} ${at}`),
    fc.constantFrom("CreatedDate = null", "CreatedDate != null", "NOT CreatedDate = null"),
    user.map((id) => `UserId = '${id}'`),
    fc
      .array(user, { minLength: 1, maxLength: 4 })
      .map((ids) => `UserId IN (${ids.map((id) => `'${id}'`).join(", ")})`),
    user.map((id) => `UserId != '${id}'`),
    fc.constant("AppName LIKE 'App%'"),
  );
  fc.assert(
    fc.property(fc.array(condition, { minLength: 1, maxLength: 4 }), (conditions) => {
      // In brackets nothing is narrowed: each row is tested.
      expect(found(conditions.join(" AND "))).toEqual(found(`(${conditions.join(" AND ")})`));
    }),
  );
});

it("grants that come in order are not sorted again, and are in order all the same", () => {
  const fixture = generateOrg({ seed: 3, users: 12, grants: 300, apps: 5 });
  const undated = { ...fixture.grants[0]!, createdAt: null };
  const store = new Store({ ...fixture, grants: [...fixture.grants, undated] });
  const session = store.openSession(store.userId(fixture.caller)!);
  const times = (order: string) =>
    evaluate(`SELECT Id FROM OauthToken ORDER BY CreatedDate ${order}`, store.view(session, 67)).rows.map(
      ({ CreatedDate }) => CreatedDate as number | null,
    );
  const dated = fixture.grants.map(({ createdAt }) => Date.parse(createdAt!)).sort((a, b) => a - b);
  expect(times("")).toEqual([null, ...dated]);
  expect(times("ASC NULLS LAST")).toEqual([...dated, null]);
  expect(times("DESC NULLS LAST")).toEqual([...dated.toReversed(), null]);
});
