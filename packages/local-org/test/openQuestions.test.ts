import { afterEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BOT, DIALER, smallOrg } from "../src/orgs/smallOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { as, ask, form, json, query } from "./ask.ts";

let org: LocalOrg;
afterEach(() => org.close());

const start = async (options: Partial<LocalOrgOptions> = {}) => {
  org = await startLocalOrg({ org: smallOrg(), ...options });
};
const refused = (status: number, errorCode: string) => ({
  status,
  body: [{ errorCode, message: expect.any(String) }],
});
const COUNT = "SELECT COUNT() FROM OauthToken";

describe("a query locator", () => {
  const many = { ...smallOrg(), grants: Array.from({ length: 501 }, () => smallOrg().grants[0]!) };

  it("belongs to the session that made it: a renewed login cannot go on (airbyte #84302)", async () => {
    await start({ org: many });
    const { nextRecordsUrl } = (await query(org, "SELECT Id FROM OauthToken")).body;
    expect(await ask(org, nextRecordsUrl, as(org.sessionFor(BOT)))).toMatchObject(
      refused(401, "INVALID_SESSION_ID"),
    );
    expect(await ask(org, nextRecordsUrl, as(org.sessionFor(ANN)))).toMatchObject(
      refused(400, "INVALID_QUERY_LOCATOR"),
    );
    expect((await ask(org, nextRecordsUrl)).body.records).toHaveLength(1);
  });

  it("or to the user", async () => {
    await start({ org: many, locatorsBoundTo: "user" });
    const { nextRecordsUrl } = (await query(org, "SELECT Id FROM OauthToken")).body;
    expect((await ask(org, nextRecordsUrl, as(org.sessionFor(BOT)))).body.records).toHaveLength(1);
    expect(await ask(org, nextRecordsUrl, as(org.sessionFor(ANN)))).toMatchObject(
      refused(400, "INVALID_QUERY_LOCATOR"),
    );
  });
});

describe("OauthToken is filtered and sorted", () => {
  const user = "'005000000000001AAA'";
  const PROVEN = [
    "",
    "LIMIT 1",
    `WHERE UserId = ${user}`,
    `WHERE userid IN (${user}) LIMIT 1`,
    `WHERE UserId IN (${user}) AND AppName = 'Dialer'`,
    "WHERE AppName IN ('Dialer')",
  ];
  const BY_DATE = [
    "WHERE CreatedDate > 2020-01-01T00:00:00Z ORDER BY CreatedDate ASC",
    "ORDER BY CreatedDate",
  ];
  const UNPROVEN = [
    "WHERE CreatedDate >= 2020-01-01T00:00:00Z",
    "WHERE CreatedDate < 2020-01-01T00:00:00Z",
    "WHERE CreatedDate = null",
    "WHERE CreatedDate != null",
    "WHERE CreatedDate > 2020-01-01T00:00:00Z ORDER BY CreatedDate ASC NULLS FIRST",
    "ORDER BY CreatedDate DESC NULLS LAST",
    "ORDER BY LastUsedDate",
    `WHERE UserId != ${user}`,
    `WHERE UserId >= ${user}`,
    "WHERE AppName > 'A'",
    "WHERE AppName LIKE 'D%'",
    "WHERE NOT AppName = 'Dialer'",
    `WHERE UserId = ${user} OR AppName = 'Dialer'`,
    `WHERE (UserId = ${user}) AND (User.IsActive = true)`,
  ];
  const statuses = async (clauses: readonly string[]) =>
    new Set(
      await Promise.all(
        clauses.map(async (clause) => (await query(org, `SELECT UserId FROM OauthToken ${clause}`)).status),
      ),
    );

  it("by anything", async () => {
    await start();
    expect(await statuses([...PROVEN, ...BY_DATE, ...UNPROVEN])).toEqual(new Set([200]));
  });

  it("or as the documentation and j-schreiber do: by UserId and AppName, = and IN", async () => {
    await start({ oauthTokenFilters: "documented" });
    expect(await statuses(PROVEN)).toEqual(new Set([200]));
    expect(await statuses([...BY_DATE, ...UNPROVEN])).toEqual(new Set([400]));
    expect((await query(org, `${COUNT} WHERE UserId IN (${user})`)).body.totalSize).toBe(4);
    // No other sObject is held to it.
    expect((await query(org, "SELECT Id FROM User WHERE Name > 'A' ORDER BY Name DESC")).status).toBe(200);
  });

  it("or as hardis does besides: by CreatedDate >, sorted by it (PR #1408)", async () => {
    await start({ oauthTokenFilters: "documented-and-created" });
    expect(await statuses([...PROVEN, ...BY_DATE])).toEqual(new Set([200]));
    expect(await statuses(UNPROVEN)).toEqual(new Set([400]));
  });

  it.each([
    ["INVALID_FIELD", 400],
    ["MALFORMED_QUERY", 400],
    ["UNKNOWN_EXCEPTION", 500],
  ] as const)(
    "and refused with %s, as it may be (airbyte #62877, tap-salesforce #68)",
    async (code, status) => {
      await start({ oauthTokenFilters: "documented", oauthTokenFilterRefusal: code });
      expect(await query(org, `${COUNT} WHERE CreatedDate != null`)).toMatchObject(refused(status, code));
      expect(await query(org, "SELECT AppName FROM OauthToken ORDER BY AppName")).toMatchObject(
        refused(status, code),
      );
    },
  );
});

