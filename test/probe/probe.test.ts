import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { afterEach, describe, expect, it } from "vitest";
import { variantOrg } from "../../scripts/variants/org.ts";
import { checkProfile } from "../../src/probe/checkProfile.ts";
import { meaningOf } from "../../src/probe/meaning.ts";
import { probe } from "../../src/probe/probe.ts";
import type { OrgProfile } from "../../src/probe/profileSchema.ts";
import { probeText } from "../../src/report/probeText.ts";
import { openObserver } from "../../src/run/open.ts";
import { askRevokeCall } from "../../src/run/probeRevokeCall.ts";
import { alterAnswers } from "../altered.ts";

let org: LocalOrg | undefined;
afterEach(() => org?.close());

type Options = Omit<Parameters<typeof startLocalOrg>[0], "org">;
const CLOCK = { sleep: async () => {}, random: () => 0 };

/** The profile of a local org. */
async function profileOf(options: Options = {}, fixture = variantOrg(Date.now())): Promise<OrgProfile> {
  org = await startLocalOrg({ org: fixture, ...options });
  return await profileAt(org.url, org.accessToken);
}

async function profileAt(url: string, token: string): Promise<OrgProfile> {
  const env = { SF_ORG_INSTANCE_URL: url, SF_ACCESS_TOKEN: token };
  const reader = await openObserver({ folder: ".", env, clock: CLOCK }).connect();
  return checkProfile(await probe(reader, askRevokeCall, Date.now()));
}

/** All that a probe prints and writes. */
const written = (profile: OrgProfile) =>
  JSON.stringify(profile) +
  probeText(meaningOf(profile), { colour: false }) +
  JSON.stringify(meaningOf(profile));

