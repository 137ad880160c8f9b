import { generateKeyPairSync } from "node:crypto";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectToRevoke } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { type AlteredOrg, type Answer, alterAnswers } from "../altered.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

let org: LocalOrg;
let between: AlteredOrg;
let answers: (Partial<Answer> | null)[];
const deleted: string[] = [];
beforeEach(async () => {
  answers = [];
  deleted.length = 0;
  org = await startLocalOrg({
    org: dieppeTrading(),
    clients: [{ clientId: "jwt-app", certificate: publicKey }],
  });
  between = await alterAnswers(
    org,
    (request, answer) =>
      // A login answers with the org's own address; the requests are to go on through here.
      request.includes("/oauth2/token") ? { body: answer.body.replaceAll(org.url, between.url) } : null,
    (request) => {
      if (!request.startsWith("DELETE")) return null;
      deleted.push(request);
      return answers.shift() ?? { status: 204 };
    },
  );
});
afterEach(async () => {
  await between.close();
  await org.close();
});

const byToken = () =>
  connectToRevoke(readCredentials({ instanceUrl: between.url, accessToken: org.accessToken }, {}));
const byJwt = () =>
  connectToRevoke(
    readCredentials(
      {
        loginUrl: between.url,
        clientId: "jwt-app",
        username: "sanctioned.integration@dieppe.example",
        privateKey,
      },
      {},
    ),
  );

describe("deleting a resource for a revocation", () => {
  it("is one call below the version of the connection, which counts", async () => {
    const connection = await byToken();
    const { calls } = connection;
    expect(await connection.deleteForRevocation("/sobjects/AuthSession/0Ak1")).toEqual({
      status: 204,
      retryAfterMs: null,
    });
    expect(deleted).toEqual(["DELETE /services/data/v67.0/sobjects/AuthSession/0Ak1"]);
    expect(connection.calls).toBe(calls + 1);
  });

  it("notes what the answer says of the org's API calls", async () => {
    const connection = await byToken();
    answers = [{ status: 204, headers: { "sforce-limit-info": "api-usage=77/5000" } }];
    await connection.deleteForRevocation("/x");
    expect(connection.apiUsage).toEqual({ used: 77, limit: 5_000 });
  });

  it.each([400, 404, 429, 500, 503])(
    "is made once where the answer is HTTP %i: to try again is the run's",
    async (status) => {
      const connection = await byJwt();
      answers = [{ status, headers: { "retry-after": "7" } }];
      expect(await connection.deleteForRevocation("/x")).toEqual({ status, retryAfterMs: 7_000 });
      expect(deleted).toHaveLength(1);
    },
  );

  const html = (words: string) => `<html><body>${words}</body></html>`;
  const limit = (message: string) => JSON.stringify([{ errorCode: "REQUEST_LIMIT_EXCEEDED", message }]);
  it.each<[string, Partial<Answer>, object]>([
    [
      "too many at once",
      { status: 403, body: limit("ConcurrentRequests Limit exceeded.") },
      { status: 429, retryAfterMs: 10_000 },
    ],
    ["the edge", { status: 400, body: html("Access Declined") }, { status: 429, retryAfterMs: 10_000 }],
    [
      "the edge, with a time",
      { status: 403, body: html("Access Denied"), headers: { "retry-after": "3" } },
      { status: 429, retryAfterMs: 3_000 },
    ],
    [
      "not the day's limit",
      { status: 403, body: limit("TotalRequests Limit exceeded.") },
      { status: 403, retryAfterMs: null },
    ],
    [
      "not a refusal of the API's",
      { status: 403, body: '[{"message":"access denied"}]' },
      { status: 403, retryAfterMs: null },
    ],
  ])("says 429 for whatever asks for fewer calls at once: %s", async (_what, refused, said) => {
    const connection = await byToken();
    answers = [refused];
    expect(await connection.deleteForRevocation("/x")).toEqual(said);
  });

  it("is made again where the session had expired, once it is renewed", async () => {
    const connection = await byJwt();
    const { calls } = connection;
    answers = [{ status: 401 }];
    expect(await connection.deleteForRevocation("/x")).toMatchObject({ status: 204 });
    expect([deleted.length, connection.calls]).toEqual([2, calls + 2]);
  });

  it("is made twice and no more where the renewed session is refused too", async () => {
    const connection = await byJwt();
    answers = [{ status: 401 }, { status: 401 }, { status: 401 }];
    expect(await connection.deleteForRevocation("/x")).toMatchObject({ status: 401 });
    expect(deleted).toHaveLength(2);
  });

  it("is made once with an access token, which nothing renews", async () => {
    const connection = await byToken();
    answers = [{ status: 401 }];
    expect(await connection.deleteForRevocation("/x")).toMatchObject({ status: 401 });
    expect(deleted).toHaveLength(1);
  });

  it("without an answer is an error that names the host and shows no token", async () => {
    const connection = await byToken();
    const { host } = new URL(between.url);
    await between.close();
    const error: unknown = await connection.deleteForRevocation("/x").catch((e: unknown) => e);
    expect(String(error)).toContain(host);
    expect(String((error as Error).stack)).not.toContain(org.accessToken);
  });
});
