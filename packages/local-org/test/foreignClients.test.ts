import jsforce from "jsforce";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { dieppeTrading } from "../src/orgs/dieppeTrading.ts";
import type { Fault } from "../src/server/faults.ts";
import { ask, json } from "./ask.ts";

const BOT = "sanctioned.integration@dieppe.example";

let org: LocalOrg;
let connection: jsforce.Connection;
beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  connection = new jsforce.Connection({
    instanceUrl: org.url,
    accessToken: org.accessToken,
    version: "64.0",
  });
});
afterAll(() => org.close());

async function all<Found>(soql: string): Promise<Found[]> {
  return (await connection.query(soql, { autoFetch: true, maxFetch: 10_000 })).records as Found[];
}
const post = (path: string, body: unknown, to = org) =>
  ask(to, path, {
    ...json("POST", body),
    headers: { authorization: `Bearer ${to.accessToken}`, "content-type": "application/json" },
  });

describe("jsforce, which nobody here wrote, is answered by an org that is read-only", () => {
  it("finds, counts and groups", async () => {
    const users = connection.sobject("User");
    expect(await users.count({ IsActive: true })).toBe(
      dieppeTrading().users.filter(({ isActive }) => isActive).length,
    );
    expect(await users.findOne({ Username: BOT }, ["Id", "Profile.UserType"])).toMatchObject({
      Profile: { UserType: "Standard" },
    });
    expect(await users.find({}, "Id").limit(3)).toHaveLength(3);
    const [slack] = await all<{ n: number }>(
      "SELECT AppName, COUNT(Id) n FROM OauthToken WHERE AppName = 'Slack' GROUP BY AppName",
    );
    expect(slack).toMatchObject({ attributes: { type: "AggregateResult" }, AppName: "Slack", n: 186 });
  });

  it("retrieves one record or many, with the fields that it asks for, null for what is not there", async () => {
    const [first, second] = await all<{ Id: string; Username: string }>(
      "SELECT Id, Username FROM User LIMIT 2",
    );
    expect(await connection.retrieve("User", first!.Id, { fields: ["Username"] })).toEqual({
      attributes: expect.any(Object),
      Username: first!.Username,
    });
    const many = await connection.retrieve("User", [second!.Id, "005000000000999AAA", first!.Id]);
    expect(many.map((user) => user?.Username)).toEqual([second!.Username, undefined, first!.Username]);
    await expect(connection.retrieve("User", [first!.Id], { fields: ["Nope"] })).rejects.toThrow(
      "No such column",
    );
  });

  it("queries all, and goes on", async () => {
    const found = await connection.query("SELECT Id FROM OauthToken", { scanAll: true });
    expect([found.totalSize, found.records.length]).toEqual([448, 448]);
    expect(org.requests.at(-1)!.path).toBe("/services/data/v64.0/queryAll");
  });

  it("runs a query job of Bulk API 2.0", async () => {
    const stream = await connection.bulk2.query(
      "SELECT AppName, User.Username, LastUsedDate FROM OauthToken",
      {
        pollInterval: 1,
      },
    );
    const records = (await stream.toArray()) as Record<string, string>[];
    expect(records).toHaveLength(448);
    expect(records[0]).toEqual({
      AppName: expect.any(String),
      "User.Username": expect.stringContaining("@"),
      LastUsedDate: expect.stringMatching(/^$|Z$/),
    });
  });

  it("is told that there is no search and no Tooling API", async () => {
    await expect(connection.search("FIND {x}")).rejects.toThrow("The requested resource does not exist");
    await expect(connection.tooling.query("SELECT Id FROM ApexClass")).rejects.toThrow("does not exist");
  });
});

