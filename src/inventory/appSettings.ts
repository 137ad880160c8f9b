import { ApiError } from "../salesforce/failure.ts";
import { toId18 } from "../salesforce/id.ts";
import type { ListedComponent, OrgReader } from "../salesforce/reader.ts";
import { idOfApp, idsByName, saidOnce } from "./appComponents.ts";
import type { App, AppSettings } from "./inventory.ts";
import { readAll } from "./readAll.ts";
import { type ExternalPolicyRow, externalDays, policyDays, relaxation, scopesOf } from "./settingValues.ts";

/** Of one type: ten a call are read. What lies beyond stays unknown, as what the org refuses does. */
const MOST_COMPONENTS = 2_000;

interface ConnectedAppMetadata {
  readonly oauthConfig?: { readonly scopes?: string | readonly string[] };
  readonly oauthPolicy?: { readonly ipRelaxation?: string; readonly refreshTokenPolicy?: string };
}

interface ConfigurablePolicies {
  readonly externalClientApplication?: string;
  readonly ipRelaxationPolicyType?: string;
  readonly commaSeparatedCustomScopes?: string;
}

interface CustomScope {
  readonly developerName?: string;
  readonly assignedTo?: AssignedTo | readonly AssignedTo[];
}

interface AssignedTo {
  readonly connectedApp: string;
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
      ...(known?.customScopes === undefined ? {} : { customScopes: known.customScopes }),
      adminApprovedUsersOnly: known?.adminApprovedUsersOnly ?? app.adminApprovedOnly,
      refreshTokenDays: known?.refreshTokenDays ?? null,
      ipRelaxation: known?.ipRelaxation ?? null,
    });
  }
  return settings;
}

/** By 18-character id. */
async function connectedApps(reader: OrgReader): Promise<Map<string, AppSettings>> {
  const [{ ids, components }, customOf] = await Promise.all([
    readListed<ConnectedAppMetadata>(reader, "ConnectedApp"),
    customScopes(reader),
  ]);
  return new Map(
    components.flatMap(({ fullName, oauthConfig, oauthPolicy }) => {
      const id = ids.get(fullName);
      if (id === undefined) return [];
      const settings: AppSettings = {
        ...withCustom(
          oauthConfig === undefined ? null : scopesOf([oauthConfig.scopes ?? []].flat()),
          customOf === null ? null : (customOf.get(fullName) ?? []),
        ),
        adminApprovedUsersOnly: null, // ConnectedApplication says it
        refreshTokenDays: oauthPolicy === undefined ? null : policyDays(oauthPolicy.refreshTokenPolicy),
        ipRelaxation: relaxation(oauthPolicy?.ipRelaxation),
      };
      return [[id, settings] as const];
    }),
  );
}

/** Custom scopes beside those that Salesforce has; said only where these are known. @param custom null for not readable */
function withCustom(
  scopes: readonly string[] | null,
  custom: readonly string[] | null,
): Pick<AppSettings, "scopes" | "customScopes"> {
  return scopes === null || custom?.length === 0 ? { scopes } : { scopes, customScopes: custom };
}

/**
 * The custom scopes of each connected app, by the name that its metadata has, with the namespace of its package
 * (docs/salesforce.md#scopes); null where the org does not let them be read.
 */
async function customScopes(reader: OrgReader): Promise<Map<string, string[]> | null> {
  const type = "OauthCustomScope";
  const ofApp = new Map<string, string[]>();
  try {
    const names = [...new Set((await reader.listMetadata(type)).map(({ fullName }) => fullName))];
    if (names.length > MOST_COMPONENTS) return null;
    const scopes = names.length === 0 ? [] : await reader.readMetadata<CustomScope>(type, names);
    if (scopes.length < names.length) return null;
    for (const { fullName, developerName, assignedTo } of scopes)
      for (const { connectedApp } of [assignedTo ?? []].flat())
        ofApp.set(connectedApp, [...(ofApp.get(connectedApp) ?? []), developerName ?? fullName]);
    return ofApp;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.salesforceCode === "INVALID_TYPE" ? ofApp : null; // an org that knows no custom scopes
  }
}

/**
 * The policies of external client apps. The fields on refresh tokens are for internal use, and no public tool was seen to ask
 * for all of them: one that the org does not know must not take the others with it.
 */
