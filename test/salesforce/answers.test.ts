import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { type AlteredOrg, type Answer, alterAnswers, json } from "../altered.ts";

let org: LocalOrg;
let between: AlteredOrg;
let alter: (request: string, answer: Answer) => Partial<Answer> | null;
const asked: string[] = [];
beforeEach(async () => {
  alter = () => null;
  asked.length = 0;
  org = await startLocalOrg({ org: smallOrg() });
  between = await alterAnswers(org, (request, answer) => {
    asked.push(request);
    return alter(request, answer);
  });
});
afterEach(async () => {
  await between.close();
  await org.close();
});

const CLOCK = { sleep: async () => {}, random: () => 0 };
const open = (settings: Record<string, string> = {}) =>
  connect(
    readCredentials({ instanceUrl: between.url, accessToken: org.accessToken, ...settings }, {}),
    CLOCK,
  );
/** Alters the answers to requests that have this in them. */
const where = (part: string, change: (value: never) => unknown) => {
  alter = (request, answer) => (request.includes(part) ? json(answer, change) : null);
};
const refusal = (status: number, errorCode: string): Partial<Answer> => ({
  status,
  body: JSON.stringify([{ errorCode, message: "no" }]),
});

describe("the API version", () => {
  const chosen = async (...known: unknown[]) => {
    alter = (request, answer) =>
      request === "GET /services/data/" ? json(answer, () => known.map((version) => ({ version }))) : null;
    const error = await open().then(
      ({ org: { apiVersion } }) => apiVersion,
      (e: { code: string }) => e.code,
    );
    return error;
  };

  it("is the highest that both sides know, in whatever order the org lists them", async () => {
    expect(await chosen("67.0", "68.0", "60.0")).toBe("67.0");
    expect(await chosen("9.0", "66.0", "60.0")).toBe("66.0");
  });

  it("is one that knows external client apps whole: 60.0 at least", async () => {
    expect(await chosen("60.0", "68.0")).toBe("60.0");
    expect(await chosen("59.0", "68.0")).toBe("api-versions-not-shared");
    expect(await chosen("68.0", "70.0")).toBe("api-versions-not-shared");
    await expect(open({ apiVersion: "59.0" })).rejects.toMatchObject({ code: "api-version-too-old" });
  });

  it.each([[[]], [["x67.0"]], [["67.0x"]], [["67"]], [["67.0", null]]])(
    "of a host that lists %j is none: it is not Salesforce's",
    async (known) => {
      expect(await chosen(...known)).toBe("api-not-found");
    },
  );

  it("of a host that lists nothing is none either", async () => {
    alter = (request, answer) => (request === "GET /services/data/" ? json(answer, () => ({})) : null);
    await expect(open()).rejects.toMatchObject({ code: "api-not-found" });
  });
});