describe("the SOAP API lets in who has the password", () => {
  let guarded: LocalOrg;
  beforeAll(async () => {
    guarded = await startLocalOrg({ org: dieppeTrading(), password: "open sesame" });
  });
  afterAll(() => guarded.close());
  const login = async (username: string, password: string, version = "64.0") => {
    const client = new jsforce.Connection({ loginUrl: guarded.url, version, logLevel: "NONE" });
    await client.login(username, password);
    return client;
  };

  it("jsforce logs in, asks and logs out", async () => {
    const client = await login(BOT, "open sesame");
    expect(client.userInfo).toMatchObject({
      id: guarded.store.userId(BOT),
      organizationId: guarded.store.organization.id,
    });
    expect((await client.query("SELECT COUNT() FROM OauthToken")).totalSize).toBe(448);
    const info = await soap("getUserInfo", client.accessToken!);
    expect(info).toContain(`<userName>${BOT}</userName>`);
    const token = client.accessToken!;
    await client.logout();
    expect(await soap("getUserInfo", token)).toContain("INVALID_SESSION_ID");
  });

  async function soap(operation: string, session: string): Promise<string> {
    const body = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>${session}</sessionId></SessionHeader></e:Header><e:Body><${operation}/></e:Body></e:Envelope>`;
    const { body: answered } = await ask(guarded, "/services/Soap/u/64.0", {
      method: "POST",
      headers: { "content-type": "text/xml" },
      body,
    });
    return String(answered);
  }

  it.each([
    [BOT, "wrong", "64.0", "INVALID_LOGIN: Invalid username, password"],
    ["nobody@dieppe.example", "open sesame", "64.0", "INVALID_LOGIN: Invalid username, password"],
    [BOT, "open sesame", "67.0", "UNSUPPORTED_API_VERSION"],
  ])("%s with %s in version %s is refused", async (username, password, version, message) => {
    await expect(login(username, password, version)).rejects.toThrow(message);
  });

  it("what else the SOAP API has is refused", async () => {
    expect(await soap("upsert", guarded.accessToken)).toContain("the local org knows no operation upsert");
  });
});

describe("query jobs", () => {
  const root = "/services/data/v67.0/jobs/query";
  const create = (query: string) => post(root, { operation: "query", query });

  it("hand out their results by locators, to the end", async () => {
    const { body } = await create("SELECT Id FROM OauthToken ORDER BY CreatedDate");
    expect((await ask(org, `${root}/${body.id}/results`)).body[0].errorCode).toBe("INVALIDJOBSTATE");
    expect((await ask(org, `${root}/${body.id}`)).body).toMatchObject({
      state: "JobComplete",
      numberRecordsProcessed: 448,
    });
    const lines = new Set<string>();
    let locator: string | null = "";
    while (locator !== "null") {
      const page = await ask(
        org,
        `${root}/${body.id}/results?maxRecords=200${locator && `&locator=${locator}`}`,
      );
      expect(page.body.startsWith('"Id"\n')).toBe(true);
      for (const line of page.body.trim().split("\n").slice(1)) lines.add(line);
      locator = page.headers.get("sforce-locator");
    }
    expect(lines.size).toBe(448);
  });

  it("are aborted before they are done, and deleted after", async () => {
    const { body } = await create("SELECT Id FROM User");
    const patch = (state: string) =>
      ask(org, `${root}/${body.id}`, {
        method: "PATCH",
        headers: { authorization: `Bearer ${org.accessToken}`, "content-type": "application/json" },
        body: JSON.stringify({ state }),
      });
    expect((await patch("Aborted")).body.state).toBe("Aborted");
    expect((await patch("Aborted")).status).toBe(400);
    const gone = () =>
      ask(org, `${root}/${body.id}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${org.accessToken}` },
      });
    expect([(await gone()).status, (await gone()).status]).toEqual([204, 404]);
  });

  it.each([
    ["SELECT COUNT(Id) FROM User", "API_ERROR"],
    ["SELECT Id FROM Nope", "INVALID_TYPE"],
  ])("%s is refused", async (soql, code) => {
    const { status, body } = await create(soql);
    expect([status, body[0].errorCode]).toEqual([400, code]);
  });
});

describe("composites", () => {
  let open: LocalOrg;
  beforeAll(async () => {
    open = await startLocalOrg({ org: dieppeTrading() });
  });
  afterAll(() => open.close());
  const send = (path: string, body: unknown) => post(path, body, open);
  const root = "/services/data/v67.0/composite";
  const part = (referenceId: string, soql: string) => ({
    method: "GET",
    referenceId,
    url: `/services/data/v67.0/query?q=${encodeURIComponent(soql)}`,
  });

  it("answer by the routes of their parts, which may refer to each other, and count as one call", async () => {
    const before = (await ask(open, "/services/data/v67.0/limits")).body.DailyApiRequests.Remaining;
    const { body } = await send(root, {
      compositeRequest: [
        part("me", `SELECT Id, ProfileId FROM User WHERE Username = '${BOT}'`),
        {
          method: "GET",
          referenceId: "profile",
          url: "/services/data/v67.0/sobjects/Profile/@{me.records[0].ProfileId}?fields=Name",
        },
        part("none", "SELECT Id FROM Nope"),
      ],
    });
    const [, profile, none] = body.compositeResponse;
    expect(profile).toMatchObject({ httpStatusCode: 200, body: { Name: "Sanctioned Integration" } });
    expect(none).toMatchObject({
      httpStatusCode: 400,
      body: [{ errorCode: "INVALID_TYPE" }],
      referenceId: "none",
    });
    const after = (await ask(open, "/services/data/v67.0/limits")).body.DailyApiRequests.Remaining;
    expect(before - after).toBe(2);
  });

  it("of which all or none is wanted are halted by the part that fails", async () => {
    const { body } = await send(root, {
      allOrNone: true,
      compositeRequest: [part("a", "SELECT Id FROM User LIMIT 1"), part("b", "SELECT Id FROM Nope")],
    });
    expect(
      body.compositeResponse.map((one: { body: { errorCode: string }[] }) => one.body[0]!.errorCode),
    ).toEqual(["PROCESSING_HALTED", "INVALID_TYPE"]);
  });

  it("of more than 25 parts are refused, and so is a part that writes, or leads elsewhere", async () => {
    const many = Array.from({ length: 26 }, (_, i) => part(`r${i}`, "SELECT Id FROM User LIMIT 1"));
    expect((await send(root, { compositeRequest: many })).body[0].errorCode).toBe("LIMIT_EXCEEDED");
    const queries = many.slice(0, 6);
    expect((await send(root, { compositeRequest: queries })).body[0].errorCode).toBe("LIMIT_EXCEEDED");
    expect((await send(root, { compositeRequest: queries.slice(1) })).body.compositeResponse).toHaveLength(5);
    const { body } = await send(root, {
      compositeRequest: [
        {
          method: "DELETE",
          referenceId: "a",
          url: "/services/data/v67.0/sobjects/AuthSession/0Ak000000000001AAA",
        },
        { method: "GET", referenceId: "b", url: "/__local-org/grants" },
      ],
    });
    expect(body.compositeResponse.map((one: { httpStatusCode: number }) => one.httpStatusCode)).toEqual([
      405, 400,
    ]);
    expect((await ask(open, "/services/data/v67.0/limits")).status).toBe(200); // the session is still there
  });

  it("are in the record of requests with their parts, which are no calls of their own, and with their status", async () => {
    const before = open.requests.length;
    await send(root, { compositeRequest: [part("a", "SELECT Id FROM Nope")] });
    expect(open.requests.slice(before)).toMatchObject([
      { method: "POST", path: root, status: 200, isPart: false },
      { method: "GET", soql: "SELECT Id FROM Nope", status: 400, isPart: true },
    ]);
  });

  describe("are hit by faults", () => {
    afterEach(() => open.setFaults([]));
    const two = {
      compositeRequest: [part("a", "SELECT Id FROM User LIMIT 1"), part("b", "SELECT Id FROM Profile")],
    };

    it("in their parts alone, where a part can be answered so", async () => {
      const statuses = async (fault: Partial<Fault>) => {
        open.setFaults([{ match: "FROM Profile", count: 1, ...fault } as Fault]);
        const { status, body } = await send(root, two);
        return [
          status,
          ...body.compositeResponse.map((one: { httpStatusCode: number }) => one.httpStatusCode),
        ];
      };
      expect(await statuses({ kind: "status", status: 503, retryAfterSeconds: 7 })).toEqual([200, 200, 503]);
      expect(await statuses({ kind: "expire" })).toEqual([200, 200, 401]);
      expect(await statuses({ kind: "latency", ms: 1 })).toEqual([200, 200, 200]);
    });

    it("as a whole, where it is the connection that fails", async () => {
      const hit = async (kind: Fault["kind"]) => {
        open.setFaults([{ kind, match: "FROM Profile", count: 1 }]);
        return await send(root, two).then(
          ({ status }) => status,
          () => "cut",
        );
      };
      expect([await hit("html"), await hit("accessDenied"), await hit("drop"), await hit("garbage")]).toEqual(
        [503, 400, "cut", "cut"],
      );
    });
  });

  it("of nothing but questions write nothing", async () => {
    const readOnly = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
    try {
      const asking = { compositeRequest: [part("a", "SELECT Id FROM User LIMIT 1")] };
      expect((await post(root, asking, readOnly)).status).toBe(200);
      expect(readOnly.writes).toEqual([]);
      const writing = [...asking.compositeRequest, { method: "DELETE", referenceId: "b", url: `${root}/x` }];
      expect((await post(root, { compositeRequest: writing }, readOnly)).status).toBe(500);
      expect(readOnly.writes).toEqual([`POST ${root}`]);
    } finally {
      await readOnly.close();
    }
  });

  it("in a batch have their statuses, and are halted where it says so", async () => {
    const { body } = await send(`${root}/batch`, {
      haltOnError: true,
      batchRequests: [
        { method: "GET", url: "v67.0/limits" },
        { method: "GET", url: "v67.0/sobjects/Nope/describe" },
        { method: "GET", url: "v67.0/limits" },
      ],
    });
    expect(body.hasErrors).toBe(true);
    expect(body.results.map((one: { statusCode: number }) => one.statusCode)).toEqual([200, 404, 412]);
  });
});

it("a tool that counts per chunk of 256 users lists what is there, as one query does", async () => {
  const total = (await connection.query("SELECT COUNT() FROM OauthToken")).totalSize;
  const users = await all<{ Id: string }>("SELECT Id FROM User");
  const rows: { UserId: string; AppName: string; CreatedDate: string }[] = [];
  for (let from = 0; from < users.length; from += 256) {
    const ids = users.slice(from, from + 256).map(({ Id }) => `'${Id}'`);
    const where = `WHERE UserId IN (${ids.join(",")})`;
    const { totalSize } = await connection.query(`SELECT COUNT() FROM OauthToken ${where}`);
    const found = await all<(typeof rows)[number]>(
      `SELECT UserId, AppName, CreatedDate FROM OauthToken ${where}`,
    );
    expect(found).toHaveLength(totalSize);
    rows.push(...found);
  }
  const key = (row: (typeof rows)[number]) => `${row.UserId} ${row.AppName} ${row.CreatedDate}`;
  const once = await all<(typeof rows)[number]>("SELECT UserId, AppName, CreatedDate FROM OauthToken");
  expect([total, rows.length]).toEqual([448, 448]);
  expect(rows.map(key).sort()).toEqual(once.map(key).sort());
});
