import { type Fault, type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, generateOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RetryClock } from "../../src/http/retry.ts";
import { connect, connectToRevoke } from "../../src/salesforce/connection.ts";
import { readCredentials, type Settings } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { type AlteredOrg, alterAnswers, json } from "../altered.ts";

const COMPOSITE = "/services/data/v67.0/composite";
const PROFILES = "SELECT Id, Name FROM Profile";
const ROLES = "SELECT Id, Name, DeveloperName, ParentRoleId FROM UserRole";
const APPS = "SELECT Id, Name FROM ConnectedApplication";
const FROZEN = "SELECT UserId FROM UserLogin WHERE IsFrozen = true";

let org: LocalOrg;
let between: AlteredOrg | undefined;
const waits: number[] = [];
const CLOCK: RetryClock = { sleep: async (ms) => void waits.push(ms), random: () => 0 };

beforeEach(async () => {
  const clients = [{ clientId: "c", clientSecret: "canary-secret", runAs: dieppeTrading().caller }];
  org = await startLocalOrg({ org: dieppeTrading(), clients });
  waits.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await between?.close();
  between = undefined;
  await org.close();
});

const settings = (url = org.url): Settings => ({ instanceUrl: url, accessToken: org.accessToken });
const open = (more: Settings = {}) => connect(readCredentials({ ...settings(), ...more }, {}), CLOCK);

/** What the org is asked meanwhile: calls by method and path, and the parts of a composite by their queries. */
async function asked(act: () => Promise<unknown>): Promise<string[]> {
  const before = org.requests.length;
  await act();
  return org.requests
    .slice(before)
    .map(({ method, soql, path, isPart }) => (isPart ? `- ${soql}` : `${method} ${soql ?? path}`));
}

const rowsOf = async (reader: OrgReader, queries: readonly string[]) =>
  (await Promise.all(queries.map((soql) => reader.query(soql)))).map(({ rows }) => rows.length);

describe("queries that are asked for at the same moment", () => {
  it("go as the parts of one call, five of them at most; one that is left goes alone", async () => {
    const reader = await open();
    const calls = reader.calls;
    const seven = [PROFILES, ROLES, APPS, FROZEN, PROFILES, APPS, ROLES];
    expect(await asked(() => rowsOf(reader, seven))).toEqual([
      `POST ${COMPOSITE}`,
      ...seven.slice(0, 5).map((soql) => `- ${soql}`),
      `POST ${COMPOSITE}`,
      ...seven.slice(5).map((soql) => `- ${soql}`),
    ]);
    expect(reader.calls - calls).toBe(2);
    expect(await asked(() => rowsOf(reader, [PROFILES]))).toEqual([`GET ${PROFILES}`]);
    expect(await asked(() => rowsOf(reader, [APPS, APPS, APPS, APPS, APPS, FROZEN]))).toContain(
      `GET ${FROZEN}`,
    );
  });

  it("are answered as each would be alone, counts and pages too, and cost as many calls as the org counts", async () => {
    const reader = await open();
    const alone = await open({ composite: "false" });
    const all = async (from: OrgReader) => {
      const pages: number[] = [];
      const answers = await Promise.all([
        from.query(PROFILES),
        from.count("SELECT COUNT() FROM User"),
        from.eachPage("SELECT Id FROM User", (rows) => pages.push(rows.length)),
        from
          .query("SELECT Id FROM Group WHERE Nope = 1")
          .catch((error: { salesforceCode: string }) => error.salesforceCode),
      ]);
      return [answers, pages];
    };
    const { used } = (await open({ composite: "false" })).apiUsage!;
    const calls = reader.calls;
    const together = await all(reader);
    expect(reader.apiUsage!.used - used).toBe(reader.calls - calls);
    expect(together).toEqual(await all(alone));
  });

  it("go each in a call of its own where the setting says so", async () => {
    const reader = await open({ composite: "false" });
    const lines = await asked(() => rowsOf(reader, [PROFILES, ROLES]));
    expect(lines.sort()).toEqual([`GET ${PROFILES}`, `GET ${ROLES}`]);
    expect(org.requests.some(({ path }) => path === COMPOSITE)).toBe(false);
  });

  it("of grants, with or without their tokens, go in calls of their own", async () => {
    const connection = await connectToRevoke(readCredentials(settings(), {}), CLOCK);
    const tokens = "SELECT UserId, DeleteToken FROM OauthToken";
    const grants = "SELECT UserId FROM OauthToken";
    const lines = await asked(() =>
      Promise.all([
        rowsOf(connection, [PROFILES, grants, ROLES]),
        connection.count("SELECT COUNT() FROM OauthToken"),
        connection.queryForRevocation(tokens),
      ]),
    );
    expect(lines).toEqual(
      expect.arrayContaining([`GET ${grants}`, "GET SELECT COUNT() FROM OauthToken", `GET ${tokens}`]),
    );
    expect(lines.filter((line) => line.startsWith("-"))).toEqual([`- ${PROFILES}`, `- ${ROLES}`]);
  });

  it("that name a token are refused beside others as they are alone, and nothing of them is sent", async () => {
    const reader = await open();
    const soql = "SELECT Id, (SELECT DeleteToken FROM Tokens) FROM User";
    const lines = await asked(() =>
      Promise.all([
        rowsOf(reader, [PROFILES, ROLES]),
        expect(reader.query(soql)).rejects.toThrow("a query of the planner names DeleteToken"),
      ]),
    );
    expect(lines).toEqual([`POST ${COMPOSITE}`, `- ${PROFILES}`, `- ${ROLES}`]);
  });

  it("have their next pages one by one", async () => {
    await org.close();
    org = await startLocalOrg({ org: generateOrg({ seed: 5, users: 4_100, grants: 10, apps: 2 }) });
    const reader = await open();
    const lines = await asked(() => rowsOf(reader, ["SELECT Id FROM User", PROFILES]));
    expect(lines.slice(0, 3)).toEqual([`POST ${COMPOSITE}`, "- SELECT Id FROM User", `- ${PROFILES}`]);
    expect(lines.slice(3).map((line) => line.replace(/0r8\w+-/, ""))).toEqual([
      "GET /services/data/v67.0/query/2000",
      "GET /services/data/v67.0/query/4000",
    ]);
  });
});