describe("who the tool is", () => {
  it("is told by the API's own root where the token may not ask the identity service", async () => {
    const { caller } = await open();
    alter = (request) => (request.includes("userinfo") ? refusal(403, "FORBIDDEN") : null);
    expect((await open()).caller).toEqual(caller);
  });

  it.each([{ user_id: 7 }, { preferred_username: null }])(
    "is asked of the root too where the identity service answers %j",
    async (otherwise) => {
      const { caller } = await open();
      where("userinfo", (answer: object) => ({ ...answer, ...otherwise }));
      expect((await open()).caller).toEqual(caller);
      expect(asked.some((request) => request.includes("FROM User WHERE Id = '005"))).toBe(true);
    },
  );

  it.each(["https://x/id/00D/006000000000001AAA", "https://x/id/00D/005000000000001AAA/more", null])(
    "is not guessed from an identity like %j",
    async (identity) => {
      alter = (request, answer) => {
        if (request.includes("userinfo")) return refusal(403, "FORBIDDEN");
        return /^GET \/services\/data\/v[\d.]+\/$/.test(request) ? json(answer, () => ({ identity })) : null;
      };
      await expect(open()).rejects.toMatchObject({ code: "caller-not-known" });
    },
  );

  it("its app is nobody's guess: none where the org does not say", async () => {
    where("FROM AuthSession", (page: { records: object[] }) => ({
      ...page,
      records: [{ LoginHistoryId: null }],
    }));
    expect((await open()).caller.sessionApp).toBeNull();
    where("FROM LoginHistory", (page: { records: object[] }) => ({
      ...page,
      records: [{ Application: "" }],
    }));
    expect((await open()).caller.sessionApp).toBeNull();
    where("FROM LoginHistory", (page: { records: object[] }) => ({
      ...page,
      records: [{ Application: "Ours" }, { Application: "Theirs" }],
    }));
    expect((await open()).caller.sessionApp).toBeNull();
    where("FROM LoginHistory", (page: { records: object[] }) => ({ ...page, records: [] }));
    expect((await open()).caller.sessionApp).toBeNull();
    alter = (request) => (request.includes("FROM AuthSession") ? refusal(400, "INVALID_TYPE") : null);
    expect((await open()).caller.sessionApp).toBeNull();
  });

  it("its app is none where a login of its session is not shown", async () => {
    where("FROM AuthSession", (page: { records: object[] }) => ({
      ...page,
      records: [{ LoginHistoryId: "0Ya000000000001AAA" }, { LoginHistoryId: "0Ya000000000002AAA" }],
    }));
    expect((await open()).caller.sessionApp).toBeNull();
  });

  it("is not asked of the root where the identity service failed by a fault of our own", async () => {
    const bug = new Error("a bug");
    alter = (request) => (request.includes("userinfo") ? refusal(503, "SERVER_UNAVAILABLE") : null);
    const credentials = readCredentials({ instanceUrl: between.url, accessToken: org.accessToken }, {});
    const clock = { sleep: () => Promise.reject(bug), random: () => 0 };
    await expect(connect(credentials, clock)).rejects.toBe(bug);
  });

  it("a session that expired is not an app that is unknown", async () => {
    alter = (request) => (request.includes("FROM AuthSession") ? refusal(401, "INVALID_SESSION_ID") : null);
    await expect(open()).rejects.toMatchObject({ code: "access-token-not-valid" });
    alter = (request) => (request.includes("FROM AuthSession") ? refusal(500, "UNKNOWN_EXCEPTION") : null);
    await expect(open()).rejects.toMatchObject({ code: "request-refused" });
  });

  it("an org that does not show itself is an error", async () => {
    where("FROM Organization", (page: object) => ({ ...page, records: [] }));
    await expect(open()).rejects.toMatchObject({ code: "organization-not-readable" });
  });
});

