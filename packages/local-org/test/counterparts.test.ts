import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OrgFixture } from "../src/fixture/fixture.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BOT, PORTAL, smallOrg } from "../src/orgs/smallOrg.ts";
import { as, ask, form, query } from "./ask.ts";

/** Answers and shapes that a real org was seen to give, each with the public text or code that shows it. */

const T = "2026-03-01T08:00:00Z";
let org: LocalOrg;
beforeEach(() => start(smallOrg().grants));
afterEach(() => org.close());

async function start(grants: OrgFixture["grants"]): Promise<void> {
  org = await startLocalOrg({
    org: { ...smallOrg(), grants, sessions: [{ username: ANN, app: "Dialer", createdAt: T }] },
    clients: [{ clientId: "app", clientSecret: "s", runAs: BOT }],
  });
}
const fieldsOf = async (object: string): Promise<string[]> =>
  (await ask(org, `/services/data/v67.0/sobjects/${object}/describe`)).body.fields.map(
    ({ name }: { name: string }) => name,
  );
const refused = (errorCode: string, message: unknown = expect.any(String)) => [{ errorCode, message }];

describe("the fields of", () => {
  it("OauthToken are those of a class generated from an org (jawills/jira-sf-integration @53324ac)", async () => {
    expect((await fieldsOf("OauthToken")).sort()).toEqual([
      "AccessToken",
      "AppMenuItemId",
      "AppName",
      "CreatedDate",
      "DeleteToken",
      "Id",
      "LastUsedDate",
      "RequestToken",
      "UseCount",
      "UserId",
    ]);
    const paths = "User.Username, User.IsActive, AppMenuItem.ApplicationId";
    expect((await query(org, `SELECT ${paths} FROM OauthToken LIMIT 1`)).status).toBe(200);
  });

  it.each([
    [
      "AuthSession",
      "AndrewPickett1/Pokeorg @2dbe6ae",
      "Id UsersId CreatedDate LastModifiedDate NumSecondsValid UserType SourceIp LoginType SessionType SessionSecurityLevel LogoutUrl ParentId LoginHistoryId LoginGeoId IsCurrent IsAssociatedWithJwtAccessToken",
    ],
    [
      "ExternalClientApplication",
      "kunalsingh74644/VersionCtrlNov @fbcecb5",
      "Id IsDeleted DeveloperName Language MasterLabel NamespacePrefix CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp ContactEmail ContactPhone DistributionState ManagedType ManagedCollection ManagedSetupPointer OrgScopedExternalApp LogoUrl InfoUrl IconUrl Description Version",
    ],
  ])("%s are all in a class generated from an org (%s)", async (object, _source, known) => {
    expect(known.split(" ")).toEqual(expect.arrayContaining(await fieldsOf(object)));
  });

  it("a session lead to its login (the same class: AuthSession.LoginHistory)", async () => {
    const { body } = await query(
      org,
      "SELECT LoginHistory.Application, Users.Username FROM AuthSession WHERE IsCurrent = false",
    );
    expect(body.records).toMatchObject([
      { LoginHistory: { Application: "Dialer" }, Users: { Username: ANN } },
    ]);
  });
});

