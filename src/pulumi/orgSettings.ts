import path from "node:path";
import type { ProviderSettings } from "./policyResources.ts";

/** The settings of an org that a program names: how it is reached, and how its runs go. docs/connecting.md and docs/revoking.md explain each. */
export const CONNECTION_SETTINGS = [
  "accessToken",
  "instanceUrl",
  "targetOrg",
  "apiVersion",
  "audience",
  "loginUrl",
  "clientId",
  "clientSecret",
  "username",
  "privateKey",
  "privateKeyFile",
  "ownApp",
  "concurrency",
  "maxApiShare",
  "composite",
] as const;
export const RUN_SETTINGS = [
  "auditFile",
  "approvedPlan",
  "approvedPlanMaxAgeDays",
  "revokeConcurrency",
  "revokesPerSecond",
  "policyRoot",
  "allowedSigners",
  "requiredApprovals",
  "excludedApprovers",
] as const;
export const SECRET_SETTINGS = ["accessToken", "clientSecret", "privateKey"] as const;

/** Whether a setting is never to stand in a state in the clear, however the program has it. */
export function isSecretSetting(setting: string): boolean {
  return (SECRET_SETTINGS as readonly string[]).includes(setting);
}

export type OrgSetting = (typeof CONNECTION_SETTINGS)[number] | (typeof RUN_SETTINGS)[number];

/**
 * Before each setting, in the properties of the provider: it is not the project's name, so that the settings of an org are found
 * whatever the project is called later, and are never those of the stack.
 */
const NAMESPACE = "sanctioned:";
const NAME = `${NAMESPACE}salesforceOrg`;

/** The property of a provider that holds a setting. */
export function propertyOf(setting: OrgSetting): string {
  return `${NAMESPACE}${setting}`;
}

/** The properties of the provider of an org that a program names. Pulumi's providers take texts alone. */
export function orgProperties<Value>(
  name: string,
  values: Readonly<Partial<Record<OrgSetting, Value>>>,
): Record<string, string | Value> {
  const entries = Object.entries(values) as [OrgSetting, Value][];
  return { [NAME]: name, ...Object.fromEntries(entries.map(([key, value]) => [propertyOf(key), value])) };
}

/** A setting as the stack's config would write it. @param value a text, a number or a list; what is nothing says nothing */
export function settingText(setting: OrgSetting, value: unknown): string {
  if (!Array.isArray(value)) return String(value ?? "");
  return value.join(setting === "policyRoot" ? path.delimiter : ",");
}

/** What a provider is configured with: an org that the program names, or the stack's config. */
export function settingsOf(get: (key: string) => string | undefined): ProviderSettings {
  const name = get(NAME);
  if (name === undefined) return { setting: get, namedOrg: null };
  return { setting: (key) => get(`${NAMESPACE}${key}`), namedOrg: name };
}