interface Envelope {
  compositeResponse: { referenceId: string; httpStatusCode: number; body: unknown }[];
}

/** A reader of an org whose composites are altered, once it is connected. */
async function altered(change: (envelope: Envelope) => unknown): Promise<OrgReader> {
  let isConnected = false;
  between = await alterAnswers(org, (request, answer) =>
    isConnected && request === `POST ${COMPOSITE}` ? json<Envelope>(answer, change) : null,
  );
  const reader = await connect(readCredentials(settings(between.url), {}), CLOCK);
  isConnected = true;
  return reader;
}

describe("an answer of several parts", () => {
  const truth = async () => rowsOf(await open({ composite: "false" }), [PROFILES, FROZEN, APPS]);

  it("is told by what each part says that it answers, in whatever order they come", async () => {
    const reader = await altered(({ compositeResponse }) => ({
      compositeResponse: compositeResponse.toReversed(),
    }));
    const calls = reader.calls;
    expect(await rowsOf(reader, [PROFILES, FROZEN, APPS])).toEqual(await truth());
    expect(reader.calls - calls).toBe(1);
  });

  it.each<[string, (envelope: Envelope) => unknown]>([
    ["that lacks one", ({ compositeResponse: [_, ...others] }) => ({ compositeResponse: others })],
    [
      "that has one twice",
      ({ compositeResponse: [first, , third] }) => ({ compositeResponse: [first, first, third] }),
    ],
    [
      "that has one twice besides",
      ({ compositeResponse }) => ({ compositeResponse: [...compositeResponse, compositeResponse[0]] }),
    ],
    [
      "that has one of something else",
      ({ compositeResponse: [first, ...others] }) => ({
        compositeResponse: [{ ...first, referenceId: "other" }, ...others],
      }),
    ],
    [
      "that has a part which is none",
      ({ compositeResponse: [, ...others] }) => ({ compositeResponse: [null, ...others] }),
    ],
    ["without parts", () => ({ compositeResponse: [] })],
    ["that is a list", ({ compositeResponse }) => compositeResponse],
    ["that is nothing", () => null],
    ["that is text", () => "ok"],
  ])("%s is not believed in any: each query is asked alone, and from then on", async (_what, change) => {
    const reader = await altered(change);
    const calls = reader.calls;
    expect(await rowsOf(reader, [PROFILES, FROZEN, APPS])).toEqual(await truth());
    expect(reader.calls - calls).toBe(1 + 3);
    const lines = await asked(() => rowsOf(reader, [PROFILES, FROZEN]));
    expect(lines.sort()).toEqual([`GET ${PROFILES}`, `GET ${FROZEN}`].sort());
  });

  it.each([201, 204, 300, 400, 500, "200", null, undefined])(
    "is not believed in a part of status %s, which is asked alone",
    async (httpStatusCode) => {
      const reader = await altered(({ compositeResponse }) => ({
        compositeResponse: compositeResponse.map((part, i) =>
          i === 1 ? { ...part, httpStatusCode, body: { totalSize: 0, done: true, records: [] } } : part,
        ),
      }));
      const calls = reader.calls;
      expect(await rowsOf(reader, [PROFILES, APPS])).toEqual([(await truth())[0], (await truth())[2]]);
      expect(reader.calls - calls).toBe(2);
    },
  );

  it.each([
    ["nothing", null],
    ["no page", { totalSize: 1 }],
    [
      "a page that leads elsewhere",
      { totalSize: 9, done: false, records: [], nextRecordsUrl: "/services/oauth2/x" },
    ],
    ["a refusal", [{ errorCode: "INVALID_FIELD", message: "none" }]],
  ])("whose part holds %s is an error, as it is alone", async (_what, body) => {
    const reader = await altered(({ compositeResponse }) => ({
      compositeResponse: compositeResponse.map((part) => ({ ...part, body })),
    }));
    await expect(rowsOf(reader, [PROFILES, APPS])).rejects.toMatchObject({
      code: "query-answer-not-salesforce",
    });
  });

  it("whose parts are taken for each other is an error: they lack what was asked for", async () => {
    const reader = await altered(({ compositeResponse: [one, other] }) => ({
      compositeResponse: [
        { ...one, body: other!.body },
        { ...other, body: one!.body },
      ],
    }));
    await expect(
      rowsOf(reader, [PROFILES, "SELECT ApplicationId, Label FROM AppMenuItem"]),
    ).rejects.toMatchObject({
      code: "answer-field-not-valid",
    });
  });
});

