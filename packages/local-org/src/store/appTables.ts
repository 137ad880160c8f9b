import { isExternal, permittedUsers, refreshTokenPolicy, settingsOf } from "../fixture/appSettings.ts";
import type { OrgFixture } from "../fixture/fixture.ts";
import { freeIds, sfId } from "../ids.ts";
import type { Tables } from "./rows.ts";

/** The apps that have an AppMenuItem, in the order of the items. */
export function menuApps({ apps }: Pick<OrgFixture, "apps">): OrgFixture["apps"] {
  return apps.filter(({ id, inAppMenu }) => id !== null && inAppMenu);
}

/** The AppMenuItem of the n-th app of `menuApps`; the first item is a tab set. */
export function menuItemId(index: number): string {
  return sfId("0DS", index + 2);
}

/** The apps that the org has installed or made, and what SOQL shows of their settings (docs/salesforce.md#names-and-ids-of-apps). */
export function appTables(fixture: OrgFixture): Tables {
  const external = fixture.apps.filter(isExternal);
  // The prefix of these is not documented: no client may count on this one.
  const policyId = freeIds("0xO");
  return {
    AppMenuItem: [
      {
        Id: sfId("0DS", 1),
        ApplicationId: "02u000000000001AAA",
        Label: "Sales",
        Name: "standard__Sales",
        Type: "TabSet",
        NamespacePrefix: null,
        IsUsingAdminAuthorization: false,
      },
      ...menuApps(fixture).map((app, i) => ({
        Id: menuItemId(i),
        ApplicationId: app.id,
        Label: app.name,
        Name: settingsOf(app).developerName,
        Type: "ConnectedApplication",
        NamespacePrefix: app.namespacePrefix ?? null,
        IsUsingAdminAuthorization: settingsOf(app).adminApprovedUsersOnly,
      })),
    ],
    ConnectedApplication: fixture.apps
      .filter(({ id }) => id?.startsWith("0H4"))
      .map((app) => {
        const { type, period } = refreshTokenPolicy(app);
        return {
          Id: app.id,
          Name: app.name,
          OptionsAllowAdminApprovedUsersOnly: settingsOf(app).adminApprovedUsersOnly,
          // Whether the period is counted from the last use; its unit is nowhere to be read.
          OptionsRefreshTokenValidityMetric: type === "SpecificInactivity",
          RefreshTokenValidityPeriod: type === "Zero" ? 0 : period,
        };
      }),
    ExternalClientApplication: external.map((app) => ({
      Id: app.id,
      MasterLabel: app.name,
      DeveloperName: settingsOf(app).developerName,
      ContactEmail: "admin@apps.example",
      DistributionState: "Local",
      NamespacePrefix: null,
    })),
    ExtlClntAppOauthPlcyCnfg: external.map((app) => {
      const { type, period, unit } = refreshTokenPolicy(app);
      return {
        Id: policyId(),
        ExternalClientApplicationId: app.id,
        PermittedUsersPolicyType: permittedUsers(app),
        RefreshTokenPolicyType: type,
        RefreshTokenValidityPeriod: period,
        RefreshTokenValidityUnit: unit,
        SessionTimeoutInMinutes: null,
      };
    }),
  };
}
