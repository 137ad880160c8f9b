import { ApiError } from "../salesforce/failure.ts";
import { parseAppId, toId18 } from "../salesforce/id.ts";
import type { ListedComponent, OrgReader } from "../salesforce/reader.ts";
import type { App, AppSettings } from "./inventory.ts";
import { readAll } from "./readAll.ts";

interface ConnectedAppMetadata {
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
 * connected apps is there only for those made in this org (docs/salesforce.md#metadata-of-apps), and is theirs by the id
 * that the org lists it with, never by a label. What the org refuses stays unknown: it decides nothing.
 */
export async function readAppSettings(
  reader: OrgReader,
  apps: readonly App[],
): Promise<ReadonlyMap<string, AppSettings>> {
  const has = (wanted: App["kind"]) => apps.some(({ kind }) => kind === wanted);
  const [connected, external] = await Promise.all([
    has("connected-app") ? connectedApps(reader) : new Map<string, AppSettings>(),
    has("external-client-app") ? externalApps(reader) : new Map<string, AppSettings>(),
  ]);
  const settings = new Map<string, AppSettings>();
  for (const app of apps) {
    if (app.id === null) continue;
    const known = connected.get(app.id) ?? external.get(app.id);
    settings.set(app.key, {
      scopes: known?.scopes ?? null,
      adminApprovedUsersOnly: known?.adminApprovedUsersOnly ?? app.adminApprovedOnly,
      refreshTokenDays: known?.refreshTokenDays ?? null,
      ipRelaxation: known?.ipRelaxation ?? null,
    });
  }
  return settings;
}

/** By 18-character id. */
async function connectedApps(reader: OrgReader): Promise<Map<string, AppSettings>> {
  const { ids, components } = await readListed<ConnectedAppMetadata>(reader, "ConnectedApp");
  return new Map(
    components.flatMap(({ fullName, oauthConfig, oauthPolicy }) => {
      const id = ids.get(fullName);
      if (id === undefined) return [];
      const settings: AppSettings = {
        scopes: oauthConfig === undefined ? null : scopesOf([oauthConfig.scopes ?? []].flat()),
        adminApprovedUsersOnly: null, // ConnectedApplication says it
        refreshTokenDays: oauthPolicy === undefined ? null : policyDays(oauthPolicy.refreshTokenPolicy),
        ipRelaxation: relaxation(oauthPolicy?.ipRelaxation),
      };
      return [[id, settings] as const];
    }),
  );
}

/** By 18-character id. Their metadata names an app as the org's list of such apps does, with its namespace. */
async function externalApps(reader: OrgReader): Promise<Map<string, AppSettings>> {
  const [ids, policies, oauth, configurable] = await Promise.all([
    listed(reader, "ExternalClientApplication").then(idsByName),
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
  const policyOf = saidOnce(policies, (row) => toId18(row.ExternalClientApplicationId));
  const oauthOf = saidOnce(oauth, ({ externalClientApplication: name }) => ids.get(name ?? ""));
  const configurableOf = saidOnce(configurable, ({ externalClientApplication: name }) => ids.get(name ?? ""));
  return new Map(
    [...new Set([...policyOf.keys(), ...ids.values()])].map((id) => {
      const policy = policyOf.get(id);
      const scopes = oauthOf.get(id)?.commaSeparatedOauthScopes;
      const settings: AppSettings = {
        scopes: scopes === undefined ? null : scopesOf(scopes.split(",").map((scope) => scope.trim())),
        adminApprovedUsersOnly: policy?.PermittedUsersPolicyType
          ? policy.PermittedUsersPolicyType === "AdminApprovedPreAuthorized"
          : null,
        refreshTokenDays: policy === undefined ? null : externalDays(policy),
        ipRelaxation: relaxation(configurableOf.get(id)?.ipRelaxationPolicyType),
      };
      return [id, settings];
    }),
  );
}

/** The components of a type, and the ids by which the org lists them. */
async function readListed<T>(reader: OrgReader, type: string) {
  const all = await listed(reader, type);
  return { ids: idsByName(all), components: await readNamed<T>(reader, type, all) };
}

async function readComponents<T>(reader: OrgReader, type: string): Promise<T[]> {
  return await readNamed<T>(reader, type, await listed(reader, type));
}

async function readNamed<T>(reader: OrgReader, type: string, all: readonly ListedComponent[]) {
  const names = [...new Set(all.map(({ fullName }) => fullName))];
  return names.length === 0 ? [] : await unlessRefused(reader.readMetadata<T>(type, names));
}

/** The 18-character ids of apps by the one name that each has; a name that two have says nothing of either. */
function idsByName(all: readonly ListedComponent[]): Map<string, string> {
  return new Map(
    [...saidOnce(all, ({ fullName }) => fullName)].flatMap(([name, one]) => {
      const id = parseAppId(one.id ?? "");
      return id === null ? [] : [[name, id] as const];
    }),
  );
}

/** What is said of each key, where it is said once: what is said twice says nothing. */
function saidOnce<T>(all: readonly T[], keyOf: (one: T) => string | undefined): Map<string, T> {
  return new Map(
    [...Map.groupBy(all, keyOf)].flatMap(([key, [one, ...others]]) =>
      key === undefined || others.length > 0 ? [] : [[key, one!] as const],
    ),
  );
}

function listed(reader: OrgReader, type: string): Promise<ListedComponent[]> {
  return unlessRefused(reader.listMetadata(type));
}

function readUnlessRefused<Row>(reader: OrgReader, soql: string): Promise<Row[]> {
  return unlessRefused(readAll<Row>(reader, soql));
}

async function unlessRefused<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/** Names of scopes in metadata, and as an authorization request has them. */
const SCOPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
);

/** Null where one of them is not known here: a policy could not allow it, and must not revoke for it. */
function scopesOf(names: readonly string[]): string[] | null {
  const scopes = names.map((name) => SCOPES.get(name));
  return scopes.every((scope) => scope !== undefined) ? scopes : null;
}

const DAYS_OF_UNIT: ReadonlyMap<string, number> = new Map(
  Object.entries({ HOURS: 1 / 24, DAYS: 1, MONTHS: 31 }),
);

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
  const days = DAYS_OF_UNIT.get(unit?.toUpperCase() ?? "");
  return period === null || days === undefined ? null : period * days;
}

const RELAXATIONS: readonly string[] = ["enforce", "enforce-relax-refresh", "bypass-2factor", "bypass"];

/** `ENFORCE_RELAXREFRESH` of connected apps, `Enforce_RelaxRefresh` of external ones: `enforce-relax-refresh`. */
function relaxation(text: string | undefined): string | null {
  const name = text
    ?.toUpperCase()
    .replace("RELAXREFRESH", "RELAX-REFRESH")
    .replaceAll("_", "-")
    .toLowerCase();
  return name !== undefined && RELAXATIONS.includes(name) ? name : null;
}
