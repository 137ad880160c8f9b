import { generateKeyPairSync } from "node:crypto";
import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, generateOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { connect, connectToRevoke } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { NEVER_SELECT, refuseTokenFields } from "../../src/salesforce/reader.ts";
import { alterAnswers } from "../altered.ts";

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

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function start(options: Partial<LocalOrgOptions> = {}): Promise<LocalOrg> {
  org = await startLocalOrg({ org: dieppeTrading(), clients: CLIENTS, ...options });
  return org;
}

const byToken = ({ url, accessToken }: LocalOrg) => readCredentials({ instanceUrl: url, accessToken }, {});
const byJwt = ({ url }: LocalOrg, privateKey = KEYS.privateKey, username = BOT) =>
  readCredentials({ loginUrl: url, clientId: "jwt-app", username, privateKey }, {});
const bySecret = ({ url }: LocalOrg, clientSecret = "canary-secret-1f3b") =>
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
    expect(connection.caller).toEqual({
      userId: "005000000000351AAA",
      username: BOT,
      sessionApp: "sanctioned",
      namedApp: null,
    });
  });

  it("to read gives nothing that could revoke", async () => {
    const revoking = ["queryForRevocation", "deleteForRevocation"];
    const { url, accessToken } = await start();
    const credentials = readCredentials({ instanceUrl: url, accessToken }, {});
    const names = async (connection: Promise<object>) =>
      Object.keys(await connection).filter((name) => revoking.includes(name));
    expect(await names(connect(credentials))).toEqual([]);
    expect(await names(connectToRevoke(credentials))).toEqual(revoking);
  });

  it("asks for exactly what it needs", async () => {
    await connect(byToken(await start()));
    expect(org!.requests.map(({ method, path, soql }) => `${method} ${soql ?? path}`)).toEqual([
      "GET /services/data/",
      "POST /services/data/v67.0/composite",
      "GET SELECT Id, Name, IsSandbox, OrganizationType, TrialExpirationDate FROM Organization",
      "GET SELECT LoginHistoryId FROM AuthSession WHERE IsCurrent = true",
      "GET /services/oauth2/userinfo",
      "GET SELECT Application FROM LoginHistory WHERE Id IN ('0Ya000000000001AAA')",
    ]);
  });

  it("takes a pinned API version, and refuses one that the org does not have", async () => {
    const credentials = byToken(await start());
    expect((await connect({ ...credentials, apiVersion: "62.0" })).org.apiVersion).toBe("62.0");
    await expect(connect({ ...credentials, apiVersion: "68.0" })).rejects.toThrow(
      "has no API version 68.0: it knows 50.0 to 67.0",
    );
    // What is pinned need not be chosen: the versions are asked for where it is not there.
    expect(org!.requests.filter(({ path }) => path === "/services/data/")).toHaveLength(1);
  });

  it("the own app that is named stands beside the session's", async () => {
    const connection = await connect({ ...byToken(await start()), ownApp: { name: "Ours" } });
    expect(connection.caller).toMatchObject({ namedApp: { name: "Ours" }, sessionApp: "sanctioned" });
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
      (s: LocalOrg) => byJwt(s, wrongKey),
      /refused the login \(invalid_grant: invalid assertion\)/,
    ],
    [
      "a user who has not approved the app",
      (s: LocalOrg) => byJwt(s, KEYS.privateKey, "nobody@dieppe.example"),
      /invalid_grant: user hasn't approved this consumer/,
    ],
    [
      "a key that is no key",
      (s: LocalOrg) => byJwt(s, "canary-key-77aa"),
      /The private key of the JWT login cannot be read/,
    ],
    [
      "a wrong client secret",
      (s: LocalOrg) => bySecret(s, "canary-wrong-9d"),
      /refused the login \(invalid_client: invalid client credentials\)/,
    ],
    [
      "an expired access token",
      (s: LocalOrg) =>
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

  describe.each(["session", "user"] as const)("where the pages of a query are a %s's", (locatorsBoundTo) => {
    const SOQL = "SELECT Id FROM User";
    const open = async () => {
      const people = generateOrg({ users: 4_500, grants: 10, apps: 2, seed: 1 });
      return connect(
        bySecret(
          await start({
            org: { ...people, platform: { locatorsBoundTo } },
            clients: [{ ...CLIENTS[1]!, runAs: people.caller }],
          }),
        ),
      );
    };

    it("a session that expires between two of them begins the query anew, and nobody is missed or read twice", async () => {
      const connection = await open();
      org!.setFaults([{ kind: "expire", match: "/query/0r8", after: 1, count: 1 }]);
      const { rows, totalSize } = await connection.query<{ Id: string }>(SOQL);
      expect(new Set(rows.map(({ Id }) => Id)).size).toBe(totalSize);
      expect(rows).toHaveLength(totalSize);
      org!.setFaults([{ kind: "expire", match: "/query/0r8", count: 1 }]);
      let taken: { Id: string }[] = [];
      await connection.eachPage<{ Id: string }>(SOQL, (page, isFirst) => {
        taken = isFirst ? page : [...taken, ...page];
      });
      expect(taken).toHaveLength(totalSize);
    });

    it("one that another request renewed does so too, with no login of its own", async () => {
      const connection = await open();
      const logins = () => org!.requests.filter(({ path }) => path === "/services/oauth2/token").length;
      const before = logins();
      org!.setFaults([{ kind: "expire", match: "FROM Profile", count: 2 }]); // as a part, then alone
      const [{ rows, totalSize }] = await Promise.all([
        connection.query(SOQL),
        connection.query("SELECT Id FROM Profile"),
      ]);
      expect([rows.length, logins() - before]).toEqual([totalSize, 1]);
    });

    it("sessions that never last for it end in an error", async () => {
      const connection = await open();
      org!.setFaults([{ kind: "expire", match: "/query/0r8" }]);
      await expect(connection.query(SOQL)).rejects.toMatchObject({ code: "pages-lost" });
    });
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

  it("a wait that the server asks for is kept, and others grow at random up to a bound", async () => {
    const waits: number[] = [];
    const clock = { sleep: async (ms: number) => waits.push(ms), random: () => 0.5 };
    const connection = await connect(byToken(await start()), clock);
    org!.setFaults([{ kind: "status", match: "FROM Profile", status: 503, retryAfterSeconds: 7, count: 1 }]);
    await connection.query("SELECT Id FROM Profile");
    expect(waits.splice(0)).toEqual([7_000]);
    org!.setFaults([{ kind: "status", match: "FROM Profile", status: 500 }]);
    await expect(connection.query("SELECT Id FROM Profile")).rejects.toThrow("SERVER_UNAVAILABLE, HTTP 500");
    expect(waits).toEqual([125, 250, 500, 1_000, 2_000]);
  });

  it("a wait that is too long ends the run with its length", async () => {
    const connection = await connect(byToken(await start()), {
      sleep: () => expect.unreachable(),
      random: () => 0,
    });
    org!.setFaults([{ kind: "status", match: "FROM Profile", status: 503, retryAfterSeconds: 3_600 }]);
    await expect(connection.query("SELECT Id FROM Profile")).rejects.toThrow("asks to wait 3600 s");
  });

  it("an access token that expires in mid-run cannot be renewed, and the message says what to do", async () => {
    const connection = await connect(byToken(await start()));
    org!.setFaults([{ kind: "expire", match: "FROM Profile", count: 1 }]);
    await expect(connection.query("SELECT Id FROM Profile")).rejects.toThrow(
      /INVALID_SESSION_ID.*get a new one/,
    );
  });

  it("a session that expires for many requests at once is renewed once for all of them", async () => {
    const { url, port } = await start();
    let token = "";
    const between = await alterAnswers({ port }, (request, { body }) => {
      if (request.includes("/oauth2/token")) ({ access_token: token } = JSON.parse(body));
      return null;
    });
    try {
      const connection = await connect(bySecret({ ...org!, url: between.url }));
      // Ended for good: however late a request comes, it is refused as long as it is made with the old session.
      await fetch(`${url}/services/oauth2/revoke`, { method: "POST", body: new URLSearchParams({ token }) });
      const all = await Promise.all(
        Array.from({ length: 8 }, () => connection.query("SELECT Id FROM Profile")),
      );
      expect(all.every(({ rows }) => rows.length === 6)).toBe(true);
      expect(org!.requests.filter(({ status }) => status === 401).length).toBeGreaterThan(0);
      expect(org!.requests.filter(({ path }) => path === "/services/oauth2/token")).toHaveLength(2);
    } finally {
      await between.close();
    }
  });

  it("an error page is told from the API's answers", async () => {
    const connection = await connect(byToken(await start()), {
      sleep: async () => undefined,
      random: () => 0,
    });
    org!.setFaults([{ kind: "html", match: "FROM Profile" }]);
    await expect(connection.query("SELECT Id FROM Profile")).rejects.toThrow(
      "something that does not come from the Salesforce API",
    );
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
  it("asks nothing but what was asked for an app that is called like a token field", async () => {
    const connection = await connect(byToken(await start()));
    const { rows } = await connection.query("SELECT Id FROM OauthToken WHERE AppName = 'it\\'s DeleteToken'");
    expect(rows).toEqual([]);
  });

  it.each([...NEVER_SELECT, "requesttoken"])("refuses a query that names %s", async (field) => {
    const connection = await connect(byToken(await start()));
    const calls = connection.calls;
    for (const soql of [
      `SELECT ${field} FROM OauthToken`,
      "SELECT FIELDS(ALL) FROM OauthToken LIMIT 200",
      "SELECT fields  (ALL) FROM OauthToken LIMIT 200",
    ]) {
      await expect(connection.query(soql)).rejects.toThrow(/names/);
      await expect(connection.count(soql)).rejects.toThrow(/names/);
      await expect(connection.eachPage(soql, () => undefined)).rejects.toThrow(/names/);
    }
    expect(connection.calls).toBe(calls);
  });

  it.each(["SELECT FieldsOf FROM OauthToken", "SELECT MyFields(Id) FROM OauthToken"])(
    "asks what names no token field, however much like one it looks: %s",
    (soql) => {
      expect(() => refuseTokenFields(soql)).not.toThrow();
    },
  );
});
