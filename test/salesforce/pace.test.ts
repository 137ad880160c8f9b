import { setImmediate } from "node:timers/promises";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TransientError } from "../../src/http/retry.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { describeFailure, slowFault } from "../../src/salesforce/failure.ts";
import { Pace } from "../../src/salesforce/pace.ts";
import { type AlteredOrg, type Answer, alterAnswers, json } from "../altered.ts";

let org: LocalOrg;
let between: AlteredOrg;
let alter: (request: string, answer: Answer) => Partial<Answer> | null;
const waits: number[] = [];
const said: string[] = [];
beforeAll(async () => {
  org = await startLocalOrg({ org: smallOrg() });
  between = await alterAnswers(org, (request, answer) => alter(request, answer));
});
beforeEach(() => {
  alter = () => null;
  waits.length = 0;
  said.length = 0;
});
afterAll(async () => {
  await between.close();
  await org.close();
});

const open = (settings: Record<string, string> = {}) =>
  connect(readCredentials({ instanceUrl: between.url, accessToken: org.accessToken, ...settings }, {}), {
    sleep: async (ms) => waits.push(ms),
    random: () => 1,
    say: (line) => said.push(line),
  });
const refusal = (message: string): Partial<Answer> => ({
  status: 403,
  body: JSON.stringify([{ errorCode: "REQUEST_LIMIT_EXCEEDED", message }]),
});
const AT_ONCE = refusal("ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
const page = (status: number, words: string, type = "text/html"): Partial<Answer> => ({
  status,
  headers: { "content-type": type },
  body: `<HTML><HEAD><TITLE>${words}</TITLE></HEAD><BODY><H1>${words}</H1></BODY></HTML>`,
});

describe("an org that takes no more requests at once", () => {
  it.each<[string, Partial<Answer>, number]>([
    ["its limit of concurrent requests", AT_ONCE, 5_000],
    ["another of them", refusal("ConcurrentPerOrgLongTxn Limit exceeded."), 5_000],
    ["its edge, as Salesforce words it", page(400, "Access Declined"), 15_000],
    ["its edge, as Akamai does", page(403, "Access Denied"), 15_000],
    ["a page of another type", page(400, "Access Declined", "text/html;charset=UTF-8"), 15_000],
    ["a page of text", page(400, "Access_Declined", "text/plain"), 15_000],
  ])("is waited for, longer each time, and gets half as many: %s", async (_what, refused, first) => {
    const reader = await open({ concurrency: "8" });
    let left = 2;
    alter = (request) => (request.includes("FROM Profile") && left-- > 0 ? refused : null);
    expect((await reader.query("SELECT Id FROM Profile")).rows.length).toBeGreaterThan(0);
    expect(waits).toEqual([first, 2 * first]);
    expect(reader.concurrency).toBe(2);
    expect(said[0]).toMatch(new RegExp(`^Waiting ${first / 1000} s before the next try: .* fewer`));
  });

  it("that stays so ends the run in one sentence, after two minutes of waiting and more", async () => {
    const reader = await open();
    alter = (request) => (request.includes("FROM Profile") ? AT_ONCE : null);
    await expect(reader.query("SELECT Id FROM Profile")).rejects.toMatchObject({
      code: "requests-at-once-too-many",
      salesforceCode: "REQUEST_LIMIT_EXCEEDED",
    });
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000]);
    alter = (request) => (request.includes("FROM Profile") ? page(400, "Access Declined") : null);
    await expect(reader.query("SELECT Id FROM Profile")).rejects.toMatchObject({
      code: "turned-away-at-edge",
    });
    expect(reader.concurrency).toBe(1);
  });

  it("is waited for by one run for no more than twenty minutes in all", async () => {
    const reader = await open();
    alter = (request) => (request.includes("FROM Profile") ? AT_ONCE : null);
    const ask = () => reader.query("SELECT Id FROM Profile").catch((error: { code: string }) => error.code);
    const codes = [];
    for (let i = 0; i < 10; i++) codes.push(await ask());
    expect(new Set(codes)).toEqual(new Set(["requests-at-once-too-many"]));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(20 * 60_000);
  });

  it.each([
    ["the day's calls are used up", refusal("TotalRequests Limit exceeded."), "api-calls-used-up"],
    ["a page is somebody's", page(400, "Bad Request"), "answer-not-salesforce"],
    ["a page came with another status", page(404, "Access Denied"), "answer-not-salesforce"],
  ])("is not meant where %s: that is not waited for", async (_what, refused, code) => {
    const reader = await open();
    alter = (request) => (request.includes("FROM Profile") ? refused : null);
    await expect(reader.query("SELECT Id FROM Profile")).rejects.toMatchObject({ code });
    expect(waits).toEqual([]);
  });

  it("is waited for where it says so by SOAP", () => {
    const fault = { errorCode: "sf:REQUEST_LIMIT_EXCEEDED" };
    const error = Object.assign(new Error("ConcurrentRequests Limit exceeded."), fault);
    const described = describeFailure({ host: "acme.my.salesforce.com", status: 500, error, secrets: [] });
    expect(slowFault(described)).toMatchObject({ firstWaitMs: 5_000 });
  });
});

