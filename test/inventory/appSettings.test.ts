import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { DIALER, PAYROLL, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { readAppSettings } from "../../src/inventory/appSettings.ts";
import { readApps } from "../../src/inventory/directory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { salesforceErrors } from "../../src/salesforce/errors.ts";
import { ApiError } from "../../src/salesforce/failure.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function open(options: Partial<LocalOrgOptions> = {}, apiVersion = "67.0"): Promise<OrgReader> {
  org = await startLocalOrg({
    org: smallOrg(),
    readOnly: true,
    consumerSecretsInMetadata: "allowed",
    ...options,
  });
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken, apiVersion }, {}));
}

/** The settings of the small org's apps, by their ids. */
async function settingsOf(reader: OrgReader) {
  const settings = await readAppSettings(reader, (await readApps(reader)).apps);
  return {
    payroll: settings.get(PAYROLL.id)!,
    portal: settings.get(PORTAL.id)!,
    dialer: settings.get(DIALER.id)!,
  };
}

/** The small org, whose apps may ask for scopes of its own. */
function withCustomScopes(): OrgFixture {
  const fixture = smallOrg();
  const of: Record<string, string[]> = { [PAYROLL.id]: ["stock"], [PORTAL.id]: ["stock", "order_status"] };
  const apps = fixture.apps.map((app) => ({
    ...app,
    settings: { ...app.settings, customScopes: of[app.id!] ?? [] },
  }));
  return { ...fixture, apps };
}

describe("a field of the policy of external client apps that the org does not know", () => {
  it.each([
    ["RefreshTokenValidityUnit", { adminApprovedUsersOnly: true, refreshTokenDays: null }],
    ["RefreshTokenPolicyType", { adminApprovedUsersOnly: true, refreshTokenDays: null }],
    ["PermittedUsersPolicyType", { adminApprovedUsersOnly: null, refreshTokenDays: 0.5 }],
  ])("takes no other with it: %s", async (field, known) => {
    const { portal } = await settingsOf(await open({ refusedFields: [`ExtlClntAppOauthPlcyCnfg.${field}`] }));
    expect(portal).toEqual({ scopes: ["api", "web"], ipRelaxation: "enforce-relax-refresh", ...known });
  });
});

describe("scopes of the org's own", () => {
  it("are said beside the others, of connected apps and of external ones", async () => {
    const { payroll, portal, dialer } = await settingsOf(await open({ org: withCustomScopes() }));
    expect(payroll).toMatchObject({ scopes: ["api", "refresh_token"], customScopes: ["stock"] });
    expect(portal).toMatchObject({ scopes: ["api", "web"], customScopes: ["stock", "order_status"] });
    expect(dialer).not.toHaveProperty("customScopes"); // its scopes are not known at all
  });

  it("are an app's by its name with the namespace of its package", async () => {
    const reader = await open();
    const { payroll } = await settingsOf({
      ...reader,
      listMetadata: async (type) =>
        type === "OauthCustomScope"
          ? [{ fullName: "stock", id: null }]
          : (await reader.listMetadata(type)).map((one) => ({ ...one, fullName: `acme__${one.fullName}` })),
      readMetadata: async <T>(type: string, names: readonly string[]) => {
        if (type === "OauthCustomScope")
          return names.map((fullName) => ({
            fullName,
            developerName: fullName,
            assignedTo: { connectedApp: "acme__Payroll" },
          })) as unknown as (T & { fullName: string })[];
        const read = await reader.readMetadata<T>(
          type,
          names.map((name) => name.replace(/^acme__/, "")),
        );
        return read.map((one) => ({ ...one, fullName: `acme__${one.fullName}` }));
      },
    });
    expect(payroll).toMatchObject({ customScopes: ["stock"] });
  });

  it.each([
    ["refused", "INSUFFICIENT_ACCESS", null],
    ["unknown to the org", "INVALID_TYPE", undefined],
  ])("that are %s are so: the others stay known", async (_what, code, customScopes) => {
    const reader = await open({ org: withCustomScopes() });
    const { payroll } = await settingsOf({
      ...reader,
      listMetadata: async (type) => {
        if (type !== "OauthCustomScope") return await reader.listMetadata(type);
        const said = { host: "org", salesforceCode: code, status: 500, message: "no" };
        throw new ApiError(salesforceErrors["request-refused"].says(said), code, 500);
      },
    });
    expect(payroll.scopes).toEqual(["api", "refresh_token"]);
    expect(payroll.customScopes).toBe(customScopes);
  });

  it("are not known where one of them is not handed out, nor in a version of the API that does not have them", async () => {
    const reader = await open({ org: withCustomScopes() });
    const { payroll } = await settingsOf({
      ...reader,
      readMetadata: async (type, names) =>
        type === "OauthCustomScope" ? [] : await reader.readMetadata(type, names),
    });
    expect(payroll.customScopes).toBeNull();
    await org!.close();
    const { portal } = await settingsOf(await open({}, "60.0"));
    expect(portal).toMatchObject({ scopes: ["api", "web"], customScopes: null });
  });
});

describe("the scopes of an external client app", () => {
  it.each(["refused", "empty"] as const)(
    "are unknown where the org keeps consumer secrets out of its metadata (%s), and the rest is known",
    async (consumerSecretsInMetadata) => {
      const { portal } = await settingsOf(await open({ consumerSecretsInMetadata }));
      expect(portal).toEqual({
        scopes: null,
        adminApprovedUsersOnly: true,
        refreshTokenDays: 0.5,
        ipRelaxation: "enforce-relax-refresh",
      });
    },
  );

  it("of a package are its own, whether its components name it with their namespace or without", async () => {
    for (const named of ["acme__Partner_Portal", "Partner_Portal"]) {
      const reader = await open();
      const { portal } = await settingsOf({
        ...reader,
        listMetadata: async (type) =>
          (await reader.listMetadata(type)).map((one) => ({ ...one, fullName: `acme__${one.fullName}` })),
        readMetadata: async <T>(type: string, names: readonly string[]) => {
          const read = await reader.readMetadata<T>(
            type,
            names.map((name) => name.replace(/^acme__/, "")),
          );
          return read.map((one) => ({
            ...one,
            fullName: `acme__${one.fullName}`,
            externalClientApplication: named,
          }));
        },
      });
      expect(portal).toMatchObject({ scopes: ["api", "web"], ipRelaxation: "enforce-relax-refresh" });
      await org!.close();
    }
  });
});