async function externalPolicies(reader: OrgReader): Promise<ExternalPolicyRow[]> {
  const read = (fields: readonly string[]) =>
    readAll<Partial<ExternalPolicyRow> & Pick<ExternalPolicyRow, "ExternalClientApplicationId">>(
      reader,
      `SELECT ${["ExternalClientApplicationId", ...fields].join(", ")} FROM ExtlClntAppOauthPlcyCnfg`,
    );
  let rows: Awaited<ReturnType<typeof read>>;
  try {
    rows = await read(POLICY_FIELDS);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.salesforceCode !== "INVALID_FIELD") return [];
    const each = await Promise.all(POLICY_FIELDS.map((field) => unlessRefused(read([field]))));
    const byApp = Map.groupBy(each.flat(), (row) => row.ExternalClientApplicationId);
    // An app with more rows than fields has several policies, which say nothing of it.
    rows = [...byApp.values()].flatMap((some) =>
      some.length > POLICY_FIELDS.length ? some : [Object.assign({}, ...some)],
    );
  }
  return rows.map((row) => ({ ...NO_POLICY, ...row }));
}

const POLICY_FIELDS = [
  "PermittedUsersPolicyType",
  "RefreshTokenPolicyType",
  "RefreshTokenValidityPeriod",
  "RefreshTokenValidityUnit",
] as const;

const NO_POLICY = {
  PermittedUsersPolicyType: null,
  RefreshTokenPolicyType: null,
  RefreshTokenValidityPeriod: null,
  RefreshTokenValidityUnit: null,
} as const;

/** The version that first had `commaSeparatedCustomScopes`. */
const CUSTOM_SCOPES_SINCE = 61;

/** The values of a list as metadata writes it. */
function listOf(text: string): string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** By 18-character id. Their metadata names an app as the org's list of such apps does, with its namespace. */
async function externalApps(reader: OrgReader): Promise<Map<string, AppSettings>> {
  const [ids, policies, oauth, configurable] = await Promise.all([
    listed(reader, "ExternalClientApplication").then(idsByName),
    externalPolicies(reader),
    readComponents<{ externalClientApplication?: string; commaSeparatedOauthScopes?: string }>(
      reader,
      "ExtlClntAppOauthSettings",
    ),
    readComponents<ConfigurablePolicies>(reader, "ExtlClntAppOauthConfigurablePolicies"),
  ]);
  const policyOf = saidOnce(policies, (row) => toId18(row.ExternalClientApplicationId));
  const oauthOf = saidOnce(oauth, (component) => idOfApp(component, ids));
  const configurableOf = saidOnce(configurable, (component) => idOfApp(component, ids));
  return new Map(
    [...new Set([...policyOf.keys(), ...ids.values()])].map((id) => {
      const policy = policyOf.get(id);
      const configured = configurableOf.get(id);
      const scopes = oauthOf.get(id)?.commaSeparatedOauthScopes;
      const settings: AppSettings = {
        ...withCustom(
          // What says none looks like what says nothing.
          scopes === undefined || scopes.trim() === "" ? null : scopesOf(listOf(scopes)),
          configured === undefined || Number(reader.org.apiVersion) < CUSTOM_SCOPES_SINCE
            ? null
            : listOf(configured.commaSeparatedCustomScopes ?? ""),
        ),
        adminApprovedUsersOnly: policy?.PermittedUsersPolicyType
          ? policy.PermittedUsersPolicyType === "AdminApprovedPreAuthorized"
          : null,
        refreshTokenDays: policy === undefined ? null : externalDays(policy),
        ipRelaxation: relaxation(configured?.ipRelaxationPolicyType),
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

async function readComponents<T>(
  reader: OrgReader,
  type: string,
): Promise<(T & { readonly fullName: string })[]> {
  return await readNamed<T>(reader, type, await listed(reader, type));
}

async function readNamed<T>(reader: OrgReader, type: string, all: readonly ListedComponent[]) {
  const names = [...new Set(all.map(({ fullName }) => fullName))].slice(0, MOST_COMPONENTS);
  return names.length === 0 ? [] : await unlessRefused(reader.readMetadata<T>(type, names));
}

function listed(reader: OrgReader, type: string): Promise<ListedComponent[]> {
  return unlessRefused(reader.listMetadata(type));
}

async function unlessRefused<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
