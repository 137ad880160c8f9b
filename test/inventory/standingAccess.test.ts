import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AppRegister } from "../../src/inventory/appRegister.ts";
import { readApps } from "../../src/inventory/directory.ts";
import type { StandingAccess } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { isOauthSession, kindOfLogin } from "../../src/inventory/loginKinds.ts";
import { standingAccessOf } from "../../src/inventory/standingAccess.ts";
import {
  type LoginRow,
  readStandingRows,
  type SessionRow,
  type StandingRows,
} from "../../src/inventory/standingSources.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { STANDING_SOURCES } from "../../src/standing.ts";
import { AS_OF, app, grant, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const ETL = app("Nightly ETL", sfId("0H4", 2));
const TWIN = app("Nightly ETL", sfId("0H4", 3));
const BOBS = app("Bob's Tool");
const ADA = user(1);

function login(more: Partial<LoginRow>): LoginRow {
  const way = { LoginType: "Remote Access 2.0", LoginSubType: null };
  return {
    id: sfId("0Ya", 1),
    userId: ADA.id,
    at: AS_OF,
    application: "Slack",
    serviceId: null,
    ...way,
    ...more,
  };
}

function session(more: Partial<SessionRow>): SessionRow {
  return { userId: ADA.id, at: AS_OF, login: login({}), LoginType: null, SessionType: "Oauth2", ...more };
}

/** What standing access there is of some rows, in an org of three apps in which Ada holds a grant of each of those given. */
function standing(rows: Partial<StandingRows>, held = [] as (typeof SLACK)[], apps = [SLACK, ETL, BOBS]) {
  const read = { days: 7, logins: [], sessions: [], clientCredentials: [], preauthorized: [], readings: [] };
  const register = new AppRegister(apps);
  return standingAccessOf(
    { ...read, ...rows },
    {
      apps,
      grants: held.map((one) => grant(ADA.id, one)),
      users: new Map([[ADA.id, ADA]]),
      idsOf: (name) => register.idsOf(name),
    },
  ).entries;
}

const brief = ({ kind, app, name, userId, knownBy }: StandingAccess) => ({
  kind,
  app: app?.key ?? name,
  userId,
  knownBy,
});

describe("a login", () => {
  it.each([
    ["Remote Access 2.0", "OauthClientCredentials", "client-credentials"],
    ["Oauth2", "OAuth Client Credentials", "client-credentials"],
    ["Remote Access 2.0", null, "unnamed-flow"],
    ["Remote Access 2.0", "SomethingNew", "unnamed-flow"],
    [null, "OauthSomethingNew", "unnamed-flow"],
    ["Remote Access 2.0", "OauthJwtBearer", "jwt-bearer"],
    ["Remote Access 2.0", "OauthTokenExchange", "token-exchange"],
    ["Remote Access 2.0", "OAuth Token Exchange for Hybrid Apps", "token-exchange"],
    ["Remote Access 2.0", "OauthUsernamePassword", "password"],
    ["Other Apex API", null, "password"],
    ["Partner", null, "password"],
    ["SAML Sfdc Initiated SSO", null, "single-sign-on"],
    ["Saml2", "UiupSaml", "single-sign-on"],
    ["Third Party SSO", null, "single-sign-on"],
    ["PortalThirdPartySso", null, "single-sign-on"],
    ["Application", "UsernamePasswordUiLogin", null],
    ["Application", null, null],
    ["Remote Access 2.0", "OauthRefreshToken", null],
    ["Remote Access 2.0", "OAuth Refresh Token for Hybrid Apps", null],
    ["Remote Access 2.0", "OauthWebServer", null],
    ["Remote Access 2.0", "OauthHybridUserAgent", null],
    ["Remote Access 2.0", "OauthOtpLogin", null],
    ["Lightning Login", null, null],
    [null, null, null],
  ])("of type %s and subtype %s is %s", (LoginType, LoginSubType, kind) => {
    expect(kindOfLogin({ LoginType, LoginSubType })).toBe(kind);
  });

  it("by client credentials is standing access whether or not its user holds a grant", () => {
    const logins = [login({ LoginSubType: "OauthClientCredentials" })];
    const entry = { kind: "client-credentials", app: SLACK.key, userId: ADA.id, knownBy: ["logins"] };
    expect(standing({ logins }).map(brief)).toEqual([entry]);
    expect(standing({ logins }, [SLACK]).map(brief)).toEqual([entry]);
  });

  it("of a flow that is not named is taken for that of the grant that its user holds of the app, and of no other's", () => {
    const logins = [login({})];
    expect(standing({ logins }, [SLACK])).toEqual([]);
    expect(standing({ logins }, [ETL]).map(brief)).toEqual([
      { kind: "unnamed-flow", app: SLACK.key, userId: ADA.id, knownBy: ["logins"] },
    ]);
  });

  it("of a name that several apps have may be of each, or of a stranger, and says so", () => {
    const logins = [login({ application: "nightly etl" })];
    const apps = [SLACK, ETL, TWIN];
    const [entry] = standing({ logins }, [], apps);
    expect(entry).toMatchObject({ app: null, name: "nightly etl", couldBe: [ETL.id, TWIN.id] });
    expect(standing({ logins }, [TWIN], apps)).toEqual([]);
  });

  it("of a name that no app has, or of none, is of an app that cannot be told", () => {
    const logins = [login({ application: "Ghost" }), login({ application: null })];
    expect(standing({ logins }, [SLACK]).map(brief)).toEqual([
      { kind: "unnamed-flow", app: null, userId: ADA.id, knownBy: ["logins"] },
      { kind: "unnamed-flow", app: "Ghost", userId: ADA.id, knownBy: ["logins"] },
    ]);
  });

  it("of an app that is known by its name alone is that app's", () => {
    const logins = [login({ application: "BOB'S  TOOL" })];
    expect(standing({ logins }).map(brief)).toMatchObject([{ app: BOBS.key }]);
    expect(standing({ logins }, [BOBS])).toEqual([]);
  });

  it("that comes again is one entry, last seen at the latest", () => {
    const logins = [AS_OF - 5, AS_OF - 1, AS_OF - 9].map((at) => login({ at }));
    expect(standing({ logins })).toMatchObject([{ lastSeen: AS_OF - 1 }]);
  });

  it("by single sign-on is of its identity provider, by id", () => {
    const logins = [login({ LoginType: "Saml2", serviceId: sfId("0LE", 1), application: "Browser" })];
    expect(standing({ logins }).map(brief)).toEqual([
      { kind: "single-sign-on", app: sfId("0LE", 1), userId: ADA.id, knownBy: ["logins"] },
    ]);
  });
});

describe("a live session", () => {
  it.each([
    [null, "Oauth2", true],
    ["Remote Access 2.0", "API", true],
    ["Application", "UI", false],
    ["Application", "OauthApprovalUI", false],
    [null, null, false],
  ])("of login type %s and session type %s is OAuth: %s", (LoginType, SessionType, is) => {
    expect(isOauthSession({ LoginType, SessionType })).toBe(is);
  });

  it("whose user holds no grant of the app is standing access", () => {
    const refreshed = login({ LoginSubType: "OauthRefreshToken" });
    const sessions = [session({ login: refreshed })];
    expect(standing({ sessions, logins: [refreshed] }).map(brief)).toEqual([
      { kind: "session", app: SLACK.key, userId: ADA.id, knownBy: ["sessions"] },
    ]);
    expect(standing({ sessions }, [SLACK])).toEqual([]);
  });

  it("and the login that it began with are one entry, known by both", () => {
    const logins = [login({ LoginSubType: "OauthClientCredentials", at: AS_OF - 1 })];
    const sessions = [session({ login: logins[0]! })];
    expect(standing({ sessions, logins }).map(brief)).toEqual([
      { kind: "client-credentials", app: SLACK.key, userId: ADA.id, knownBy: ["logins", "sessions"] },
    ]);
  });

  it("of which the org does not show the login is of an app that cannot be told", () => {
    expect(standing({ sessions: [session({ login: null })] }, [SLACK])).toMatchObject([
      { kind: "session", app: null, name: null, lastSeen: AS_OF },
    ]);
  });
});

describe("a setting", () => {
  it("that lets an app in by client credentials names its user by username or id, and is one entry with its logins", () => {
    for (const runAs of [ADA.username.toUpperCase(), ADA.id])
      expect(
        standing({
          clientCredentials: [{ id: SLACK.id!, name: "Slack", runAs }],
          logins: [login({ LoginSubType: "OauthClientCredentials" })],
        }).map(brief),
      ).toEqual([
        {
          kind: "client-credentials",
          app: SLACK.key,
          userId: ADA.id,
          knownBy: ["logins", "app-settings"],
        },
      ]);
  });

  it("that pre-authorizes an app names every profile and permission set once", () => {
    const preauthorized = ["profile Bot", "permission set A", "profile Bot"].map((through) => ({
      id: SLACK.id!,
      through,
    }));
    expect(standing({ preauthorized })).toMatchObject([
      { kind: "pre-authorized", app: SLACK, userId: null, through: ["permission set A", "profile Bot"] },
    ]);
  });
});

describe("an org", () => {
  let org: LocalOrg;
  let reader: OrgReader;
  beforeAll(async () => {
    org = await startLocalOrg({ org: smallOrg() });
    reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
  });
  afterEach(() => org.setFaults([]));
  afterAll(() => org.close());

  const refused = [
    ["FROM LoginHistory", ["logins", "sessions"]],
    ["FROM AuthSession", ["sessions"]],
    ["FROM SetupEntityAccess", ["pre-authorized-apps"]],
    ["/services/Soap/m/", ["app-settings"]],
  ] as const;
  it.each(refused)(
    "that refuses %s leaves %j unread, with its code, and the grants listed",
    async (match, unread) => {
      org.setFaults([{ kind: "status", status: 403, errorCode: "INSUFFICIENT_ACCESS", match }]);
      const { standingAccess, grants } = await listInventory(reader);
      expect(grants.length).toBeGreaterThan(0);
      expect(standingAccess!.readings).toEqual(
        STANDING_SOURCES.map((source) => ({
          source,
          state: (unread as readonly string[]).includes(source) ? "not-read" : "read",
          salesforceCode: (unread as readonly string[]).includes(source) ? "INSUFFICIENT_ACCESS" : null,
          since: null,
        })),
      );
    },
  );

  it("whose package leaves its namespace out of a policy has the app told by its id; a name that two apps have tells neither", async () => {
    const { apps } = await readApps(reader);
    const policy = { isClientCredentialsFlowEnabled: "true", externalClientApplication: "Partner_Portal" };
    const found = async (listed: readonly string[]) => {
      const packaged: OrgReader = Object.assign(Object.create(reader) as OrgReader, {
        listMetadata: async (type: string) =>
          listed.map((id) => ({
            fullName: type === "ExternalClientApplication" ? "acme__Partner_Portal" : "acme__Policy",
            id,
          })),
        readMetadata: async (type: string) =>
          type === "ConnectedApp" ? [] : [{ fullName: "acme__Policy", ...policy }],
      });
      const { clientCredentials } = await readStandingRows(packaged, 7, AS_OF, apps, []);
      return clientCredentials.map(({ id }) => id);
    };
    expect(await found([PORTAL.id])).toEqual([PORTAL.id]);
    expect(await found([PORTAL.id, sfId("0xI", 77)])).toEqual(["Partner_Portal"]);
  });

  it("with more logins than are read says back to when they were", async () => {
    const many = {
      Id: sfId("0Ya", 7),
      UserId: ADA.id,
      LoginTime: "2026-11-22T08:00:00.000+0000",
      LoginType: "Application",
      LoginSubType: null,
      Application: "Browser",
      AuthenticationServiceId: null,
      Status: "Success",
    };
    const full: OrgReader = Object.assign(Object.create(reader) as OrgReader, {
      query: async (soql: string, options: object) =>
        soql.includes("FROM LoginHistory WHERE LoginTime")
          ? { rows: [many], totalSize: 20_001, pages: 1 }
          : await reader.query(soql, options),
    });
    const { standingAccess } = await listInventory(full);
    expect(standingAccess!.readings[0]).toEqual({
      source: "logins",
      state: "part",
      salesforceCode: null,
      since: Date.parse("2026-11-22T08:00:00Z"),
    });
  });

  it("is asked for logins by nothing but their time, for the days that are wanted, and for no metadata twice", async () => {
    const before = org.requests.length;
    const needs = { ...EVERYTHING, standingAccessDays: 30 };
    const questions: string[] = [];
    const asking: OrgReader = Object.assign(Object.create(reader) as OrgReader, {
      listMetadata: async (type: string) => {
        questions.push(`list ${type}`);
        return await reader.listMetadata(type);
      },
      readMetadata: async (type: string, names: readonly string[]) => {
        questions.push(`read ${type} ${names.join()}`);
        return await reader.readMetadata(type, names);
      },
    });
    await listInventory(asking, { needs, now: () => new Date("2026-11-23T12:00:00Z") });
    const asked = org.requests.slice(before);
    expect(asked.flatMap(({ soql }) => (soql?.includes("FROM LoginHistory") ? soql : []))).toEqual([
      expect.stringMatching(/ WHERE LoginTime >= 2026-10-24T12:00:00.000Z ORDER BY LoginTime DESC$/),
    ]);
    expect(questions).toEqual([...new Set(questions)]);
    expect(questions).toContain("list ConnectedApp");
  });

  it("of which a login failed does not count that as access, but takes every login where none is said to have succeeded", async () => {
    const way = { LoginType: "Remote Access 2.0", LoginSubType: "OauthClientCredentials" };
    const rows = ["Success", "Invalid Password"].map((Status, i) => ({
      ...way,
      Id: sfId("0Ya", i),
      UserId: sfId("005", i),
      LoginTime: "2026-11-22T08:00:00.000+0000",
      Application: "X",
      AuthenticationServiceId: null,
      Status,
    }));
    const seen = async (some: typeof rows) => {
      const changed: OrgReader = Object.assign(Object.create(reader) as OrgReader, {
        query: async (soql: string, options: object) =>
          soql.includes("FROM LoginHistory WHERE LoginTime")
            ? { rows: some, totalSize: some.length, pages: 1 }
            : await reader.query(soql, options),
      });
      const { standingAccess } = await listInventory(changed);
      return standingAccess!.entries.flatMap(({ kind, userId }) => (kind === "pre-authorized" ? [] : userId));
    };
    expect(await seen(rows)).toEqual([sfId("005", 0)]);
    expect(await seen(rows.map((row) => ({ ...row, Status: "Erfolg" })))).toEqual([
      sfId("005", 0),
      sfId("005", 1),
    ]);
  });
});

const EVERYTHING = {
  permissionSets: [],
  permissionSetGroups: [],
  publicGroups: [],
  roles: false,
  permissions: [],
  appSettings: true,
  identityProviders: false,
};
