import { afterEach, describe, expect, it } from "vitest";
import { LocalOrgError } from "../src/errors.ts";
import type { OrgFixture } from "../src/fixture/fixture.ts";
import { checkFixture } from "../src/fixture/readFixture.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BEN, BOT, DIALER, PAYROLL, PORTAL, smallOrg } from "../src/orgs/smallOrg.ts";
import { as, ask, form, query } from "./ask.ts";

let org: LocalOrg;
afterEach(() => org?.close());

async function start(changes: Partial<OrgFixture>): Promise<void> {
  org = await startLocalOrg({
    org: checkFixture({ ...smallOrg(), ...changes }, "test"),
    clients: [{ clientId: "app", clientSecret: "s", runAs: ANN, name: "Nightly ETL" }],
  });
}
const records = async (soql: string, token = org.accessToken) =>
  (await query(org, soql, as(token))).body.records.map(
    ({ attributes: _, ...fields }: Record<string, unknown>) => fields,
  );
const refusal = (changes: Partial<OrgFixture>) => {
  try {
    checkFixture({ ...smallOrg(), ...changes }, "test");
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(LocalOrgError);
    return (error as Error).message;
  }
};
const withStanding = (access: NonNullable<OrgFixture["apps"][number]["standingAccess"]>, of: string | null) =>
  smallOrg().apps.map((app) => (app.id === of ? { ...app, standingAccess: access } : app));
const T = "2026-03-01T08:00:00Z";
const WAY = "Application, LoginType, LoginSubType, LoginTime, Status, UserId";

