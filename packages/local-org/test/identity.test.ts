import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalOrgError } from "../src/errors.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { dieppeTrading } from "../src/orgs/dieppeTrading.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { as, ask, form, json, query } from "./ask.ts";

const FIXTURE = dieppeTrading();
const BOT = FIXTURE.caller;
const ADA = "ada.dubois@dieppe.example";
const LEFT = FIXTURE.users.find(({ isActive }) => !isActive)!.username;
const client = { clientId: "id:with colon", clientSecret: "s:3", name: "Nightly job", runAs: BOT };

let org: LocalOrg;
beforeEach(() => restart({}));
afterEach(() => org.close());

async function restart(options: Partial<LocalOrgOptions>): Promise<void> {
  await org?.close();
  org = await startLocalOrg({ org: FIXTURE, clients: [client], ...options });
}
async function appOf(token: string): Promise<string | null> {
  const { body } = await query(
    org,
    "SELECT LoginHistoryId FROM AuthSession WHERE IsCurrent = true",
    as(token),
  );
  const [{ LoginHistoryId }] = body.records;
  const history = await query(
    org,
    `SELECT Application, UserId FROM LoginHistory WHERE Id = '${LoginHistoryId}'`,
    as(token),
  );
  return history.body.records[0].Application;
}
const logIn = (fields: Record<string, string>) => ask(org, "/services/oauth2/token", form(fields));

describe("the app of a session", () => {
  it("is the client's that logged in", async () => {
    const { body } = await logIn({
      grant_type: "client_credentials",
      client_id: client.clientId,
      client_secret: client.clientSecret,
    });
    expect(await appOf(body.access_token)).toBe("Nightly job");
  });

  it("is sanctioned for the fixture's caller unless told, and may be unknown", async () => {
    expect(await appOf(org.accessToken)).toBe("sanctioned");
    expect(await appOf(org.sessionFor(ADA, "Slack"))).toBe("Slack");
    await restart({ callerApp: null });
    expect(await appOf(org.accessToken)).toBeNull();
  });
});

describe("client credentials", () => {
  it("may stand in the Authorization header", async () => {
    const pair = [client.clientId, client.clientSecret].map(encodeURIComponent).join(":");
    const answer = await ask(org, "/services/oauth2/token", {
      ...form({ grant_type: "client_credentials" }),
      headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
    });
    expect(answer.body).toMatchObject({ token_type: "Bearer", instance_url: org.url });
    expect(answer.body.access_token).toMatch(/^00D\w{15}![\w.]+$/);
  });

  it("of a user who has left are refused", async () => {
    await restart({ clients: [{ ...client, runAs: LEFT }] });
    const answer = await logIn({
      grant_type: "client_credentials",
      client_id: client.clientId,
      client_secret: client.clientSecret,
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: "inactive_user", error_description: "user is inactive" },
    });
  });
});

describe("who the caller is", () => {
  it("userinfo, the identity address and the API's root agree", async () => {
    const { body: info } = await ask(org, "/services/oauth2/userinfo");
    expect(info).toMatchObject({ preferred_username: BOT, organization_id: FIXTURE.organization.id });
    const { body: root } = await ask(org, "/services/data/v67.0/");
    expect(root.identity).toBe(info.sub);
    expect((await ask(org, new URL(root.identity).pathname)).body).toMatchObject({ user_id: info.user_id });
  });

  it("the identity address of another user or org is no id", async () => {
    const [id] = [org.store.userId(ADA)];
    expect(await ask(org, `/id/${FIXTURE.organization.id}/${id}`)).toMatchObject({
      status: 404,
      body: "Bad_Id",
    });
    expect((await ask(org, `/id/00D000000000009EAA/${org.store.userId(BOT)}`)).status).toBe(404);
  });
});

it("limits are for who has View Setup; usage resources need a version, a session and whole pages", async () => {
  const usage = "/services/data/v67.0/apps/oauth/usage";
  expect((await ask(org, "/services/data/v67.0/limits")).body).toEqual({
    DailyApiRequests: { Max: 100_000, Remaining: 99_999 },
  });
  expect(await ask(org, "/services/data/v67.0/limits", as(org.sessionFor(ADA)))).toMatchObject({
    status: 403,
    body: [{ errorCode: "INSUFFICIENT_ACCESS" }],
  });
  expect((await ask(org, usage)).headers.get("sforce-limit-info")).toMatch(/^api-usage=\d+\/100000$/);
  expect((await ask(org, usage, as("none"))).status).toBe(401);
  expect((await ask(org, usage.replace("67", "9"))).status).toBe(404);
  for (const page of ["page=-1", "page=x", "pageSize=0", "pageSize=1.5"])
    expect((await ask(org, `${usage}?${page}`)).status).toBe(400);
});

describe("what no resource answers comes in Salesforce's shape", () => {
  const error = (errorCode: string) => [{ errorCode, message: expect.any(String) }];
  it.each<[path: string, init: RequestInit, status: number, body: unknown]>([
    ["/services/data/v67.0/nope", {}, 404, error("NOT_FOUND")],
    ["/services/data/v67.0/sobjects/Nope/describe", {}, 404, error("NOT_FOUND")],
    ["/services/data/v67.0/tooling", { method: "POST", body: "<a/>" }, 404, error("NOT_FOUND")],
    [
      "/services/oauth2/token",
      { method: "POST", body: "<a/>" },
      415,
      { error: "invalid_request", error_description: expect.any(String) },
    ],
    ["/services/data/v67.0/composite", { ...json("POST", null), body: "{" }, 400, error("JSON_PARSER_ERROR")],
    [
      "/services/oauth2/token",
      { ...json("POST", null), body: "{" },
      400,
      { error: "invalid_request", error_description: expect.any(String) },
    ],
  ])("%s %j is %i", async (path, init, status, body) => {
    const authorization = `Bearer ${org.accessToken}`;
    const headers = { authorization, "content-type": "text/xml", ...(init.headers as object) };
    const answer = await ask(org, path, init.method === undefined ? {} : { ...init, headers });
    expect([answer.status, answer.body]).toEqual([status, body]);
  });
});

it("a port that is taken is said, with what to do", async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
  });
  try {
    const failed = startLocalOrg({ org: FIXTURE, port });
    await expect(failed).rejects.toThrow(LocalOrgError);
    await expect(failed).rejects.toThrow(`Port ${port} is taken: choose another with --port`);
  } finally {
    other.close();
  }
});
