import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { DIALER, PAYROLL, PORTAL, smallOrg } from "../src/orgs/smallOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { ask, query } from "./ask.ts";

let org: LocalOrg;
beforeEach(() => restart({}));
afterEach(() => org.close());

async function restart(options: Partial<LocalOrgOptions>): Promise<void> {
  await org?.close();
  org = await startLocalOrg({ org: smallOrg(), ...options });
}
const records = async (soql: string) => (await query(org, soql)).body.records;

describe("the settings of apps in SOQL", () => {
  it("of connected apps are a few columns, the period without its unit", async () => {
    const columns = "OptionsAllowAdminApprovedUsersOnly, OptionsRefreshTokenValidityMetric";
    expect(
      await records(`SELECT Id, ${columns}, RefreshTokenValidityPeriod FROM ConnectedApplication`),
    ).toMatchObject([
      {
        Id: PAYROLL.id,
        OptionsAllowAdminApprovedUsersOnly: true,
        OptionsRefreshTokenValidityMetric: true,
        RefreshTokenValidityPeriod: 30,
      },
      {
        Id: DIALER.id,
        OptionsAllowAdminApprovedUsersOnly: false,
        OptionsRefreshTokenValidityMetric: false,
        RefreshTokenValidityPeriod: 0,
      },
    ]);
    const sorted = `SELECT Id FROM ConnectedApplication ORDER BY ${columns.split(",")[0]}`;
    expect((await query(org, sorted)).body).toMatchObject([{ errorCode: "INVALID_FIELD" }]);
  });

  it("of external client apps are a record of their own", async () => {
    expect(
      await records(
        "SELECT ExternalClientApplicationId, PermittedUsersPolicyType, RefreshTokenPolicyType, RefreshTokenValidityPeriod, RefreshTokenValidityUnit, SessionTimeoutInMinutes FROM ExtlClntAppOauthPlcyCnfg",
      ),
    ).toMatchObject([
      {
        ExternalClientApplicationId: PORTAL.id,
        PermittedUsersPolicyType: "AdminApprovedPreAuthorized",
        RefreshTokenPolicyType: "SpecificLifetime",
        RefreshTokenValidityPeriod: 12,
        RefreshTokenValidityUnit: "Hours",
        SessionTimeoutInMinutes: null,
      },
    ]);
  });

  it("show in the app menu who is let in", async () => {
    expect(
      await records(
        "SELECT Name, IsUsingAdminAuthorization FROM AppMenuItem WHERE Type = 'ConnectedApplication'",
      ),
    ).toMatchObject([
      { Name: "Payroll", IsUsingAdminAuthorization: true },
      { Name: "Dialer", IsUsingAdminAuthorization: false },
      { Name: "Partner_Portal", IsUsingAdminAuthorization: true },
    ]);
  });
});

describe("a field that the org refuses", () => {
  const refusedFields = ["OauthToken.CreatedDate", "User.UserRoleId"];

  it.each([
    "SELECT CreatedDate FROM OauthToken",
    "SELECT Id FROM OauthToken WHERE createddate > 2026-01-01T00:00:00Z",
    "SELECT Id FROM OauthToken ORDER BY CreatedDate",
    "SELECT UserRoleId FROM User",
    "SELECT Id FROM OauthToken WHERE User.UserRole.Name = 'x'",
  ])("%s", async (soql) => {
    expect((await query(org, soql)).status).toBe(200);
    await restart({ refusedFields });
    const { status, body } = await query(org, soql);
    expect([status, body]).toMatchObject([400, [{ errorCode: "INVALID_FIELD" }]]);
  });

  it("is not described, and the rest of the object is there", async () => {
    await restart({ refusedFields });
    const { body } = await ask(org, "/services/data/v67.0/sobjects/OauthToken/describe");
    expect(body.fields.map(({ name }: { name: string }) => name)).not.toContain("CreatedDate");
    expect(await records("SELECT AppName FROM OauthToken")).toHaveLength(4);
  });

  it("is one that there would be", async () => {
    await expect(restart({ refusedFields: ["OauthToken.Scopes"] })).rejects.toThrow(
      "refusedFields: the local org has no field OauthToken.Scopes",
    );
  });
});

it("grants of external client apps may be in the usage resources alone", async () => {
  const USAGE = "/services/data/v67.0/apps/oauth/usage";
  const names = async () =>
    (await records("SELECT AppName FROM OauthToken")).map(({ AppName }: { AppName: string }) => AppName);
  const used = async () => (await ask(org, USAGE)).body.apps.length;
  expect([await names(), await used()]).toEqual([[PAYROLL.name, DIALER.name, PORTAL.name, "Old Tool"], 1]);
  await restart({ usageBesideRows: "usage-alone" });
  expect([await names(), await used()]).toEqual([[PAYROLL.name, DIALER.name, "Old Tool"], 1]);
  expect((await query(org, "SELECT COUNT() FROM OauthToken")).body.totalSize).toBe(3);
});