describe("the pages of an answer", () => {
  const SOQL = "SELECT Id FROM Profile";
  it.each<[string, object]>([
    ["no number of rows", { totalSize: "2" }],
    ["no word on whether it is done", { done: null }],
    ["no rows", { records: null }],
    ["no next page though it is not done", { done: false }],
    ["a next page in a list", { done: false, nextRecordsUrl: ["/services/data/v67.0/query/1"] }],
    ["a next page at another host", { done: false, nextRecordsUrl: "https://x.example/services/data/" }],
    ["a number of rows that is none", { totalSize: -1 }],
    [
      "a next page that leads elsewhere on the way",
      { done: false, nextRecordsUrl: "/services/data/v67.0/query/../../../oauth2/revoke?token=x" },
    ],
    [
      "a next page that is another call",
      { done: false, nextRecordsUrl: "/services/data/../../services/oauth2/revoke?token=x" },
    ],
    ["a next page beside the API", { done: false, nextRecordsUrl: "/x/services/data/v67.0/query/1" }],
  ])("with %s are not the Salesforce API's", async (_case, otherwise) => {
    const reader = await open();
    where("FROM Profile", (page: object) => ({ ...page, ...otherwise }));
    await expect(reader.query(SOQL)).rejects.toMatchObject({ code: "query-answer-not-salesforce" });
  });

  it("that come again and again end in an error", async () => {
    const reader = await open();
    alter = (request, answer) =>
      request.includes("FROM Profile") || request.includes("/query/x")
        ? {
            ...json(answer, () => ({
              totalSize: 9,
              done: false,
              records: [{ Id: "00e000000000001AAA" }],
              nextRecordsUrl: "/services/data/v67.0/query/x",
            })),
            status: 200,
          }
        : null;
    const calls = reader.calls;
    await expect(reader.query(SOQL)).rejects.toMatchObject({ code: "page-repeated" });
    expect(reader.calls - calls).toBe(2);
  });

  const rows = (page: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ Id: `00e${String(page * 3_000 + i).padStart(12, "0")}AAA` }));

  it.each<[string, string, number, (page: number) => { totalSize: number; records: object[] }]>([
    ["are empty, without an end", "pages-without-end", 2, () => ({ totalSize: 9, records: [] })],
    [
      "bring more rows than the org counts",
      "pages-without-end",
      2,
      (page) => ({ totalSize: 1, records: rows(page, 1) }),
    ],
    [
      "count more rows each time",
      "pages-without-end",
      4,
      (page) => ({ totalSize: 6_000 * (page + 1), records: rows(page, 2_000) }),
    ],
    [
      "are far too small, whatever their number",
      "pages-without-end",
      12,
      (page) => ({ totalSize: 5_000_000, records: rows(page, 1) }),
    ],
    [
      "hold more rows than fit into memory",
      "answer-too-long",
      2,
      (page) => ({ totalSize: 5_000_001, records: rows(page, 2_000) }),
    ],
    [
      "bring the same rows again and again",
      "page-repeated",
      6,
      (page) => ({ totalSize: 1_000_000, records: rows(page % 2, 500) }),
    ],
    [
      "are nested without an end",
      "answer-too-deep",
      2,
      () => ({ totalSize: 9, records: [{ ...rows(0, 1)[0], deep: "DEEP" }] }),
    ],
  ])("that %s end in an error: %s", async (_what, code, mostCalls, pageOf) => {
    const reader = await open();
    let page = 0;
    alter = (request, answer) => {
      if (!request.includes("FROM Profile") && !request.includes("/query/x")) return null;
      const { body = "" } = json(answer, () => ({
        ...pageOf(page),
        done: false,
        nextRecordsUrl: `/services/data/v67.0/query/x${++page}`,
      }));
      return { status: 200, body: body.replace('"DEEP"', "[".repeat(100_000) + "]".repeat(100_000)) };
    };
    const calls = reader.calls;
    await expect(reader.query(SOQL)).rejects.toMatchObject({ code });
    expect(reader.calls - calls).toBeLessThanOrEqual(mostCalls);
  });

  it("are followed to the last, or until there are enough; the number is the first page's", async () => {
    const reader = await open();
    alter = (request, answer) => {
      const page = request.includes("FROM Profile") ? 0 : Number(/\/query\/x(\d)/.exec(request)?.[1] ?? -1);
      if (page < 0) return null;
      const next =
        page < 2
          ? { done: false, nextRecordsUrl: `/services/data/v67.0/query/x${page + 1}` }
          : { done: true };
      return {
        status: 200,
        ...json(answer, () => ({
          totalSize: 6 - page,
          records: [2 * page, 2 * page + 1].map((n) => ({ Id: `00e00000000000${n}AAA` })),
          ...next,
        })),
      };
    };
    const ids = (rows: unknown[]) => rows.map((row) => Number((row as { Id: string }).Id[14]));
    const all = await reader.query(SOQL);
    expect([ids(all.rows), all.totalSize, all.pages]).toEqual([[0, 1, 2, 3, 4, 5], 6, 3]);
    const some = await reader.query(SOQL, { enough: 4 });
    expect([ids(some.rows), some.totalSize, some.pages]).toEqual([[0, 1, 2, 3], 6, 2]);
    const taken: unknown[] = [];
    expect(await reader.eachPage(SOQL, (rows) => taken.push(rows.length))).toEqual({
      totalSize: 6,
      pages: 3,
    });
    expect([taken, await reader.count(SOQL)]).toEqual([[2, 2, 2], 6]);
  });
});

