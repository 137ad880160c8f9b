import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { InconclusiveError, UserError } from "../../src/errors.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { dieppeTrading } from "../../src/simulator/dieppeTrading.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/simulator.ts";

const KEYS = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const BOT = "sanctioned.integration@dieppe.example";
const CLIENTS = [
  { clientId: "jwt-app", certificate: KEYS.publicKey },
  { clientId: "secret-app", clientSecret: "canary-secret-1f3b", runAs: BOT },
];

let org: Simulator | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  org = await startSimulator({ org: dieppeTrading(), clients: CLIENTS, ...options });
  return org;
}

const byToken = ({ url, accessToken }: Simulator) => readCredentials({ instanceUrl: url, accessToken }, {});
const byJwt = ({ url }: Simulator, privateKey = KEYS.privateKey, username = BOT) =>
  readCredentials({ loginUrl: url, clientId: "jwt-app", username, privateKey }, {});
const bySecret = ({ url }: Simulator, clientSecret = "canary-secret-1f3b") =>
  readCredentials({ loginUrl: url, clientId: "secret-app", clientSecret }, {});

describe("connecting", () => {
  it.each([
    ["access token", byToken],
    ["JWT bearer", byJwt],
    ["client credentials", bySecret],
  ] as const)("by %s says which org and user it is", async (_way, credentials) => {
    const connection = await connect(credentials(await start()));
    expect(connection.org).toEqual({
      id: "00D000000001942EAA",
      name: "Dieppe Trading",
      isSandbox: false,
      instanceUrl: org!.url,
      apiVersion: "67.0",
    });
    expect(connection.caller).toEqual({ userId: "005000000000351AAA", username: BOT, app: "sanctioned" });
  });

  it("asks for exactly what it needs", async () => {
    await connect(byToken(await start()));
    expect(org!.requests.map(({ method, path, soql }) => `${method} ${soql ?? path}`)).toEqual([
      "GET /services/data/",
      "GET /services/oauth2/userinfo",
      "GET SELECT Id, Name, IsSandbox FROM Organization",
      "GET SELECT LoginHistoryId FROM AuthSession WHERE IsCurrent = true",
      "GET SELECT Application FROM LoginHistory WHERE Id = '0Ya000000000001AAA'",
    ]);
  });

  it("takes a pinned API version, and refuses one that the org does not have", async () => {
    const credentials = byToken(await start());
    expect((await connect({ ...credentials, apiVersion: "62.0" })).org.apiVersion).toBe("62.0");
    await expect(connect({ ...credentials, apiVersion: "12.0" })).rejects.toThrow(
      "has no API version 12.0: it knows 50.0 to 67.0",
    );
  });

  it("the own app that is named wins over the session's", async () => {
    const connection = await connect({ ...byToken(await start()), ownApp: "Ours" });
    expect(connection.caller.app).toBe("Ours");
  });
});

describe("wrong credentials are one clear message without the secret", () => {
  const wrongKey = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
  it.each([
    [
      "a key that is not registered",
      (s: Simulator) => byJwt(s, wrongKey),
      /refused the login \(invalid_grant: invalid assertion\)/,
    ],
    [
      "a user who has not approved the app",
      (s: Simulator) => byJwt(s, KEYS.privateKey, "nobody@dieppe.example"),
      /invalid_grant: user hasn't approved this consumer/,
    ],
    [
      "a key that is no key",
      (s: Simulator) => byJwt(s, "canary-key-77aa"),
      /The private key of the JWT login cannot be read/,
    ],
    [
      "a wrong client secret",
      (s: Simulator) => bySecret(s, "canary-wrong-9d"),
      /refused the login \(invalid_client: invalid client credentials\)/,
    ],
    [
      "an expired access token",
      (s: Simulator) =>
        readCredentials({ instanceUrl: s.url, accessToken: "00D000000001942EAA!canary.token" }, {}),
      /INVALID_SESSION_ID.*get a new one/,
    ],
  ])("%s", async (_case, credentials, message) => {
    const simulator = await start();
    const error = await connect(credentials(simulator)).then(
      () => expect.unreachable(),
      (e: unknown) => e as Error,
    );
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(`${error.message}${error.stack}`).not.toMatch(/canary|PRIVATE KEY-----\n/);
  });
});

