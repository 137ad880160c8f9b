import { printable } from "../printable.ts";
import { isSecretSetting } from "../pulumi/orgSettings.ts";
import type { RunSettingKey } from "../run/settings.ts";
import type { SettingKey } from "../salesforce/settingKeys.ts";
import { pluginErrors } from "./errors.ts";
import { hasUnknown, type Properties, revealed, secret } from "./propertyValues.ts";

interface Setting {
  readonly type: "string" | "integer" | "number" | "boolean";
  readonly description: string;
}

/** The provider's settings: all that a run takes from the config of a stack. */
export const SETTINGS: Readonly<Record<SettingKey | RunSettingKey, Setting>> = {
  accessToken: { type: "string", description: "An access token; needs instanceUrl." },
  instanceUrl: { type: "string", description: "The org's address, for an access token." },
  clientId: { type: "string", description: "The consumer key of the tool's own app." },
  clientSecret: {
    type: "string",
    description: "The consumer secret, for a login by client credentials.",
  },
  username: { type: "string", description: "Whom a JWT login is for." },
  privateKey: {
    type: "string",
    description: "The PEM of the private key of a JWT login.",
  },
  privateKeyFile: { type: "string", description: "The file of that key, in place of it." },
  loginUrl: { type: "string", description: "The org's My Domain." },
  audience: {
    type: "string",
    description: "The audience of the JWT, where it does not follow from loginUrl.",
  },
  targetOrg: { type: "string", description: "An org of the official sf CLI." },
  apiVersion: { type: "string", description: "Pins the API version, as in 62.0." },
  ownApp: { type: "string", description: "The app that the tool is connected through, by id or name." },
  concurrency: { type: "integer", description: "Requests under way at once, at most." },
  maxApiShare: {
    type: "number",
    description: "The share of the org's remaining API calls of the day that one run may use, 0 to 1.",
  },
  composite: {
    type: "boolean",
    description: "Whether several queries may be asked in one call of the org; true by default.",
  },
  auditFile: { type: "string", description: "The file of the audit record." },
  approvedPlan: { type: "string", description: "A plan file, of which no more is revoked than it lists." },
  approvedPlanMaxAgeDays: { type: "number", description: "How old that plan may be, in days." },
  allowedSigners: {
    type: "string",
    description: "A file of allowed signers, in place of the policy's.",
  },
  requiredApprovals: {
    type: "integer",
    description: "The fewest approvals that an update takes, whatever the policy says.",
  },
  excludedApprovers: {
    type: "string",
    description: "Allowed signers whose approval does not count, with commas between them.",
  },
  revokeConcurrency: { type: "integer", description: "Revoke calls at once." },
  revokesPerSecond: { type: "integer", description: "Revoke calls a second, at most." },
  policyRoot: { type: "string", description: "The folders that policies have to be in, as in PATH." },
};

/** What the engine and its SDKs add to the settings of any provider. */
const ENGINES_OWN: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "__internal"]);

/**
 * A provider's settings as the state is to keep them, with each secret marked as one, however it was written.
 * @param urn of the provider, which holds the project's name
 * @throws SettingsError for one that there is not, or that is no plain value
 */
export function checkedSettings(urn: string, settings: Properties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      if (ENGINES_OWN.has(key)) return [[key, value]];
      const setting = isSetting(key) ? SETTINGS[key] : null;
      if (setting === null) {
        // There, what the project's own config holds besides has the same namespace.
        if (isDefaultOfOwnProject(urn)) return [];
        throw pluginErrors["provider-setting-unknown"]({ setting: key });
      }
      const plain = revealed(value);
      if (!hasUnknown(plain)) refuseOtherTypes(key, plain, setting);
      return [[key, isSecretSetting(key) ? secret(plain) : value]];
    }),
  );
}

/** How a run reads them: as text. @param settings with the secrets in the clear: never to be stored or logged */
export function settingsReader(settings: Properties): (key: string) => string | undefined {
  return (key) => {
    const value = settings[key];
    return value === undefined || value === null ? undefined : String(value);
  };
}

function isSetting(key: string): key is keyof typeof SETTINGS {
  return Object.hasOwn(SETTINGS, key);
}

/** The default provider of a project called sanctioned takes every key of that project's config. */
function isDefaultOfOwnProject(urn: string): boolean {
  const [, project] = urn.split("::");
  return project === "sanctioned" && isDefault(urn);
}

/**
 * What the program calls the org of a provider that it makes; null for the default one, which the engine makes of the stack's
 * config and for which the environment may say the rest.
 * @param urn of the provider; one that an engine does not tell is no default one
 */
export function namedOrgOf(urn: string | undefined): string | null {
  if (urn === undefined) return "a provider";
  return isDefault(urn) ? null : `the provider ${printable(urn.split("::").slice(3).join("::"))}`;
}

/**
 * Whether the engine made a provider: it is called default, with the version and the download URL that resources ask for behind
 * it, and has no parent (`DefaultName` in pkg/resource/deploy/providers/provider.go, v3.259.0). Its own question, whether a name
 * begins with default, would take one that a program calls default-emea as well.
 */
function isDefault(urn: string): boolean {
  const [, , type, ...name] = urn.split("::");
  return (
    type === "pulumi:providers:sanctioned" &&
    /^default(_\d+_\d+_\d+(_.*)?|_[a-z0-9]+_\/.+)?$/.test(name.join("::"))
  );
}

const WORDS = {
  string: "a text",
  integer: "a number",
  number: "a number",
  boolean: "true or false",
} as const;

/** Values that the engine takes from a stack's config are texts, whatever their type. */
function refuseOtherTypes(key: string, value: unknown, { type }: Setting): void {
  const taken = type === "boolean" ? "boolean" : "number";
  const isOne =
    typeof value === taken && (type === "string" || taken === "boolean" || Number.isFinite(value));
  if (typeof value === "string" || isOne) return;
  throw pluginErrors["provider-setting-not-plain"]({ setting: key, type: WORDS[type] });
}