describe("reading", () => {
  it("is made with no more requests at once than allowed", async () => {
    const reader = await open({ concurrency: "2", composite: "false" });
    await Promise.all(Array.from({ length: 8 }, () => reader.query("SELECT Id FROM Profile")));
    expect(between.mostAtOnce).toBeLessThanOrEqual(2);
    expect(reader.calls).toBe(5 + 8);
  });

  it("notes the org's API calls and its clock from what the answers say", async () => {
    const ahead = new Date(Date.now() + 3_600_000).toUTCString();
    alter = (_request, { headers }) => ({
      headers: { ...headers, "sforce-limit-info": "api-usage=18/5000", date: ahead },
    });
    const reader = await open();
    expect(reader.apiUsage).toEqual({ used: 18, limit: 5_000 });
    expect(Math.abs(reader.clockSkewMs! - 3_600_000)).toBeLessThan(60_000);
  });
});

describe("what an org says of itself", () => {
  it("is no more than an org has: API calls of a day, and names of headers", async () => {
    let usage = "18/999999999";
    let n = 0;
    alter = (_request, { headers }) => ({
      headers: {
        ...headers,
        "sforce-limit-info": `api-usage=${usage}`,
        ...Object.fromEntries(Array.from({ length: 50 }, () => [`x-${n++}`, "1"])),
      },
    });
    const reader = await open();
    expect(reader.apiUsage).toEqual({ used: 18, limit: 20_000_000 });
    usage = "18/99999999999999999999";
    await reader.query("SELECT Id FROM Profile");
    expect(reader.apiUsage).toEqual({ used: 18, limit: 20_000_000 });
    expect(n).toBeGreaterThan(200);
    expect(reader.headerNames).toHaveLength(200);
  });

  it("of waiting is kept for one run: the next one has the same patience", async () => {
    const reader = await open();
    let waiting = false;
    alter = () => (waiting ? { status: 503, headers: { "retry-after": "100" }, body: "" } : null);
    const ask = () => reader.query("SELECT Id FROM Profile").catch((error: { code: string }) => error.code);
    const tries = async () => {
      const before = reader.calls;
      await ask();
      return reader.calls - before;
    };
    waiting = true;
    const asked = [await tries(), await tries(), await tries(), await tries()];
    reader.beginRun();
    expect([...asked, await tries()]).toEqual([6, 6, 2, 1, 6]);
  });
});

describe("an access token that is more than one clean line", () => {
  const caught = "Access token:\n00D000000001942!AQcanary.token\ndone";
  it.each([
    caught,
    "00D!AQcanary x",
    '"00D!AQcanary"',
    "'00D!AQcanary'",
    "00D%21AQcanary",
    "Bearer 00D!AQcanary",
    "{canary}",
    "00D!AQcanary\u00e9",
    "│ 00D!AQcanary │",
    "00D!AQcanary\u0000",
  ])("is refused before it is used, and not quoted: %j", async (accessToken) => {
    const error: unknown = await open({ accessToken }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "access-token-not-one-line" });
    expect(String((error as Error).stack)).not.toContain("canary");
    expect(asked).toEqual([]);
  });

  it.each(["00D000000001942!AQ.x_y", "eyJh.eyJz-_.c2ln", "a~b+c/d=="])(
    "may be of the form of %s",
    async (accessToken) => {
      await expect(open({ accessToken })).rejects.toMatchObject({ code: "access-token-not-valid" });
    },
  );

  it("is one line where blanks and an end of line stand around it", async () => {
    await expect(open({ accessToken: ` ${org.accessToken}\n` })).resolves.toBeDefined();
  });
});