/** Every text of a fixture, and every text in a text of several. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsOf) : [];
}

describe("an org profile", () => {
  it("has no token, name, id, username or host of the org in it, wherever they stand, nor has what is printed", async () => {
    const fixture = planted();
    const profile = await profileOf(
      {
        faults: [
          { kind: "status", status: 400, errorCode: "ZQ_PLANTED_CODE", match: "MasterLabel", count: 1 },
        ],
      },
      fixture,
    );
    const { port, accessToken, store } = org!;
    const secrets = new Set([
      ...textsOf(fixture).filter((text) => /zq|^[0-9A-Za-z]{18}$/i.test(text)),
      ...store
        .grants()
        .flatMap((row) =>
          ["Id", "AccessToken", "DeleteToken", "RequestToken", "usageId"].map((key) => String(row[key])),
        ),
      ...[accessToken, String(port), "127.0.0.1", "ZQ_PLANTED"],
    ]);
    const text = written(profile);
    expect(secrets.size).toBeGreaterThan(100);
    expect([...secrets].filter((secret) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
    expect(text.toLowerCase()).not.toContain("zq");
  });

  it("takes the platform's own words alone from descriptions, headers, picklists, keys and errors", async () => {
    org = await startLocalOrg({ org: variantOrg(Date.now()) });
    const proxy = await alterAnswers(org, (request, { status, headers, body }) => {
      const more = { headers: { ...headers, "x-zq-gateway": "zq-value" } };
      const replaced = body
        .replace('"fields":[', '"fields":[{"name":"Zq__c","filterable":true},{"name":"zq__Secret__c"},')
        .replaceAll('"OauthRefreshToken"', '"ZqSubType"')
        .replaceAll('"Oauth2"', '"ZqSessionType"')
        .replaceAll('"identifier":', '"zq.host":"zq","Zq Key":1,"identifier":');
      if (request.includes("LastUsedDate = null"))
        return { ...more, status: 400, body: '[{"errorCode":"ZQ_SECRET_CODE","message":"zq"}]' };
      return request.startsWith("POST /services/oauth2/revoke")
        ? { ...more, status: 400, body: "error=zq_code&error_description=zq" }
        : { ...more, status, body: replaced };
    });
    try {
      const profile = await profileAt(proxy.url, org.accessToken);
      expect(written(profile).toLowerCase()).not.toContain("zq");
      expect(profile).toMatchObject({
        objects: { OauthToken: { otherFields: 2 } },
        headers: { others: 1 },
        logins: { subTypes: { other: "2-500" } },
        sessions: { types: { other: "2-500" } },
        revokeCall: { kind: "refused", status: 400, code: null },
      });
      expect(Object.values(profile.queryForms)).toContain("other-code");
    } finally {
      await proxy.close();
    }
  });

  it("is small enough for an issue", async () => {
    expect(JSON.stringify(await profileOf(), null, 2).length).toBeLessThan(20_000);
  });

  it("is refused where it holds anything that the schema has not", async () => {
    const profile = await profileOf();
    expect(() => checkProfile({ ...profile, apiVersion: "acme" })).toThrow("not of its schema");
    expect(() => checkProfile({ ...profile, extra: 1 } as OrgProfile)).toThrow("not of its schema");
    expect(() => checkProfile({ ...profile, headers: { names: ["x-acme" as "date"], others: 0 } })).toThrow();
  });
});

describe("a probe", () => {
  it("writes nothing to the org, and posts a token that cannot exist alone", async () => {
    await profileOf();
    const others = org!.requests.filter(({ method }) => method !== "GET");
    expect(others.map(({ path }) => path).filter((path) => !/\/(Soap|composite)\b/.test(path))).toEqual([
      "/services/oauth2/revoke",
    ]);
    expect(org!.requests.length).toBeLessThan(110);
  });

  it("tells what the likeliest org is like", async () => {
    expect(await profileOf()).toMatchObject({
      isSandbox: true,
      permissions: { ManageUsers: "held", UseAnyApiClient: "no-field" },
      objects: { OauthToken: { fields: { CreatedDate: "fs" } }, ThirdPartyAccountLink: { deletable: false } },
      grants: { ofOthers: "2-500", rowIds: "filled" },
      partition: "CreatedDate",
      externalClientApps: { answer: "answered", inAppMenu: true },
      usage: { answer: "answered", lists: "all", usersWhenNone: "empty", besideRows: "both" },
      logins: { byTime: "answered", subTypes: { OauthRefreshToken: "2-500" } },
      sessions: { answer: "answered", current: "1" },
      metadata: { ConnectedApp: { list: "answered", amount: "0", read: null } },
      limits: { header: true },
      revokeCall: { kind: "unknown-token", status: 400, code: "invalid_token" },
      revocation: null,
    });
  });

  it("tells what another org is like", async () => {
    const profile = await profileOf(
      {
        ...{ oauthTokenFilters: "documented", oauthTokenFilterRefusal: "UNKNOWN_EXCEPTION" },
        ...{ usageBesideRows: "usage-only-tokens", usageUsersWhenNone: "404", usageLists: "used" },
        ...{ accountLinks: "absent", revokeBody: "query-only", nullTokenIds: true },
      },
      variantOrg(Date.now(), { without: ["ViewSetup", "ModifyMetadata"] }),
    );
    expect(profile).toMatchObject({
      permissions: { ViewSetup: "missing" },
      grants: { rowIds: "null", ofOthers: null },
      partition: "UserId IN",
      usage: { lists: "used", usersWhenNone: "not-told", besideRows: "usage-only-tokens" },
      objects: { ThirdPartyAccountLink: { answer: "NOT_FOUND" } },
      metadata: { ConnectedApp: { list: expect.stringMatching(/^(INSUFFICIENT_ACCESS|other-code)$/) } },
      revokeCall: { kind: "wrong-form", status: 400, code: "unsupported_token_type" },
    });
    const warnings = meaningOf(profile).filter(({ status }) => status === "warning");
    expect(warnings.map(({ means }) => means).join("\n")).toContain("Without View Setup and Configuration");
  });

  it("says that a caller who does not see external client apps may be missing some", async () => {
    const profile = await profileOf({}, variantOrg(Date.now(), { without: ["ExternalClientAppViewer"] }));
    expect(profile.externalClientApps).toMatchObject({ answer: "INVALID_TYPE", amount: null });
    expect(profile.usage).toMatchObject({ answer: "INSUFFICIENT_ACCESS", status: 403 });
    const means = meaningOf(profile).map(({ means }) => means);
    expect(means).toContain("This does not mean that there are none: lists are inconclusive.");
  });

  it("ends with the org's error where it can ask no more", async () => {
    org = await startLocalOrg({ org: variantOrg(Date.now()) });
    const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
    const reader = await openObserver({ folder: ".", env, clock: CLOCK }).connect();
    org.setFaults([{ kind: "expire", match: "LoginHistory" }]);
    await expect(probe(reader, askRevokeCall, Date.now())).rejects.toMatchObject({
      code: "access-token-not-valid",
    });
  });
});

/** An org with a word of its own in each place that holds a name. */
function planted() {
  let serial = 0;
  const word = () => `Zq${++serial}planted`;
  const { organization, users, apps, profiles, authProviders = [], ...rest } = variantOrg(Date.now());
  const usernames = new Map(users.map(({ username }) => [username, `${word()}@${word()}.example`]));
  const renamed = (texts: unknown): unknown => {
    const text = JSON.stringify(texts);
    return JSON.parse([...usernames].reduce((all, [from, to]) => all.replaceAll(from, to), text));
  };
  return renamed({
    ...rest,
    organization: { ...organization, name: word() },
    users: users.map((user) => ({ ...user, name: word() })),
    profiles: profiles,
    apps: apps.map((app) => ({
      ...app,
      // Grants and sessions of an app that has no id name it.
      ...(app.id === null
        ? {}
        : { name: word(), grantLabel: word(), settings: { ...app.settings, developerName: word() } }),
    })),
    authProviders: authProviders.map((provider) => ({
      ...provider,
      developerName: word(),
      providerType: word(),
    })),
    thirdPartyAccountLinks: rest.thirdPartyAccountLinks?.map((link) => ({
      ...link,
      handle: word(),
      remoteIdentifier: word(),
    })),
    roles: [{ id: "00E000000000001AAA", name: word(), developerName: word() }],
  }) as ReturnType<typeof variantOrg>;
}