describe("access without a grant", () => {
  it.each([
    ["client-credentials", "OauthClientCredentials"],
    ["jwt", null],
  ] as const)(
    "by %s is a login and a session, and no row (Object Reference v254, LoginSubType)",
    async (kind, LoginSubType) => {
      await start({ apps: withStanding([{ kind, runAs: BEN, lastLoginAt: T }], DIALER.id), grants: [] });
      expect(
        await records(`SELECT ${WAY} FROM LoginHistory WHERE UserId = '${org.store.userId(BEN)}'`),
      ).toEqual([
        {
          Application: DIALER.name,
          LoginType: "Remote Access 2.0",
          LoginSubType,
          LoginTime: "2026-03-01T08:00:00.000+0000",
          Status: "Success",
          UserId: org.store.userId(BEN),
        },
      ]);
      expect(
        await records("SELECT SessionType, LoginType, UsersId FROM AuthSession WHERE IsCurrent = false"),
      ).toEqual([{ SessionType: "Oauth2", LoginType: "Remote Access 2.0", UsersId: org.store.userId(BEN) }]);
      expect((await query(org, "SELECT COUNT() FROM OauthToken")).body.totalSize).toBe(0);
    },
  );

  it("is of now where the fixture does not say when", async () => {
    const before = Date.now();
    await start({ apps: withStanding([{ kind: "jwt", runAs: BEN }], null) });
    const [login] = await records(
      `SELECT ${WAY} FROM LoginHistory WHERE UserId = '${org.store.userId(BEN)}'`,
    );
    expect(login.Application).toBe("Old Tool");
    expect(Date.parse(login.LoginTime)).toBeGreaterThanOrEqual(before);
  });

  it.each([
    [
      "ConnectedApp",
      PAYROLL.id,
      "Payroll",
      ["<isClientCredentialEnabled>true<", `<oauthClientCredentialUser>${BEN}<`],
    ],
    [
      "ExtlClntAppOauthConfigurablePolicies",
      PORTAL.id,
      "Partner_Portal_oauthPlcy",
      ["<isClientCredentialsFlowEnabled>true<", `<clientCredentialsFlowUser>${BEN}<`],
    ],
  ])("by client credentials is in %s, as whom (Metadata guide)", async (type, id, name, parts) => {
    const envelope = (token: string) =>
      `<Envelope><Header><SessionHeader><sessionId>${token}</sessionId></SessionHeader></Header><Body><readMetadata><type>${type}</type><fullNames>${name}</fullNames></readMetadata></Body></Envelope>`;
    const read = async () =>
      (
        await ask(org, "/services/Soap/m/67.0", {
          method: "POST",
          headers: { "content-type": "text/xml" },
          body: envelope(org.accessToken),
        })
      ).body;
    await start({ apps: withStanding([{ kind: "client-credentials", runAs: BEN }], id) });
    const answer = await read();
    for (const part of parts) expect(answer).toContain(part);
    await org.close();
    await start({ apps: withStanding([{ kind: "jwt", runAs: BEN }], id) });
    const other = await read();
    expect(other).toContain(parts[0]!.replace("true", "false"));
    expect(other).not.toContain(BEN);
  });

  it("is what a login by client credentials shows of itself", async () => {
    await start({});
    const login = form({ grant_type: "client_credentials", client_id: "app", client_secret: "s" });
    const token = (await ask(org, "/services/oauth2/token", login)).body.access_token;
    const [current] = await records(
      "SELECT LoginHistoryId, SourceIp FROM AuthSession WHERE IsCurrent = true",
      token,
    );
    expect(current.SourceIp).toBe("127.0.0.1");
    expect(
      await records(`SELECT ${WAY} FROM LoginHistory WHERE Id = '${current.LoginHistoryId}'`, token),
    ).toMatchObject([{ Application: "Nightly ETL", LoginSubType: "OauthClientCredentials" }]);
  });

  it("may be logins alone, those that failed too, of single sign-on and of the API by password", async () => {
    const logins = [
      {
        username: BEN,
        app: null,
        at: T,
        loginType: "SAML Sfdc Initiated SSO",
        authenticationServiceId: "0LE000000000001AAA",
      },
      {
        username: ANN,
        app: "Loader",
        at: T,
        loginType: "Partner",
        loginSubType: null,
        status: "Invalid Password",
      },
      { username: ANN, app: "Dialer", at: T },
    ];
    await start({ logins });
    expect(
      await records(`SELECT ${WAY}, AuthenticationServiceId FROM LoginHistory WHERE LoginTime = ${T}`),
    ).toMatchObject([
      {
        Application: null,
        LoginType: "SAML Sfdc Initiated SSO",
        LoginSubType: null,
        AuthenticationServiceId: "0LE000000000001AAA",
      },
      {
        Application: "Loader",
        LoginType: "Partner",
        Status: "Invalid Password",
        AuthenticationServiceId: null,
      },
      {
        Application: "Dialer",
        LoginType: "Remote Access 2.0",
        LoginSubType: "OauthRefreshToken",
        Status: "Success",
      },
    ]);
    expect(org.store.sessions()).toEqual([]);
  });

  it("as somebody whom the org does not have is refused", () => {
    expect(refusal({ apps: withStanding([{ kind: "jwt", runAs: "nobody" }], DIALER.id) })).toContain(
      "/apps/1/standingAccess: no user nobody",
    );
    expect(refusal({ logins: [{ username: "nobody", app: null, at: T }] })).toContain(
      "/logins/0: no user nobody",
    );
  });
});

