import { generateKeyPairSync } from "node:crypto";
import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { describeLoginFailure } from "../../src/salesforce/failure.ts";
import { audiencesOf } from "../../src/salesforce/jwt.ts";
import { type AlteredOrg, type Answer, alterAnswers } from "../altered.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const LOGIN = "https://login.salesforce.com";
const TEST = "https://test.salesforce.com";
const fixture = smallOrg();
type Client = NonNullable<LocalOrgOptions["clients"]>[number];

let org: LocalOrg;
let between: AlteredOrg;
let answer: (audience: string) => Partial<Answer> | null = () => null;
const audiences: string[] = [];
beforeAll(async () => {
  const clients = [{ clientId: "c", certificate: publicKey }];
  org = await startLocalOrg({ org: fixture, clients, audience: "any" });
  between = await alterAnswers(
    org,
    () => null,
    (request, body) => {
      if (!request.includes("/oauth2/token")) return null;
      const assertion = new URLSearchParams(body).get("assertion")!;
      const { aud } = JSON.parse(String(Buffer.from(assertion.split(".")[1]!, "base64url")));
      audiences.push(aud);
      return answer(aud);
    },
  );
});
afterEach(() => {
  answer = () => null;
  audiences.length = 0;
});
afterAll(async () => {
  await between.close();
  await org.close();
});

const refusal = (error: string, error_description: string, status = 400): Partial<Answer> => ({
  status,
  body: JSON.stringify({ error, error_description }),
});
const waits: number[] = [];
const said: string[] = [];
const clock = {
  sleep: async (ms: number) => waits.push(ms),
  random: () => 1,
  say: (line: string) => said.push(line),
};
afterEach(() => {
  waits.length = 0;
  said.length = 0;
});
const logIn = (settings: Record<string, string> = {}) =>
  connect(
    readCredentials(
      { loginUrl: between.url, clientId: "c", username: fixture.caller, privateKey, ...settings },
      {},
    ),
    clock,
  );

describe("the audience of a JWT login", () => {
  it.each([
    ["https://login.salesforce.com", LOGIN],
    ["https://acme.my.salesforce.com", LOGIN],
    ["https://acme-dev-ed.develop.my.salesforce.com", LOGIN],
    ["https://test.salesforce.com", TEST],
    ["https://acme--uat.sandbox.my.salesforce.com", TEST],
    ["https://acme--uat.my.salesforce.com", TEST],
    ["https://flow-power-1234.scratch.my.salesforce.com", TEST],
    ["https://latest.example", LOGIN],
  ])("of %s is likelier %s, and may be the other", (loginUrl, likelier) => {
    const tried = audiencesOf({ loginUrl, audience: null, clientId: "c", username: "u", privateKey: "k" });
    expect(tried[0]).toBe(likelier);
    expect([...tried].toSorted()).toEqual([LOGIN, TEST]);
  });

  it.each(["audience is invalid", "Audience validation failed"])(
    "that is refused (%s) is the other one then, and from then on",
    async (description) => {
      answer = (aud) => (aud === TEST ? null : refusal("invalid_grant", description));
      const connection = await logIn();
      expect(audiences.splice(0)).toEqual([LOGIN, TEST]);
      org.setFaults([{ kind: "expire", match: "FROM Profile", count: 1 }]);
      await connection.query("SELECT Id FROM Profile");
      org.setFaults([]);
      expect(audiences).toEqual([TEST]);
    },
  );

  it("is tried with no third, and with none where the refusal is another", async () => {
    answer = () => refusal("invalid_grant", "audience is invalid");
    await expect(logIn()).rejects.toMatchObject({ code: "login-audience-not-valid" });
    expect(audiences.splice(0)).toEqual([LOGIN, TEST]);
    answer = () => refusal("invalid_grant", "user hasn't approved this consumer");
    await expect(logIn()).rejects.toMatchObject({ code: "login-app-not-approved" });
    expect(audiences).toEqual([LOGIN]);
  });

  it("that was set stands alone", async () => {
    answer = () => refusal("invalid_grant", "audience is invalid");
    await expect(logIn({ audience: TEST })).rejects.toMatchObject({ code: "login-audience-not-valid" });
    expect(audiences).toEqual([TEST]);
  });

  it("that is the second tried says what is wrong besides", async () => {
    answer = (aud) =>
      aud === TEST
        ? refusal("inactive_user", "user is inactive")
        : refusal("invalid_grant", "audience is invalid");
    await expect(logIn()).rejects.toMatchObject({ code: "login-user-inactive" });
  });
});

