/** What a user can set: the key in the stack's config, and its variable in the environment. docs/connecting.md says what each means. */
export const VARIABLES = {
  // The official CLI's own names where it has one (`sf org login access-token`).
  accessToken: "SF_ACCESS_TOKEN",
  instanceUrl: "SF_ORG_INSTANCE_URL",
  targetOrg: "SF_TARGET_ORG",
  apiVersion: "SF_ORG_API_VERSION",
  audience: "SF_AUDIENCE_URL",
  loginUrl: "SANCTIONED_LOGIN_URL",
  clientId: "SANCTIONED_CLIENT_ID",
  clientSecret: "SANCTIONED_CLIENT_SECRET",
  username: "SANCTIONED_USERNAME",
  privateKey: "SANCTIONED_PRIVATE_KEY",
  privateKeyFile: "SANCTIONED_PRIVATE_KEY_FILE",
  ownApp: "SANCTIONED_OWN_APP",
  concurrency: "SANCTIONED_CONCURRENCY",
  maxApiShare: "SANCTIONED_MAX_API_SHARE",
  composite: "SANCTIONED_COMPOSITE",
} as const;

export type SettingKey = keyof typeof VARIABLES;
export const SETTING_KEYS = Object.keys(VARIABLES) as readonly SettingKey[];

/** What a login is made of. */
const OF_LOGIN = [
  "accessToken",
  "instanceUrl",
  "targetOrg",
  "loginUrl",
  "clientId",
  "clientSecret",
  "username",
  "privateKey",
  "privateKeyFile",
] as const satisfies readonly SettingKey[];

/** Whether the environment says how an org is reached, if only in part. */
export function namesLogin(env: NodeJS.ProcessEnv): boolean {
  return OF_LOGIN.some((key) => Boolean(env[VARIABLES[key]]?.trim()));
}
