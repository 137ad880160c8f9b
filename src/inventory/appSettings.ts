import { ApiError } from "../salesforce/failure.ts";
import { toId18 } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import type { App, AppSettings } from "./inventory.ts";
import { readAll } from "./readAll.ts";

interface ConnectedAppMetadata {
  readonly label?: string;
  readonly oauthConfig?: { readonly scopes?: string | readonly string[] };
  readonly oauthPolicy?: { readonly ipRelaxation?: string; readonly refreshTokenPolicy?: string };
}

interface ExternalPolicyRow {
  readonly ExternalClientApplicationId: string;
  readonly PermittedUsersPolicyType: string | null;
  readonly RefreshTokenPolicyType: string | null;
  readonly RefreshTokenValidityPeriod: number | null;
  readonly RefreshTokenValidityUnit: string | null;
}

/**
 * How the registered apps are set up, as far as the org lets it be read; by `App.key`. The metadata of
 * connected apps is there only for those made in this org (docs/salesforce.md#metadata-of-apps), and is joined by the
 * label where one app alone has it. What the org refuses stays unknown: it decides nothing.
 */
export async function readAppSettings(
  reader: OrgReader,
  apps: readonly App[],
): Promise<ReadonlyMap<string, AppSettings>> {
  const settings = new Map<string, AppSettings>();
  const [connected, external] = await Promise.all([connectedApps(reader), externalApps(reader)]);
  for (const app of apps) {
    if (app.id === null) continue;
    const known = app.kind === "external-client-app" ? external.get(app.id) : connected.get(app.name);
    settings.set(app.key, {
      scopes: known?.scopes ?? null,
      adminApprovedUsersOnly: known?.adminApprovedUsersOnly ?? app.adminApprovedOnly,
      refreshTokenDays: known?.refreshTokenDays ?? null,
      ipRelaxation: known?.ipRelaxation ?? null,
    });
  }
  return settings;
}

/** By label; a label that two have says nothing of either. */
async function connectedApps(reader: OrgReader): Promise<Map<string, AppSettings>> {
  const byLabel = Map.groupBy(
    await readComponents<ConnectedAppMetadata>(reader, "ConnectedApp"),
    ({ label }) => label ?? "",
  );
  return new Map(
    [...byLabel].flatMap(([label, [app, ...others]]) => {
      if (app === undefined || others.length > 0) return [];
      const { oauthConfig, oauthPolicy } = app;
      const settings: AppSettings = {
        scopes: scopesOf([oauthConfig?.scopes ?? []].flat()),
        adminApprovedUsersOnly: null, // ConnectedApplication says it
        refreshTokenDays: oauthPolicy === undefined ? null : policyDays(oauthPolicy.refreshTokenPolicy),
        ipRelaxation: relaxation(oauthPolicy?.ipRelaxation),
      };
      return [[label, settings] as const];
    }),
  );
}

/** By 18-character id. */
async function externalApps(reader: OrgReader): Promise<Map<string, AppSettings>> {
  const ids = await readUnlessRefused<{ Id: string; DeveloperName: string }>(
    reader,
    "SELECT Id, DeveloperName FROM ExternalClientApplication",
  );
  if (ids.length === 0) return new Map();
  const [policies, oauth, configurable] = await Promise.all([
    readUnlessRefused<ExternalPolicyRow>(
      reader,
      "SELECT ExternalClientApplicationId, PermittedUsersPolicyType, RefreshTokenPolicyType, RefreshTokenValidityPeriod, RefreshTokenValidityUnit FROM ExtlClntAppOauthPlcyCnfg",
    ),
    readComponents<{ externalClientApplication?: string; commaSeparatedOauthScopes?: string }>(
      reader,
      "ExtlClntAppOauthSettings",
    ),
    readComponents<{ externalClientApplication?: string; ipRelaxationPolicyType?: string }>(
      reader,
      "ExtlClntAppOauthConfigurablePolicies",
    ),
  ]);
  return new Map(
    ids.map(({ Id, DeveloperName }) => {
      const id = toId18(Id);
      const policy = policies.find((row) => toId18(row.ExternalClientApplicationId) === id);
      const ofApp = <T extends { externalClientApplication?: string }>(some: readonly T[]) =>
        some.find(({ externalClientApplication: name }) => name === DeveloperName);
      const scopes = ofApp(oauth)?.commaSeparatedOauthScopes;
      const settings: AppSettings = {
        scopes: scopes === undefined ? null : scopesOf(scopes.split(",").map((scope) => scope.trim())),
        adminApprovedUsersOnly: policy?.PermittedUsersPolicyType
          ? policy.PermittedUsersPolicyType === "AdminApprovedPreAuthorized"
          : null,
        refreshTokenDays: policy === undefined ? null : externalDays(policy),
        ipRelaxation: relaxation(ofApp(configurable)?.ipRelaxationPolicyType),
      };
      return [id, settings];
    }),
  );
}