describe("a login that comes too often", () => {
  it.each([
    ["HTTP 429", refusal("invalid_client_id", "client identifier invalid", 429)],
    ["rate_limit_exceeded", refusal("rate_limit_exceeded", "try again later")],
    ["LOGIN_RATE_EXCEEDED", refusal("LOGIN_RATE_EXCEEDED", "no", 403)],
    ["login rate exceeded", refusal("invalid_grant", "login rate exceeded")],
  ])("is waited for and said, and not blamed on the client id: %s", async (_how, refused) => {
    let left = 2;
    answer = () => (left-- > 0 ? refused : null);
    await logIn();
    expect(waits).toEqual([15_000, 30_000]);
    expect(said[0]).toBe("Waiting 15 s before the next try: the org takes no more logins for now.");
    answer = () => refused;
    const error = (await logIn().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: "login-too-often" });
    expect(error.message).toContain("Nothing is wrong with the client id");
  });

  it("is waited for as long as the server asks", async () => {
    let left = 1;
    const headers = { "retry-after": "7" };
    answer = () => (left-- > 0 ? { ...refusal("x", "y", 429), headers } : null);
    await logIn();
    expect(waits).toEqual([7_000]);
  });
});

it("a login that is turned away at the edge is waited for", async () => {
  let left = 1;
  const page = "<html><body><h1>Access Denied</h1></body></html>";
  answer = () => (left-- > 0 ? { status: 403, headers: { "content-type": "text/html" }, body: page } : null);
  await logIn();
  expect(waits).toEqual([15_000]);
  expect(said[0]).toContain("Salesforce's edge turns requests away");
});

it("a login that leads elsewhere is not followed", async () => {
  answer = () => ({ status: 302, headers: { location: `${between.url}/services/oauth2/token` } });
  await expect(logIn()).rejects.toMatchObject({ code: "redirect-not-followed" });
  expect(audiences).toHaveLength(1);
});