describe("faults on the way", () => {
  it("an org that does not answer is said at once", async () => {
    const { url, accessToken } = await start();
    await org!.close();
    await expect(connect(readCredentials({ instanceUrl: url, accessToken }, {}))).rejects.toThrow(
      /No answer from 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
    );
  });

  it("a session that expires is renewed once, and the run goes on", async () => {
    const connection = await connect(bySecret(await start()));
    org!.setFaults([{ kind: "expire", match: "FROM Profile", count: 1 }]);
    expect((await connection.query("SELECT Id FROM Profile")).rows).toHaveLength(6);
    expect(org!.requests.filter(({ path }) => path === "/services/oauth2/token")).toHaveLength(2);
  });

  it("a second refusal is an error, never a loop", async () => {
    const connection = await connect(bySecret(await start()));
    org!.setFaults([{ kind: "expire", match: "FROM Profile" }]);
    await expect(connection.query("SELECT Id FROM Profile")).rejects.toThrow("INVALID_SESSION_ID");
    expect(org!.requests.filter(({ soql }) => soql === "SELECT Id FROM Profile")).toHaveLength(2);
  });

  it.each([429, 503])("HTTP %i is tried again after Retry-After", async (status) => {
    const connection = await connect(byToken(await start()));
    org!.setFaults([{ kind: "status", match: "FROM Profile", status, retryAfterSeconds: 0, count: 2 }]);
    expect((await connection.query("SELECT Id FROM Profile")).rows).toHaveLength(6);
    expect(
      org!.requests
        .filter(({ soql }) => soql !== null)
        .slice(-3)
        .map(({ status: s }) => s),
    ).toEqual([status, status, 200]);
  });

  it("a dropped connection is tried again", async () => {
    const connection = await connect(byToken(await start()));
    org!.setFaults([{ kind: "drop", match: "FROM Profile", count: 1 }]);
    expect((await connection.query("SELECT Id FROM Profile")).rows).toHaveLength(6);
  });

  it("a redirect is not followed", async () => {
    const connection = await connect(byToken(await start()));
    org!.setFaults([{ kind: "redirect", match: "FROM Profile" }]);
    await expect(connection.query("SELECT Id FROM Profile")).rejects.toThrow(
      "a redirect, which is not followed",
    );
    expect(org!.requests.some(({ path }) => path === "/elsewhere")).toBe(false);
  });
});

describe("the planner's reader", () => {
  it.each(["DeleteToken", "AccessToken", "requesttoken"])("refuses a query that names %s", async (field) => {
    const connection = await connect(byToken(await start()));
    const calls = connection.calls;
    expect(() => connection.query(`SELECT ${field} FROM OauthToken`)).toThrow(/names/);
    expect(connection.calls).toBe(calls);
  });
});

describe("reading credentials", () => {
  it.each<[rule: string, config: Record<string, string>, env: Record<string, string>, outcome: RegExp]>([
    [
      "none at all names every way",
      {},
      {},
      /^No credentials for a Salesforce org: give an access token .* JWT login .* client credentials/,
    ],
    ["a token without its org", { accessToken: "x" }, {}, /The access token lacks instanceUrl/],
    [
      "in the environment's own names",
      {},
      { SF_ACCESS_TOKEN: "x" },
      /The access token lacks SF_ORG_INSTANCE_URL/,
    ],
    [
      "half a JWT login",
      {},
      { SANCTIONED_CLIENT_ID: "x" },
      /The JWT login lacks SANCTIONED_PRIVATE_KEY_FILE/,
    ],
    [
      "an address that is no URL",
      { accessToken: "x", instanceUrl: "acme" },
      {},
      /instanceUrl is no URL: write it as https/,
    ],
    [
      "plain http to another machine",
      { accessToken: "x", instanceUrl: "http://acme.my.salesforce.com" },
      {},
      /instanceUrl must begin with https/,
    ],
    [
      "the user interface's address",
      { accessToken: "x", instanceUrl: "https://acme.lightning.force.com" },
      {},
      /is the address of the user interface/,
    ],
    [
      "a key file that is not there",
      {
        clientId: "c",
        username: "u",
        loginUrl: "https://login.salesforce.com",
        privateKeyFile: "no/such.key",
      },
      {},
      /cannot be read \(ENOENT\): no\/such\.key/,
    ],
  ])("%s", (_rule, config, env, outcome) => {
    expect(() => readCredentials(config, env)).toThrow(outcome);
  });

  it("the stack's config wins over the environment, whole", () => {
    const { login } = readCredentials(
      { clientId: "c", clientSecret: "s", loginUrl: "https://acme.my.salesforce.com" },
      { SF_ACCESS_TOKEN: "x", SF_ORG_INSTANCE_URL: "https://other.my.salesforce.com" },
    );
    expect(login.kind).toBe("client-credentials");
  });

  it("an inconclusive inventory is no user error", () => {
    expect(new InconclusiveError("x")).not.toBeInstanceOf(UserError);
  });
});