describe("a part that the org refuses", () => {
  it("is asked alone, and its error is that of the query", async () => {
    const reader = await open();
    const nope = "SELECT Id FROM Group WHERE Nope = 1";
    const lines = await asked(() =>
      Promise.all([
        rowsOf(reader, [PROFILES]),
        expect(reader.query(nope)).rejects.toMatchObject({ salesforceCode: "INVALID_FIELD" }),
      ]),
    );
    expect(lines).toEqual([`POST ${COMPOSITE}`, `- ${PROFILES}`, `- ${nope}`, `GET ${nope}`]);
  });

  it("for a moment is waited for as long as it asks", async () => {
    const reader = await open();
    org.setFaults([
      { kind: "status", status: 503, retryAfterSeconds: 7, match: "FROM Profile", count: 2 }, // as a part, then alone
    ]);
    expect(await rowsOf(reader, [PROFILES, FROZEN])).toEqual([6, 0]);
    expect(waits).toEqual([7_000]);
  });
});

describe("an org that takes no composites", () => {
  it.each<[string, Partial<Fault>]>([
    ["of that version", { kind: "status", status: 404, errorCode: "NOT_FOUND" }],
    ["by a permission", { kind: "status", status: 403, errorCode: "INSUFFICIENT_ACCESS" }],
    ["at all", { kind: "status", status: 403, errorCode: "API_DISABLED_FOR_ORG" }],
    ["by POST", { kind: "status", status: 405, errorCode: "METHOD_NOT_ALLOWED" }],
    ["of that form", { kind: "status", status: 400, errorCode: "JSON_PARSER_ERROR" }],
    ["for a fault of its own", { kind: "status", status: 500, errorCode: "UNKNOWN_EXCEPTION" }],
    ["but a page", { kind: "html" }],
    ["but leads elsewhere", { kind: "redirect" }],
    ["but cuts the connection", { kind: "drop" }],
    ["since its edge turns them away", { kind: "accessDenied" }],
  ])("%s is asked each query alone, and composites no more until the next run", async (_why, fault) => {
    const reader = await open();
    org.setFaults([{ ...fault, match: `POST ${COMPOSITE}` } as Fault]);
    expect(await rowsOf(reader, [PROFILES, FROZEN])).toEqual([6, 0]);
    const two = () => asked(() => rowsOf(reader, [PROFILES, FROZEN]));
    org.setFaults([]);
    expect((await two()).sort()).toEqual([`GET ${PROFILES}`, `GET ${FROZEN}`].sort());
    reader.beginRun();
    expect(await two()).toEqual([`POST ${COMPOSITE}`, `- ${PROFILES}`, `- ${FROZEN}`]);
  });

  it("for a moment is asked again as it asks", async () => {
    const reader = await open();
    org.setFaults([{ kind: "status", status: 503, retryAfterSeconds: 3, match: COMPOSITE, count: 2 }]);
    const lines = await asked(() => rowsOf(reader, [PROFILES, FROZEN]));
    expect(lines.filter((line) => line === `POST ${COMPOSITE}`)).toHaveLength(3);
    expect(lines.slice(3)).toEqual([`- ${PROFILES}`, `- ${FROZEN}`]);
    expect(waits).toEqual([3_000, 3_000]);
  });

  it("for requests that are too many at once is asked for fewer", async () => {
    const reader = await open();
    const { concurrency } = reader;
    const message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    const errorCode = "REQUEST_LIMIT_EXCEEDED";
    org.setFaults([{ kind: "status", status: 403, errorCode, message, match: COMPOSITE, count: 1 }]);
    expect(await rowsOf(reader, [PROFILES, FROZEN])).toEqual([6, 0]);
    expect([reader.concurrency, waits.length]).toEqual([concurrency / 2, 1]);
  });

  it.each<[string, Partial<Fault>, string]>([
    [
      "the day's calls are used up",
      { status: 403, errorCode: "REQUEST_LIMIT_EXCEEDED" },
      "api-calls-used-up",
    ],
    ["the session is over", { status: 401, errorCode: "INVALID_SESSION_ID" }, "access-token-not-valid"],
    [
      "it asks for a longer wait than a run waits",
      { status: 503, retryAfterSeconds: 3_600 },
      "asked-to-wait",
    ],
  ])("since %s is not asked each query besides: that is the error of all", async (_why, fault, code) => {
    const reader = await open();
    org.setFaults([{ kind: "status", ...fault, match: COMPOSITE } as Fault]);
    const lines = await asked(async () => {
      const settled = await Promise.allSettled([PROFILES, FROZEN].map((soql) => reader.query(soql)));
      expect(settled).toMatchObject([{ reason: { code } }, { reason: { code } }]);
    });
    expect(lines).toEqual([`POST ${COMPOSITE}`]);
  });

  it("in the time of one call is not asked for as much again: what hangs is asked alone", async () => {
    const reader = await open();
    org.setFaults([{ kind: "drop", match: COMPOSITE }]);
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 61_000));
    const lines = await asked(() => rowsOf(reader, [PROFILES, FROZEN]));
    expect(lines.filter((line) => line === `POST ${COMPOSITE}`)).toHaveLength(1);
  });

  it("since the login expired is asked again with a new one, and the tokens of neither are in any error", async () => {
    const credentials = readCredentials(
      { loginUrl: org.url, clientId: "c", clientSecret: "canary-secret" },
      {},
    );
    const reader = await connect(credentials, CLOCK);
    org.setFaults([{ kind: "expire", match: COMPOSITE, count: 1 }]);
    const lines = await asked(() => rowsOf(reader, [PROFILES, FROZEN]));
    expect(lines).toEqual([
      `POST ${COMPOSITE}`,
      "POST /services/oauth2/token",
      `POST ${COMPOSITE}`,
      `- ${PROFILES}`,
      `- ${FROZEN}`,
    ]);
  });
});
