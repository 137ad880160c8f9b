import {
  type App,
  isExternal,
  permittedUsers,
  refreshTokenPolicy,
  settingsOf,
} from "../fixture/appSettings.ts";
import type { OrgFixture } from "../fixture/fixture.ts";
import type { Xml } from "./soap.ts";

/** A type of metadata, with the folder and ending that its files have in a project. */
export interface MetadataType {
  readonly name: string;
  /** Its name where components are listed and described, if that is another. */
  readonly listedAs?: string;
  readonly directory: string;
  readonly suffix: string;
  /** Whether it is about external client apps, which not every org has. */
  readonly external: boolean;
  readonly of: (org: OrgFixture) => readonly Component[];
}

export interface Component {
  readonly fullName: string;
  /** The app's id, where the component is the app itself. */
  readonly id?: string;
  readonly fields: Xml;
}

const ADDRESS = "admin@apps.example";
const IP_RELAXATION = {
  ENFORCE: "Enforce",
  BYPASS: "Bypass",
  BYPASS_2FACTOR: "Bypass_2factor",
  ENFORCE_RELAXREFRESH: "Enforce_RelaxRefresh",
};

/** The metadata about apps, and which are blocked or needed to be approved (docs/salesforce.md#metadata-of-apps). */
export const METADATA_TYPES: readonly MetadataType[] = [
  {
    name: "ConnectedApp",
    directory: "connectedApps",
    suffix: "connectedApp",
    external: false,
    of: ({ apps }) => apps.map(connectedApp).filter((component) => component !== null),
  },
  {
    name: "OauthCustomScope",
    directory: "oauthcustomscopes",
    suffix: "oauthcustomscope",
    external: false,
    of: ({ apps }) => {
      const names = new Set(apps.flatMap((app) => settingsOf(app).customScopes));
      return [...names].map((name) => ({ fullName: name, fields: customScope(name, apps) }));
    },
  },
  {
    name: "BlacklistedConsumer",
    directory: "blacklistedConsumers",
    suffix: "blacklistedConsumer",
    external: false,
    of: ({ blockedConsumers = [] }) =>
      blockedConsumers.map(
        ({ developerName, consumerKey, consumerName, blockedByApiWhitelisting = false }) => ({
          fullName: developerName,
          fields: { blockedByApiWhitelisting, consumerKey, consumerName, masterLabel: consumerName },
        }),
      ),
  },
  {
    name: "ConnectedAppSettings",
    listedAs: "Settings",
    directory: "settings",
    suffix: "settings",
    external: false,
    of: ({ connectedAppSettings = {} }) => [{ fullName: "ConnectedApp", fields: connectedAppSettings }],
  },
  externalType("ExternalClientApplication", "externalClientApps", "eca", "", (app) => ({
    contactEmail: ADDRESS,
    distributionState: "Local",
    isProtected: false,
    label: app.name,
  })),
  externalType("ExtlClntAppOauthSettings", "extlClntAppOauthSettings", "ecaOauth", "_oauth", (app) => ({
    commaSeparatedOauthScopes: settingsOf(app).scopes.join(", "),
    externalClientApplication: settingsOf(app).developerName,
    label: `${app.name} OAuth`,
  })),
  externalType(
    "ExtlClntAppOauthConfigurablePolicies",
    "extlClntAppOauthPolicies",
    "ecaOauthPlcy",
    "_oauthPlcy",
    oauthPolicies,
  ),
  externalType("ExtlClntAppConfigurablePolicies", "extlClntAppPolicies", "ecaPlcy", "_plcy", (app) => ({
    externalClientApplication: settingsOf(app).developerName,
    isEnabled: !settingsOf(app).blocked,
    isOauthPluginEnabled: true,
    label: `${app.name} policies`,
  })),
];

/** A scope of the org's own, with the connected apps that may ask for it; of external client apps their policies say it. */
function customScope(developerName: string, apps: readonly App[]): Xml {
  const assignedTo = apps
    .filter((app) => app.id?.startsWith("0H4") && settingsOf(app).customScopes.includes(developerName))
    .map((app) => ({ connectedApp: settingsOf(app).developerName }));
  return {
    ...(assignedTo.length === 0 ? {} : { assignedTo }),
    description: developerName,
    developerName,
    isProtected: false,
    isPublic: false,
    masterLabel: developerName,
  };
}

/** Only what the org made itself: the apps that it installed are there for nobody to read. */
function connectedApp(app: App): Component | null {
  const { id, name, preauthorized: { profiles = [], permissionSets = [] } = {} } = app;
  const settings = settingsOf(app);
  const runAs = clientCredentialsUser(app);
  if (!id?.startsWith("0H4") || !settings.createdInOrg) return null;
  return {
    fullName: settings.developerName,
    id,
    fields: {
      contactEmail: ADDRESS,
      label: name,
      oauthConfig: {
        callbackUrl: "https://apps.example/callback",
        isAdminApproved: settings.adminApprovedUsersOnly,
        isClientCredentialEnabled: runAs !== undefined,
        ...(runAs === undefined ? {} : { oauthClientCredentialUser: runAs }),
        isRefreshTokenRotationEnabled: settings.rotates,
        scopes: settings.scopes,
      },
      oauthPolicy: { ipRelaxation: settings.ipRelaxation, refreshTokenPolicy: settings.refreshTokenPolicy },
      permissionSetName: permissionSets,
      profileName: profiles,
      ...(settings.blocked ? { sessionPolicy: { policyAction: "Block" } } : {}),
    },
  };
}

/** Whom an app logs in as by client credentials, if it does. */
function clientCredentialsUser({ standingAccess = [] }: App): string | undefined {
  return standingAccess.find(({ kind }) => kind === "client-credentials")?.runAs;
}

function oauthPolicies(app: App): Xml {
  const { preauthorized: { profiles = [], permissionSets = [] } = {} } = app;
  const { customScopes, developerName, ipRelaxation } = settingsOf(app);
  const { type, period, unit } = refreshTokenPolicy(app);
  const runAs = clientCredentialsUser(app);
  return {
    ...(permissionSets.length === 0 ? {} : { commaSeparatedPermissionSet: permissionSets.join(", ") }),
    ...(profiles.length === 0 ? {} : { commaSeparatedProfile: profiles.join(", ") }),
    ...(runAs === undefined ? {} : { clientCredentialsFlowUser: runAs }),
    ...(customScopes.length === 0 ? {} : { commaSeparatedCustomScopes: customScopes.join(", ") }),
    externalClientApplication: developerName,
    isClientCredentialsFlowEnabled: runAs !== undefined,
    ipRelaxationPolicyType: IP_RELAXATION[ipRelaxation],
    label: `${app.name} OAuth policies`,
    permittedUsersPolicyType: permittedUsers(app),
    refreshTokenPolicyType: type,
    ...(period === null ? {} : { refreshTokenValidityPeriod: period }),
    ...(unit === null ? {} : { refreshTokenValidityUnit: unit }),
  };
}

/** A type that has one component for every external client app, named after the app with an ending. */
function externalType(
  name: string,
  directory: string,
  suffix: string,
  ending: string,
  fields: (app: App) => Xml,
): MetadataType {
  return {
    name,
    directory,
    suffix,
    external: true,
    of: ({ apps }) =>
      apps.filter(isExternal).map((app) => ({
        fullName: `${settingsOf(app).developerName}${ending}`,
        fields: fields(app),
        ...(ending === "" ? { id: app.id! } : {}),
      })),
  };
}