describe("the session of a grant", () => {
  const of = { app: DIALER.name, createdAt: "2026-01-01T00:00:00Z" };
  const session = (more: object) => ({ username: ANN, app: DIALER.name, createdAt: T, of, ...more });
  const tokens = () => org.store.sessions().map(({ token }) => token);
  const dialer = () => String(org.store.grants().find(({ AppName }) => AppName === DIALER.name)!.DeleteToken);
  const all = [
    session({}),
    session({ token: "jwt" }),
    session({ token: "hybrid" }),
    { username: ANN, app: DIALER.name, createdAt: T },
  ];

  it("ends with it where the access token is opaque; JWT-based and hybrid ones live on (help connected_app_revoke_jwt)", async () => {
    await start({ sessions: all });
    expect(tokens()).toEqual(["opaque", "jwt", "hybrid", "opaque"]);
    await ask(org, "/services/oauth2/revoke", form({ token: dialer() }));
    expect(tokens()).toEqual(["jwt", "hybrid", "opaque"]);
    expect(await records("SELECT Id FROM LoginHistory")).toHaveLength(5);
    expect(await records("SELECT Id FROM AuthSession WHERE IsCurrent = false")).toHaveLength(3);
  });

  it("goes on when the tokens of the grant are rotated, and ends with the new ones", async () => {
    await start({ sessions: all });
    org.store.rotate(ANN, DIALER.name);
    expect(tokens()).toHaveLength(4);
    await ask(org, "/services/oauth2/revoke", form({ token: dialer() }));
    expect(tokens()).toEqual(["jwt", "hybrid", "opaque"]);
  });

  it("says from version 64 on whether a JWT is its access token (generated class, Pokeorg)", async () => {
    await start({ sessions: all });
    const jwt = (version: string) =>
      ask(org, `/services/data/v${version}/query?q=SELECT+IsAssociatedWithJwtAccessToken+FROM+AuthSession`);
    expect((await jwt("63.0")).body).toMatchObject([{ errorCode: "INVALID_FIELD" }]);
    const { body } = await jwt("64.0");
    expect(body.records.map((row: Record<string, unknown>) => row.IsAssociatedWithJwtAccessToken)).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it("of no grant that the user has is refused", async () => {
    for (const wrong of [
      { ...of, createdAt: null },
      { ...of, app: PAYROLL.name, createdAt: T },
    ])
      expect(refusal({ sessions: [session({ of: wrong })] })).toContain(
        `/sessions/0/of: ${ANN} has no such grant`,
      );
    expect(refusal({ sessions: [session({ of: { ...of, app: "x" } })] })).toContain(
      "/sessions/0/of: no app x",
    );
    expect(refusal({ sessions: [{ username: ANN, app: null, createdAt: T, token: "jwt" }] })).toContain(
      "/sessions/0/token",
    );
    await start({});
    expect(() =>
      org.store.addSession({
        username: ANN,
        app: null,
        createdAt: 0,
        of: { app: DIALER.name, createdAt: 1 },
      }),
    ).toThrow(LocalOrgError);
  });
});

describe("AuthSession", () => {
  it("shows several current rows: the family of the caller's session (Object Reference, IsCurrent)", async () => {
    const sessions = [
      { username: BOT, app: "Old Tool", createdAt: T, family: true },
      { username: BOT, app: null, createdAt: T },
    ];
    await start({ sessions });
    expect(
      await records("SELECT SessionType, CreatedDate FROM AuthSession WHERE IsCurrent = true"),
    ).toMatchObject([
      { SessionType: "Oauth2" },
      { SessionType: "Oauth2", CreatedDate: "2026-03-01T08:00:00.000+0000" },
    ]);
    // To nobody else, who may see them too, are they current.
    org.store.changeUser(ANN, { permissions: { ManageUsers: true } });
    const token = org.sessionFor(ANN);
    expect(await records("SELECT UsersId FROM AuthSession WHERE IsCurrent = true", token)).toEqual([
      { UsersId: org.store.userId(ANN) },
    ]);
    expect(refusal({ sessions: [{ ...sessions[0]!, username: ANN }] })).toContain("/sessions/0/family");
  });

  it("leads to the latest login that used the session again (Object Reference, LoginHistoryId)", async () => {
    const reusedBy = { app: null, at: "2026-04-01T08:00:00Z", loginType: "Lightning Login" };
    await start({
      sessions: [
        {
          username: ANN,
          app: DIALER.name,
          createdAt: T,
          reusedBy,
          sessionType: "TempOauthAccessTokenFrontdoor",
          sourceIp: "192.0.2.7",
        },
      ],
    });
    const [row] = await records(
      "SELECT LoginHistoryId, LoginType, SessionType, SourceIp FROM AuthSession WHERE IsCurrent = false",
    );
    expect(row).toMatchObject({
      LoginType: "Remote Access 2.0",
      SessionType: "TempOauthAccessTokenFrontdoor",
      SourceIp: "192.0.2.7",
    });
    expect(await records(`SELECT ${WAY} FROM LoginHistory WHERE Id = '${row.LoginHistoryId}'`)).toMatchObject(
      [{ Application: null, LoginType: "Lightning Login", LoginTime: "2026-04-01T08:00:00.000+0000" }],
    );
    expect(
      await records(`SELECT Application FROM LoginHistory WHERE UserId = '${org.store.userId(ANN)}'`),
    ).toEqual([{ Application: DIALER.name }, { Application: null }]);
  });
});