describe("a login", () => {
  const logIn = (answer: Partial<Answer>) => {
    alter = (request) => (request.includes("/oauth2/token") ? answer : null);
    return connect(
      readCredentials({ loginUrl: between.url, clientId: "c", clientSecret: "canary-secret" }, {}),
      CLOCK,
    ).catch((error: unknown) => error);
  };

  it.each([5, { a: 1 }, [], "", "Not a code", true])(
    "that is refused with %j is not Salesforce's",
    async (error) => {
      const said = await logIn({ status: 400, body: JSON.stringify({ error, error_description: "no" }) });
      expect(said).toMatchObject({ code: "login-answer-not-salesforce" });
    },
  );

  it("that comes too often says so, whatever its answer is", async () => {
    const body = JSON.stringify({ error: "rate_limit_exceeded", error_description: "later" });
    expect(await logIn({ status: 429, body })).toMatchObject({ code: "login-too-often" });
    expect(asked.filter((request) => request.includes("/oauth2/token"))).toHaveLength(6);
  });
});

describe("a login that is answered", () => {
  const logIn = (answers: Partial<Answer>[]) => {
    alter = (request) => (request.includes("/oauth2/token") ? (answers.shift() ?? null) : null);
    return connect(
      readCredentials({ loginUrl: between.url, clientId: "c", clientSecret: "canary-secret" }, {}),
      CLOCK,
    ).catch((error: unknown) => error);
  };
  const tries = () => asked.filter((request) => request.includes("/oauth2/token")).length;
  const body = (answer: unknown) => JSON.stringify(answer);

  it.each([
    [{ access_token: "x" }],
    [{ instance_url: "https://acme.my.salesforce.com" }],
    [{ access_token: 7, instance_url: "https://acme.my.salesforce.com" }],
    [{ access_token: "x", instance_url: null }],
    [null],
  ])("with %j is not Salesforce's", async (answer) => {
    expect(await logIn([{ status: 200, body: body(answer) }])).toMatchObject({
      code: "login-answer-not-salesforce",
    });
    expect(tries()).toBe(1);
  });

  it.each([500, 502, 503, 504])("HTTP %i is tried again", async (status) => {
    const ok = { status: 200, body: body({ access_token: org.accessToken, instance_url: between.url }) };
    expect(await logIn([{ status, body: "" }, { status, body: "" }, ok])).toMatchObject({
      org: { name: "Small Org" },
    });
    expect(tries()).toBe(3);
  });

  it("with a refusal is not tried again, and the reason shows no secret", async () => {
    const error = await logIn([
      { status: 400, body: body({ error: "invalid_client", error_description: "canary-secret is wrong" }) },
    ]);
    expect(error).toMatchObject({ code: "client-not-accepted" });
    expect(String(error)).not.toContain("canary");
    expect(tries()).toBe(1);
  });
});

it("a login is answered in a few words, and metadata in a few megabytes", async () => {
  const large = (megabytes: number) => ({ body: " ".repeat(megabytes * 1024 * 1024 + 1) });
  const reader = await open();
  alter = (request) =>
    request.includes("/Soap/") ? large(16) : request.includes("/oauth2/token") ? large(1) : null;
  const tooLarge = { code: "answer-too-large" };
  await expect(reader.listMetadata("ConnectedApp")).rejects.toMatchObject(tooLarge);
  const byLogin = readCredentials({ loginUrl: between.url, clientId: "c", clientSecret: "s" }, {});
  await expect(connect(byLogin, CLOCK)).rejects.toMatchObject(tooLarge);
});

it("an answer larger than any of Salesforce's is not read to its end", async () => {
  const reader = await open();
  const body = "[".repeat(65 * 1024 * 1024);
  alter = (request) => (request.includes("/limits") ? { body } : null);
  await expect(reader.get("/limits")).rejects.toMatchObject({ code: "answer-too-large" });
});
