import { generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import jsforce from "jsforce";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { dieppeTrading } from "../src/orgs/dieppeTrading.ts";
import { generateOrg } from "../src/orgs/generateOrg.ts";
import type { Fault } from "../src/server/faults.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";

const ADA = "ada.dubois@dieppe.example";
const BOT = "sanctioned.integration@dieppe.example";
const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
const CLIENTS = [
  { clientId: "jwt-app", certificate: KEYS.publicKey.export({ type: "spki", format: "pem" }).toString() },
  { clientId: "secret-app", clientSecret: "s3cret", runAs: BOT },
];

let org: LocalOrg;
beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), clients: CLIENTS });
});
afterEach(() => org.close());

async function restart(options: Partial<LocalOrgOptions>): Promise<void> {
  await org.close();
  org = await startLocalOrg({ org: dieppeTrading(), ...options });
}
async function get(
  path: string,
  token = org.accessToken,
): Promise<{ status: number; body: never; headers: Headers }> {
  const response = await fetch(`${org.url}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: "manual",
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text) as never,
  };
}
const soql = (q: string, token?: string) =>
  get(`/services/data/v67.0/query?q=${encodeURIComponent(q)}`, token);
async function names(where: string): Promise<string[]> {
  const { body } = await soql(`SELECT Name FROM Profile ${where}`);
  return (body as { records: { Name: string }[] }).records.map(({ Name }) => Name);
}
const assertion = (claims: Record<string, string>, key = KEYS.privateKey) =>
  new SignJWT({})
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer("jwt-app")
    .setSubject(BOT)
    .setAudience("https://login.salesforce.com")
    .setExpirationTime("3m")
    .sign(key)
    .then((jwt) => ({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: jwt,
      ...claims,
    }));
async function token(form: Record<string, string>) {
  const response = await fetch(`${org.url}/services/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

describe("a client that we did not write: jsforce", () => {
  it("logs in by JWT bearer, queries to the end, describes and knows who it is", async () => {
    const connection = new jsforce.Connection({
      oauth2: { loginUrl: org.url, clientId: "jwt-app" },
      version: "67.0",
    });
    await connection.authorize((await assertion({})) as never);
    const all = await connection.query(
      "SELECT UserId, User.Username, AppMenuItem.ApplicationId FROM OauthToken",
      { autoFetch: true, maxFetch: 10_000 },
    );
    expect(all.records).toHaveLength(448);
    expect((await connection.identity()).username).toBe(BOT);
    expect(
      (await connection.describe("OauthToken")).fields.find(({ name }) => name === "AppMenuItemId")
        ?.relationshipName,
    ).toBe("AppMenuItem");
    expect((await connection.sobject("User").retrieve("005000000000351AAA")).Username).toBe(BOT);
    expect(connection.limitInfo.apiUsage?.limit).toBe(100_000);
  });

  it("logs in by client credentials", async () => {
    const connection = new jsforce.Connection({ oauth2: { loginUrl: org.url, clientId: "secret-app" } });
    await connection.authorize({ grant_type: "client_credentials", client_secret: "s3cret" } as never);
    expect(connection.instanceUrl).toBe(org.url);
  });
});

describe("logins are refused as Salesforce words it", () => {
  it.each<[rule: string, form: () => Promise<Record<string, string>>, error: string]>([
    [
      "a signature by another key",
      () => assertion({}, generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
      "invalid_grant",
    ],
    [
      "an unknown client",
      async () => ({ grant_type: "client_credentials", client_id: "nobody" }),
      "invalid_client_id",
    ],
    [
      "a wrong secret",
      async () => ({ grant_type: "client_credentials", client_id: "secret-app", client_secret: "x" }),
      "invalid_client",
    ],
    [
      "no assertion",
      async () => ({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" }),
      "invalid_client_id",
    ],
    ["an unknown grant type", async () => ({ grant_type: "password" }), "unsupported_grant_type"],
  ])("%s", async (_rule, form, error) => {
    const answer = await token(await form());
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error, error_description: expect.any(String) });
  });
});

describe("queries", () => {
  it("COUNT() is in totalSize, without records", async () => {
    expect((await soql("SELECT COUNT() FROM OauthToken")).body).toEqual({
      totalSize: 448,
      done: true,
      records: [],
    });
  });

  it.each([
    ["all", 3_000],
    ["capped", 2_500],
  ] as const)(
    "OauthToken pages by 500 and stops at 2,500 without a word (totalSize %s)",
    async (totalSizeAtCeiling, totalSize) => {
      await restart({ org: generateOrg({ seed: 1, users: 40, grants: 3_000, apps: 4 }), totalSizeAtCeiling });
      let page = (await soql("SELECT UserId FROM OauthToken")).body as {
        totalSize: number;
        done: boolean;
        records: unknown[];
        nextRecordsUrl?: string;
      };
      const sizes = [page.records.length];
      while (!page.done) {
        page = (await get(page.nextRecordsUrl!)).body;
        sizes.push(page.records.length);
        expect(page.totalSize).toBe(totalSize);
      }
      expect(sizes).toEqual([500, 500, 500, 500, 500]);
      expect((await soql("SELECT COUNT() FROM OauthToken")).body).toMatchObject({ totalSize: 3_000 });
    },
  );

  it("a caller without Customize Application sees its own rows alone, with 200", async () => {
    const own = await soql("SELECT UserId FROM OauthToken", org.sessionFor(ADA));
    expect(own.status).toBe(200);
    expect(
      new Set((own.body as { records: { UserId: string }[] }).records.map(({ UserId }) => UserId)),
    ).toEqual(new Set([org.store.userId(ADA)]));
  });

  it("relationship fields nest, and a relationship to nothing is null as a whole", async () => {
    const { body } = await soql(
      "SELECT AppName, User.Profile.Name, AppMenuItem.ApplicationId, CreatedDate FROM OauthToken WHERE AppName LIKE 'Bob%' ORDER BY CreatedDate LIMIT 1",
    );
    expect((body as { records: unknown[] }).records[0]).toMatchObject({
      attributes: { type: "OauthToken" },
      User: { attributes: { type: "User" }, Profile: { Name: expect.any(String) } },
      AppMenuItem: null,
      CreatedDate: expect.stringMatching(/^2023-05-04T\d\d:\d\d:\d\d\.000\+0000$/),
    });
  });

  it.each<[where: string, expected: string[]]>([
    ["WHERE Name IN ('Sales User', 'SUPPORT AGENT') ORDER BY Name", ["Sales User", "Support Agent"]],
    [
      "WHERE Name NOT IN ('Sales User') AND Name LIKE 'S%' ORDER BY Name",
      ["Sanctioned Integration", "Standard User", "Support Agent", "System Administrator"],
    ],
    [
      "WHERE (Name = 'Sales User' OR Name = 'Standard User') AND NOT (Name = 'Standard User')",
      ["Sales User"],
    ],
    ["WHERE Name = 'Sales User' OR Name = 'Standard User' AND Name = 'nobody'", ["Sales User"]],
    [
      "WHERE PermissionsManageUsers = true ORDER BY Name DESC",
      ["System Administrator", "Sanctioned Integration"],
    ],
    ["WHERE Name > 'Standard' AND Name < 'Su' ORDER BY Name", ["Standard User"]],
    ["WHERE Name != null ORDER BY Name LIMIT 1 OFFSET 1", ["Sales User"]],
    ["WHERE Name = 'Bob\\'s \\\\ \\n'", []],
  ])("%s", async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  it("a name with quotes, a backslash and a newline is found by its escaped literal", async () => {
    const app = 'O\'Neil "x" \\ y\nz';
    org.store.addGrant({ username: ADA, app, createdAt: 0, lastUsedAt: null, useCount: null });
    const { body } = await soql(
      "SELECT COUNT() FROM OauthToken WHERE AppName = 'O\\'Neil \\\"x\\\" \\\\ y\\nz' AND CreatedDate < 1971-01-01T00:00:00Z AND LastUsedDate = null",
    );
    expect(body).toMatchObject({ totalSize: 1 });
  });

  it.each([
    ["SELECT Nope FROM User", 400, "INVALID_FIELD"],
    ["SELECT Id FROM Nope", 400, "INVALID_TYPE"],
    ["SELECT Id FRM User", 400, "MALFORMED_QUERY"],
    ["SELECT Id FROM OauthToken OFFSET 2001", 400, "NUMBER_OUTSIDE_VALID_RANGE"],
    ["SELECT AppName, COUNT(Id) FROM OauthToken GROUP BY ROLLUP(AppName)", 400, "MALFORMED_QUERY"],
    ["SELECT Id FROM LoginHistory WHERE Application = 'x'", 400, "INVALID_FIELD"],
  ])("%s is %i %s", async (query, status, errorCode) => {
    const answer = await soql(query);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual([{ errorCode, message: expect.any(String) }]);
  });

  it("a token that is none is 401 INVALID_SESSION_ID; calls beyond the limit are 403", async () => {
    expect((await soql("SELECT Id FROM User", "x")).body).toEqual([
      { errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" },
    ]);
    await restart({ apiLimit: 1 });
    expect((await soql("SELECT Id FROM Profile")).headers.get("sforce-limit-info")).toBe("api-usage=1/1");
    expect((await soql("SELECT Id FROM Profile")).body).toMatchObject([
      { errorCode: "REQUEST_LIMIT_EXCEEDED" },
    ]);
  });
});

describe("revoking", () => {
  const post = (form: Record<string, string>) =>
    fetch(`${org.url}/services/oauth2/revoke`, { method: "POST", body: new URLSearchParams(form) });
  it("by POST is 200 and empty, and 400 form-encoded the second time", async () => {
    const deleteToken = String(org.store.grants()[0]!.DeleteToken);
    const first = await post({ token: deleteToken });
    expect([first.status, await first.text()]).toEqual([200, ""]);
    const second = await post({ token: deleteToken });
    expect([second.status, second.headers.get("content-type"), await second.text()]).toEqual([
      400,
      "application/x-www-form-urlencoded",
      "error=invalid_token&error_description=invalid%20token",
    ]);
    expect(org.store.grants()).toHaveLength(447);
  });

  it("by GET works as well; without a token it is unsupported_token_type", async () => {
    expect(
      (await fetch(`${org.url}/services/oauth2/revoke?token=${org.store.grants()[0]!.DeleteToken}`)).status,
    ).toBe(200);
    expect(await (await post({})).text()).toMatch(/^error=unsupported_token_type/);
  });

  it("an org that is read-only refuses and lists it", async () => {
    await restart({ readOnly: true });
    expect((await post({ token: "x" })).status).toBe(500);
    expect(org.writes).toEqual(["POST /services/oauth2/revoke"]);
  });
});

describe("the usage of external client apps", () => {
  const APP = "0xI000000000001AAA";
  beforeEach(async () => {
    const fixture = dieppeTrading();
    const grant = {
      username: ADA,
      app: "Notes",
      createdAt: "2026-01-01T00:00:00Z",
      lastUsedAt: null,
      useCount: 2,
    };
    await restart({
      org: {
        ...fixture,
        apps: [...fixture.apps, { id: APP, name: "Notes", inAppMenu: false }],
        grants: [...fixture.grants, grant, grant],
      },
    });
  });

  it("lists apps, users and tokens, and deletes", async () => {
    const root = "/services/data/v67.0/apps/oauth/usage";
    expect((await get(root)).body).toMatchObject({
      apps: [{ identifier: APP, developerName: "Notes" }],
      nextPageUrl: null,
    });
    expect((await get(`${root}?page=1`)).body).toMatchObject({ apps: [] });
    expect((await get(`${root}/${APP}/users`)).body).toMatchObject({
      users: [{ username: ADA, useCount: 4 }],
    });
    const user = org.store.userId(ADA);
    expect((await get(`${root}/${APP}/${user}/tokens`)).body).toMatchObject({
      tokens: [{ useCount: 2 }, { useCount: 2 }],
    });
    const deleted = await fetch(`${org.url}${root}/${APP}/${user}/tokens`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${org.accessToken}` },
    });
    expect(deleted.status).toBe(204);
    expect(org.store.grants()).toHaveLength(448);
  });

  it("is not there where the org has none", async () => {
    await restart({ externalClientApps: false });
    expect((await get("/services/data/v67.0/apps/oauth/usage")).status).toBe(404);
  });
});

describe("faults", () => {
  it.each<[fault: Fault, outcome: unknown]>([
    [{ kind: "status", status: 503, retryAfterSeconds: 7 }, [503, "7"]],
    [{ kind: "expire" }, [401, null]],
    [{ kind: "redirect" }, [302, null]],
    [{ kind: "html" }, [503, null]],
    [{ kind: "latency", ms: 1 }, [200, null]],
  ])("%j", async (fault, outcome) => {
    org.setFaults([{ ...fault, match: "FROM Profile", after: 1, count: 1 }]);
    expect((await soql("SELECT Id FROM Profile")).status).toBe(200);
    const { status, headers } = await soql("SELECT Id FROM Profile");
    expect([status, headers.get("retry-after")]).toEqual(outcome);
    expect((await soql("SELECT Id FROM Profile")).status).toBe(200);
  });

  it("a dropped connection", async () => {
    org.setFaults([{ kind: "drop" }]);
    await expect(soql("SELECT Id FROM Profile")).rejects.toThrow("fetch failed");
  });
});

describe("the admin endpoint", () => {
  it("adds and lists grants and sets faults, and shows no token", async () => {
    const put = await fetch(`${org.url}/__local-org/faults`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([{ kind: "expire", match: "FROM Profile" }]),
    });
    expect(put.status).toBe(204);
    expect((await soql("SELECT Id FROM Profile")).status).toBe(401);
    const added = await fetch(`${org.url}/__local-org/grants`, {
      method: "POST",
      body: new URLSearchParams({ username: ADA, app: "New" }),
    });
    expect(added.status).toBe(201);
    const grants = await (await fetch(`${org.url}/__local-org/grants`)).text();
    expect(JSON.parse(grants)).toHaveLength(449);
    const requests = await (await fetch(`${org.url}/__local-org/requests`)).text();
    for (const { DeleteToken, AccessToken } of org.store.grants())
      expect(
        [DeleteToken, AccessToken, org.accessToken].some((secret) =>
          `${grants}${requests}`.includes(String(secret)),
        ),
      ).toBe(false);
  });
});
