import { generateKeyPairSync } from "node:crypto";
import { request } from "node:http";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import type { OrgFixture } from "../src/fixture/fixture.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BEN, BOT, DIALER, PAYROLL, smallOrg } from "../src/orgs/smallOrg.ts";
import type { Client, LocalOrgOptions } from "../src/server/options.ts";
import { ask, form } from "./ask.ts";

const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
const CERTIFICATE = KEYS.publicKey.export({ type: "spki", format: "pem" }).toString();
const CLIENT: Client = { clientId: "3MVG9.app", certificate: CERTIFICATE, clientSecret: "s", runAs: BOT };

let org: LocalOrg;
afterEach(() => org.close());

async function start(client: Partial<Client> = {}, options: Partial<LocalOrgOptions> = {}): Promise<void> {
  org = await startLocalOrg({ org: smallOrg(), clients: [{ ...CLIENT, ...client }], ...options });
}
const CREDENTIALS = { grant_type: "client_credentials", client_id: CLIENT.clientId, client_secret: "s" };
const logIn = (fields: Record<string, string> = CREDENTIALS) =>
  ask(org, "/services/oauth2/token", form(fields));
const logInWith = async (audience: string) =>
  logIn({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: await new SignJWT({})
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(CLIENT.clientId)
      .setSubject(BOT)
      .setAudience(audience)
      .setExpirationTime("3m")
      .sign(KEYS.privateKey),
  });
const refused = (error: string, error_description: string) => ({
  status: 400,
  body: { error, error_description },
});

/** Asks as at another host, which `fetch` does not let anybody name. */
function statusAt(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, "content-type": "application/x-www-form-urlencoded" };
    const call = request(`${org.url}/services/oauth2/token`, { method: "POST", headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode!));
    });
    call.on("error", reject).end(new URLSearchParams(CREDENTIALS).toString());
  });
}

describe("the audience of a JWT", () => {
  const [LOGIN, TEST] = ["https://login.salesforce.com", "https://test.salesforce.com"];

  it.each([
    ["login", [200, 400, 400]],
    ["test", [400, 200, 400]],
    ["any", [200, 200, 400]],
  ] as const)(
    "is that of one login service, and no address tells which (cli #1640, MetaCI #1517): %s",
    async (audience, statuses) => {
      await start({}, { audience });
      const answers = [];
      for (const asked of [LOGIN!, TEST!, org.url]) answers.push(await logInWith(asked));
      expect(answers.map(({ status }) => status)).toEqual(statuses);
      expect(answers[2]).toMatchObject(refused("invalid_grant", "audience is invalid"));
    },
  );
});

describe("client credentials", () => {
  it("are not taken at a login host (pub-sub-api-node-client #58)", async () => {
    await start();
    expect(
      await Promise.all(["login.example.com", "Test.example.com", "my.example.com"].map(statusAt)),
    ).toEqual([400, 400, 200]);
  });

  it("or are", async () => {
    await start({}, { loginHost: "any" });
    expect(await statusAt("login.example.com")).toBe(200);
  });
});

describe("an app that may not log in", () => {
  it("is blocked, by its consumer key (n8n #21589)", async () => {
    const blockedConsumers = [{ developerName: "App", consumerKey: CLIENT.clientId, consumerName: "App" }];
    await start({}, { org: { ...smallOrg(), blockedConsumers } });
    expect(await logIn()).toMatchObject(refused("app_blocked", "this app is blocked by admin"));
  });

  it("is not installed (dust #26727, cli #3482)", async () => {
    await start({ installed: false });
    expect(await logIn()).toMatchObject(
      refused("app_not_found", "External client app is not installed in this org"),
    );
  });

  it.each<[rule: string, client: Partial<Client>, status: number]>([
    ["not one that the org does not know", {}, 400],
    ["not one whose user is not pre-authorized", { name: PAYROLL.name, runAs: BEN }, 400],
    ["not one that pre-authorizes nobody", { name: DIALER.name }, 400],
    ["one whose user is, by the profile", { name: PAYROLL.name, runAs: BOT }, 200],
    ["one whose user is, by a permission set", { name: PAYROLL.name, runAs: ANN }, 200],
  ])(
    "under API Access Control is every one that an admin did not approve for the user: %s (cli #3260)",
    async (_rule, client, status) => {
      const users = smallOrg().users.map((user) => ({ ...user, isFrozen: false }));
      const org: OrgFixture = {
        ...smallOrg(),
        users,
        connectedAppSettings: { enableAdminApprovedAppsOnly: true },
      };
      await start(client, { org });
      const answer = await logIn();
      expect(answer.status).toBe(status);
      if (status === 400)
        expect(answer).toMatchObject(
          refused("invalid_app_access", "user is not admin approved to access this app"),
        );
    },
  );

  it("under API Access Control may do so all the same for a user with Use Any API Client", async () => {
    const [bot, ...others] = smallOrg().profiles;
    const profiles = [{ ...bot!, permissions: [...bot!.permissions, "UseAnyApiClient"] }, ...others];
    await start(
      {},
      { org: { ...smallOrg(), profiles, connectedAppSettings: { enableAdminApprovedAppsOnly: true } } },
    );
    expect((await logIn()).status).toBe(200);
  });
});