describe("a login that is refused", () => {
  const describe = (error: string, description: string, clockSkewMs: number | null = null) =>
    describeLoginFailure({
      host: "acme.my.salesforce.com",
      status: 400,
      secrets: [],
      clockSkewMs,
      error: Object.assign(new Error(description), { name: error }),
    }) as Error & { code: string };

  it.each([
    ["invalid_grant", "audience is invalid", "login-audience-not-valid", "Leave audience"],
    ["invalid_grant", "request not supported on this domain", "login-domain-not-supported", "My Domain"],
    ["invalid_grant", "user hasn't approved this consumer", "login-app-not-approved", "Pre-authorize"],
    [
      "invalid_app_access",
      "user is not admin approved to access this app",
      "app-access-refused",
      "permission set",
    ],
    [
      "invalid_grant",
      "user is not admin approved to access this app",
      "app-access-refused",
      "permission set",
    ],
    ["OAUTH_APP_ACCESS_DENIED", "no", "app-access-refused", "permission set"],
    [
      "app_not_found",
      "External client app is not installed in this org",
      "login-app-not-installed",
      "external client app",
    ],
    ["OAUTH_EC_APP_NOT_FOUND", "no", "login-app-not-installed", "external client app"],
    ["invalid_client", "app must be installed into org", "login-app-not-installed", "install the app"],
    ["app_blocked", "this app is blocked by admin", "login-app-blocked", "unblock"],
    ["OAUTH_APP_BLOCKED", "this app is blocked by admin", "login-app-blocked", "unblock"],
    ["invalid_grant", "app is blocked", "login-app-blocked", "unblock"],
    ["invalid_client", "invalid client credentials", "client-not-accepted", "secret"],
    ["invalid_client_id", "client identifier invalid", "client-id-not-known", "consumer key"],
    ["invalid_grant", "no client credentials user enabled", "login-run-as-user-missing", "runs as"],
    ["invalid_grant", "ip restricted", "login-address-refused", "address"],
    ["invalid_grant", "invalid assertion", "login-assertion-not-valid", "certificate"],
    ["invalid_grant", "expired assertion", "login-assertion-not-valid", "clock"],
    ["inactive_user", "user is inactive", "login-user-inactive", "unfreeze"],
    ["invalid_grant", "inactive user", "login-user-inactive", "unfreeze"],
    ["inactive_org", "organization is inactive", "org-inactive", "locked"],
    ["unsupported_grant_type", "grant type not supported", "login-flow-not-enabled", "Enable this flow"],
    ["invalid_grant", "authentication failure", "login-not-granted", "Login History"],
    ["something_new", "no", "login-refused", "Check"],
  ])("with %s: %s is %s, with a remedy of its own", (error, description, code, remedy) => {
    const refused = describe(error, description);
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(remedy);
  });

  it("is told by what the description says, whatever of it is taken out as a secret", () => {
    const error = Object.assign(new Error("inactive user"), { name: "invalid_grant" });
    const refused = describeLoginFailure({ host: "h", status: 400, secrets: ["s"], error });
    expect(refused).toMatchObject({
      code: "login-user-inactive",
      message: expect.stringContaining("u[secret]er"),
    });
  });

  it.each([
    [60_000, "login-assertion-not-valid", "certificate"],
    [60_001, "login-clock-off", "clock is 60 s behind"],
    [-240_000, "login-clock-off", "clock is 240 s ahead of"],
  ])("because of its assertion, by a host whose clock is %i ms ahead, is %s", (skew, code, words) => {
    const refused = describe("invalid_grant", "invalid assertion", skew);
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(words);
  });

  it("with no reason, by a host whose clock is another, is said to be for the clock, and no other refusal is", () => {
    expect(describe("invalid_grant", "authentication failure", 90_000).code).toBe("login-clock-off");
    expect(describe("invalid_grant", "user hasn't approved this consumer", 90_000).code).toBe(
      "login-app-not-approved",
    );
  });
});

it("a clock that is off is told from the refusal itself", async () => {
  answer = () => ({
    ...refusal("invalid_grant", "invalid assertion"),
    headers: { date: new Date(Date.now() + 600_000).toUTCString() },
  });
  await expect(logIn()).rejects.toMatchObject({ code: "login-clock-off" });
});

describe("an org that is particular about who logs in", () => {
  const startWith = (options: Partial<LocalOrgOptions>, client: Partial<Client> = {}) =>
    startLocalOrg({
      org: fixture,
      clients: [{ clientId: "c", certificate: publicKey, ...client }],
      ...options,
    });
  const outcome = async (particular: LocalOrg) => {
    try {
      return (await logIn({ loginUrl: particular.url })).caller.username;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await particular.close();
    }
  };

  it.each(["login", "test", "any"] as const)(
    "lets in by whatever audience it takes: %s",
    async (audience) => {
      expect(await outcome(await startWith({ audience }))).toBe(fixture.caller);
    },
  );

  const blocked = { developerName: "Ours", consumerKey: "c", consumerName: "Ours" };
  it.each<[string, Partial<LocalOrgOptions>, Partial<Client>, string]>([
    ["blocks the app", { org: { ...fixture, blockedConsumers: [blocked] } }, {}, "login-app-blocked"],
    ["does not have the app", {}, { installed: false }, "login-app-not-installed"],
    [
      "has API Access Control",
      { org: { ...fixture, connectedAppSettings: { enableAdminApprovedAppsOnly: true } } },
      {},
      "app-access-refused",
    ],
  ])("says why: it %s", async (_what, options, client, code) => {
    expect(await outcome(await startWith(options, client))).toBe(code);
  });
});