describe("the pace of a run", () => {
  const SLOW = new TransientError(new Error("too many"), null, { firstWaitMs: 1, why: "" });

  it("is halved once by requests that were under way together, and stays one at least", async () => {
    const pace = new Pace(8);
    const refused = () =>
      pace.run((send) => send(async () => setImmediate().then(() => Promise.reject(SLOW))));
    await Promise.allSettled(Array.from({ length: 8 }, refused));
    expect(pace.concurrency).toBe(4);
    for (const expected of [2, 1, 1]) {
      await refused().catch(() => undefined);
      expect(pace.concurrency).toBe(expected);
    }
  });

  it("is as it was after a fault that is over in a moment", async () => {
    const pace = new Pace(8);
    for (const fault of [new TransientError(new Error("busy"), null), new Error("a bug")])
      await pace.run((send) => send(() => Promise.reject(fault))).catch(() => undefined);
    expect(pace.concurrency).toBe(8);
  });

  it("sends no request in the stead of those that wait, and no more than it has come down to", async () => {
    const pace = new Pace(4);
    let underWay = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++underWay);
      await setImmediate();
      underWay--;
    };
    let wake = () => {};
    const waiting = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const first = Array.from({ length: 4 }, () =>
      pace.run(async (send) => {
        await send(async () => setImmediate().then(() => Promise.reject(SLOW))).catch(() => undefined);
        await waiting;
        return await send(work);
      }),
    );
    const others = Array.from({ length: 4 }, () => pace.run((send) => send(work)));
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(most).toBe(0);
    wake();
    await Promise.all([...first, ...others]);
    expect(most).toBe(2);
  });
});

describe("an org that stands few requests at once", () => {
  const as = (fields: object) => {
    alter = (request, answer) =>
      request.includes("FROM Organization")
        ? json<{ records: object[] }>(answer, (page) => ({
            ...page,
            records: page.records.map((row) => ({ ...row, ...fields })),
          }))
        : null;
  };

  it.each([
    ["a Developer Edition", { OrganizationType: "Developer Edition" }, 4],
    ["a trial", { TrialExpirationDate: "2026-12-24T00:00:00.000+0000" }, 4],
    ["neither", { OrganizationType: "Enterprise Edition", TrialExpirationDate: null }, 8],
    ["of an edition that it does not say", { OrganizationType: null }, 8],
  ])("gets them: %s", async (_what, fields, concurrency) => {
    as(fields);
    expect((await open()).concurrency).toBe(concurrency);
  });

  it("gets as many as the settings say, where they do", async () => {
    as({ OrganizationType: "Developer Edition" });
    expect((await open({ concurrency: "6" })).concurrency).toBe(6);
  });

  it("is not known where the org does not have those fields", async () => {
    const body = JSON.stringify([{ errorCode: "INVALID_FIELD", message: "No such column" }]);
    alter = (request) => (request.includes("TrialExpirationDate") ? { status: 400, body } : null);
    expect((await open()).concurrency).toBe(8);
  });
});