describe("the revoke endpoint", () => {
  const token = () => String(org.store.grants()[0]!.DeleteToken);
  const revoke = (init: RequestInit, search = "") => ask(org, `/services/oauth2/revoke${search}`, init);

  it("takes the token in a form, as the documentation has access and refresh tokens, or in the address, as hardis and SFS-Revoke have DeleteTokens", async () => {
    await start();
    expect((await revoke(form({ token: token() }))).status).toBe(200);
    expect((await revoke(json("POST", {}), `?token=${token()}`)).status).toBe(200);
    expect((await revoke({}, `?token=${token()}`)).status).toBe(200);
    expect(org.store.grants()).toHaveLength(1);
  });

  it("or in the address alone: a form is then without a token (forrest #213)", async () => {
    await start({ revokeBody: "query-only" });
    expect(await revoke(form({ token: token() }))).toMatchObject({
      status: 400,
      body: "error=unsupported_token_type&error_description=this%20token%20type%20is%20not%20supported",
    });
    expect(org.store.grants()).toHaveLength(4);
    expect((await revoke(json("POST", {}), `?token=${token()}`)).status).toBe(200);
    expect(org.store.grants()).toHaveLength(3);
  });

  it.each([
    ["invalid_token", 400, /^error=invalid_token&/],
    ["200", 200, /^$/],
  ] as const)("answers for a token that is dead, or none, with %s", async (deadToken, status, body) => {
    await start({ deadToken });
    const dead = token();
    await revoke(form({ token: dead }));
    for (const none of [dead, "none"])
      expect(await revoke(form({ token: none }))).toMatchObject({
        status,
        body: expect.stringMatching(body),
      });
    expect(org.store.grants()).toHaveLength(3);
  });
});

describe("permissions", () => {
  const told = async () =>
    (await query(org, "SELECT PermissionsCustomizeApplication FROM UserPermissionAccess")).body.records[0]
      .PermissionsCustomizeApplication;

  it.each([
    ["off", false],
    ["on", true],
  ] as const)(
    "that were taken away are told as of now, or from a cache (UserPermissionAccess.LastCacheUpdate): lag %s",
    async (permissionsLag, still) => {
      await start({ permissionsLag });
      const taken = { permissions: { CustomizeApplication: false } };
      expect((await ask(org, `/__local-org/users/${BOT}`, json("PATCH", taken))).status).toBe(204);
      expect(await told()).toBe(still);
      expect((await query(org, COUNT)).body.totalSize).toBe(0);
      org.store.changeUser(BOT, { permissions: { CustomizeApplication: true } });
      expect([await told(), (await query(org, COUNT)).body.totalSize]).toEqual([true, 4]);
    },
  );

  it("that were taken away are in no assignment of the user's any more", async () => {
    await start({ permissionsLag: "on" });
    const giving = async () =>
      (
        await query(
          org,
          `SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '${org.store.userId(BOT)}' AND PermissionSet.PermissionsCustomizeApplication = true`,
        )
      ).body.totalSize;
    expect(await giving()).toBe(1);
    org.store.changeUser(BOT, { permissions: { CustomizeApplication: false } });
    expect(await giving()).toBe(0);
    org.store.changeUser(BOT, { permissions: { CustomizeApplication: true } });
    expect(await giving()).toBe(1);
  });

  it("that there are none of cannot be given", async () => {
    await start();
    const given = { permissions: { Luck: true } };
    expect((await ask(org, `/__local-org/users/${BOT}`, json("PATCH", given))).status).toBe(400);
  });
});

describe("faults", () => {
  it("too many requests at once come with the code of the daily limit and a message of their own (OrgCheck #432)", async () => {
    await start();
    const message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    org.setFaults([{ kind: "status", status: 403, errorCode: "REQUEST_LIMIT_EXCEEDED", message }]);
    expect(await query(org, COUNT)).toMatchObject({
      status: 403,
      body: [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message }],
    });
    const login = await ask(org, "/services/oauth2/token", form({ grant_type: "client_credentials" }));
    expect(login.body).toEqual({ error: "REQUEST_LIMIT_EXCEEDED", error_description: message });
  });

  it("the edge declines bursts in HTML, with 400 (OrgCheck #459, #557)", async () => {
    await start();
    org.setFaults([{ kind: "accessDenied", count: 1 }]);
    const { status, headers, body } = await query(org, COUNT);
    expect([status, headers.get("content-type"), body]).toEqual([
      400,
      "text/html",
      expect.stringContaining("Access Declined"),
    ]);
    expect((await query(org, COUNT)).status).toBe(200);
  });

  it("a caller on an anonymizing network is frozen, logged out, and loses every refresh token (help 005318944)", async () => {
    const clients = [{ clientId: "app", clientSecret: "s", runAs: ANN }];
    await start({ clients });
    const login = () =>
      ask(
        org,
        "/services/oauth2/token",
        form({ grant_type: "client_credentials", client_id: "app", client_secret: "s" }),
      );
    const token = (await login()).body.access_token;
    org.setFaults([{ kind: "freezeCaller", match: "FROM Profile", count: 1 }]);
    expect(await query(org, "SELECT Id FROM Profile", as(token))).toMatchObject(
      refused(401, "INVALID_SESSION_ID"),
    );
    expect(await query(org, "SELECT Id FROM Profile", as(token))).toMatchObject(
      refused(401, "INVALID_SESSION_ID"),
    );
    expect(await login()).toMatchObject({
      status: 400,
      body: { error: "invalid_grant", error_description: "inactive user" },
    });
    expect(
      (await query(org, "SELECT UserId FROM UserLogin WHERE IsFrozen = true")).body.records,
    ).toContainEqual(expect.objectContaining({ UserId: org.store.userId(ANN) }));
    expect((await query(org, COUNT)).body.totalSize).toBe(0);
    expect(await query(org, `${COUNT} WHERE AppName = '${DIALER.name}'`)).toMatchObject({ status: 200 });
  });
});