describe("a query", () => {
  it("of OauthToken pages by 500, stops at 2,500, and its COUNT() does not (hardis @b77f65b; Object Reference)", async () => {
    await org.close();
    await start(Array.from({ length: 2_604 }, () => smallOrg().grants[0]!));
    let { body } = await query(org, "SELECT Id FROM OauthToken");
    const sizes = [body.records.length];
    while (!body.done) {
      ({ body } = await ask(org, body.nextRecordsUrl));
      sizes.push(body.records.length);
    }
    expect(sizes).toEqual([500, 500, 500, 500, 500]);
    expect((await query(org, "SELECT COUNT() FROM OauthToken")).body).toEqual({
      totalSize: 2_604,
      done: true,
      records: [],
    });
  });

  it("that filters by a field for which that is not allowed is INVALID_FIELD with these words, HTTP 400 (airbyte #62877)", async () => {
    expect(await query(org, "SELECT Id FROM LoginHistory WHERE Application = 'x'")).toMatchObject({
      status: 400,
      body: refused("INVALID_FIELD", "field 'Application' can not be filtered in a query call"),
    });
  });

  it("of an sObject that is not shown is INVALID_TYPE with these words (simple-salesforce #287, jsforce #1404)", async () => {
    expect(await query(org, "SELECT Id FROM NoSuchThing")).toMatchObject({
      status: 400,
      body: refused("INVALID_TYPE", expect.stringContaining("sObject type 'NoSuchThing' is not supported.")),
    });
  });

  it("says how many calls are left (simple-salesforce, django-salesforce #317); the revoke endpoint does not", async () => {
    const { headers } = await query(org, "SELECT Id FROM Organization");
    expect(headers.get("Sforce-Limit-Info")).toMatch(/^api-usage=\d+\/100000$/);
    expect(
      (await ask(org, "/services/oauth2/revoke", form({ token: "x" }))).headers.has("Sforce-Limit-Info"),
    ).toBe(false);
  });

  it("without a session is 401 INVALID_SESSION_ID with these words (jsforce, restforce #303)", async () => {
    expect(await query(org, "SELECT Id FROM Organization", as("none"))).toMatchObject({
      status: 401,
      body: refused("INVALID_SESSION_ID", "Session expired or invalid"),
    });
  });
});

describe("OAuth", () => {
  it("logs in with what sfdx-core reads: access_token, id, instance_url (authInfo.ts @cd4bdcb), and no refresh token", async () => {
    const fields = { grant_type: "client_credentials", client_id: "app", client_secret: "s" };
    const { body } = await ask(org, "/services/oauth2/token", form(fields));
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^00D.{15}!/),
      id: `${org.url}/id/${org.store.organization.id}/${org.store.userId(BOT)}`,
      instance_url: org.url,
      token_type: "Bearer",
    });
    expect(body).not.toHaveProperty("refresh_token");
  });

  it("lists the versions to everybody (REST API guide)", async () => {
    const { body } = await ask(org, "/services/data", { headers: {} });
    expect(body.at(-1)).toEqual({ version: "67.0", label: expect.any(String), url: "/services/data/v67.0" });
  });

  it("refuses a revocation in a form of its own, blanks as %20 (forrest #213), and accepts one with 200 and nothing (Camel's integration test)", async () => {
    const revoke = (fields: Record<string, string>) => ask(org, "/services/oauth2/revoke", form(fields));
    const none = await revoke({});
    expect(none.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect([none.status, none.body]).toEqual([
      400,
      "error=unsupported_token_type&error_description=this%20token%20type%20is%20not%20supported",
    ]);
    const { DeleteToken } = (await query(org, "SELECT DeleteToken FROM OauthToken LIMIT 1")).body.records[0];
    expect(await revoke({ token: DeleteToken })).toMatchObject({ status: 200, body: "" });
  });
});

describe("what is deleted", () => {
  it("is a session once: 204, and 404 for one that is gone (sgnl-actions/salesforce-revoke-session @5237cb0)", async () => {
    const path = `/services/data/v67.0/sobjects/AuthSession/${org.store.sessions()[0]!.id}`;
    const remove = () => ask(org, path, { method: "DELETE", ...as(org.accessToken) });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 404]);
  });

  it("is the use of an external client app, with 204 (Connect guide 260.0); hardis reads its apps by developerName and identifier", async () => {
    const usage = "/services/data/v67.0/apps/oauth/usage";
    expect((await ask(org, usage)).body).toMatchObject({
      apps: [{ developerName: "Partner_Portal", identifier: PORTAL.id }],
      nextPageUrl: null,
    });
    const path = `${usage}/${PORTAL.id}/${org.store.userId(ANN)}/tokens`;
    expect((await ask(org, path, { method: "DELETE", ...as(org.accessToken) })).status).toBe(204);
  });
});

it("connected apps have these three fields and ids of 0H4 (j-schreiber/js-sf-cli-security-audit @e9d8a08)", async () => {
  const columns = "Id, Name, OptionsAllowAdminApprovedUsersOnly";
  const { body } = await query(org, `SELECT ${columns} FROM ConnectedApplication`);
  expect(body.records[0]).toMatchObject({
    Id: expect.stringMatching(/^0H4/),
    OptionsAllowAdminApprovedUsersOnly: true,
  });
});