async function readComponents<T>(reader: OrgReader, type: string): Promise<T[]> {
  try {
    const names = await reader.listMetadata(type);
    return names.length === 0 ? [] : await reader.readMetadata<T>(type, names);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

async function readUnlessRefused<Row>(reader: OrgReader, soql: string): Promise<Row[]> {
  try {
    return await readAll<Row>(reader, soql);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/** Names of scopes in metadata, and as an authorization request has them. */
const SCOPES: Readonly<Record<string, string>> = {
  Basic: "id",
  Api: "api",
  Web: "web",
  Full: "full",
  Chatter: "chatter_api",
  CustomApplications: "visualforce",
  RefreshToken: "refresh_token",
  OpenID: "openid",
  Profile: "profile",
  Email: "email",
  Address: "address",
  Phone: "phone",
  OfflineAccess: "offline_access",
  CustomPermissions: "custom_permissions",
  Wave: "wave_api",
  Eclair: "eclair_api",
  Pardot: "pardot_api",
  Lightning: "lightning",
  Content: "content",
  CDPIngest: "cdp_ingest_api",
  Chatbot: "chatbot_api",
  ForgotPassword: "forgot_password",
  UserRegistration: "user_registration_api",
  PwdlessLogin: "pwdless_login_api",
};

/** Null where one of them is not known here: a policy could not allow it, and must not revoke for it. */
function scopesOf(names: readonly string[]): string[] | null {
  const scopes = names.map((name) => SCOPES[name]);
  return scopes.every((scope) => scope !== undefined) ? scopes : null;
}

const DAYS_OF_UNIT: Readonly<Record<string, number>> = { HOURS: 1 / 24, DAYS: 1, MONTHS: 31 };

/** `infinite` (also where nothing is said), `zero`, `specific_lifetime:90:DAYS` or `specific_inactivity:…`. */
function policyDays(policy: string | undefined): number | null {
  if (policy === undefined || policy === "infinite") return Number.POSITIVE_INFINITY;
  if (policy === "zero") return 0;
  const [, period, unit] = /^specific_(?:lifetime|inactivity):(\d+):([A-Z]+)$/.exec(policy) ?? [];
  return daysOf(period === undefined ? null : Number(period), unit ?? null);
}

function externalDays(row: ExternalPolicyRow): number | null {
  const { RefreshTokenPolicyType: type } = row;
  if (type === "Infinite") return Number.POSITIVE_INFINITY;
  if (type === "Zero") return 0;
  return type === null ? null : daysOf(row.RefreshTokenValidityPeriod, row.RefreshTokenValidityUnit);
}

function daysOf(period: number | null, unit: string | null): number | null {
  const days = DAYS_OF_UNIT[unit?.toUpperCase() ?? ""];
  return period === null || days === undefined ? null : period * days;
}

/** `ENFORCE_RELAXREFRESH` of connected apps, `Enforce_RelaxRefresh` of external ones: `enforce-relax-refresh`. */
function relaxation(text: string | undefined): string | null {
  const names: Readonly<Record<string, string>> = {
    ENFORCE: "enforce",
    ENFORCE_RELAXREFRESH: "enforce-relax-refresh",
    BYPASS_2FACTOR: "bypass-2factor",
    BYPASS: "bypass",
  };
  return names[text?.toUpperCase() ?? ""] ?? null;
}
