import { givenOrigin, originOf } from "../http/address.ts";
import { readRegular } from "../regularFile.ts";
import { salesforceErrors } from "./errors.ts";
import { type AppRef, appRef } from "./id.ts";
import { type JwtLogin, mayHaveAssertion } from "./jwt.ts";
import { isLoginHost, plainSetting } from "./plainSetting.ts";
import { SETTING_KEYS, type SettingKey, VARIABLES } from "./settingKeys.ts";

/** How to reach an org, as far as one source says. Holds secrets: never to be stored or logged. */
export type Settings = Readonly<Partial<Record<SettingKey, string>>>;

/** One complete way in. */
export type Login =
  | { readonly kind: "access-token"; readonly instanceUrl: string; readonly accessToken: string }
  | ({ readonly kind: "jwt-bearer" } & JwtLogin)
  | {
      readonly kind: "client-credentials";
      readonly loginUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
    }
  /** An org of the official CLI's; null for its default one. */
  | { readonly kind: "sf-cli"; readonly targetOrg: string | null };

export interface Credentials {
  readonly login: Login;
  /** Pins the API version, as in `62.0`. */
  readonly apiVersion: string | null;
  /** The app that the tool is connected through. */
  readonly ownApp: AppRef | null;
  /** Requests under way at once, at most; null for what becomes the org. */
  readonly concurrency: number | null;
  /** The share of the org's remaining API calls of the day that one run may use, 0 to 1. */
  readonly maxApiShare: number;
  /** Whether several queries may be asked in one call. */
  readonly composite: boolean;
}

/**
 * Finds the way in, in this order: access token, JWT bearer, client credentials, an org of the
 * official CLI. The stack's config is looked at whole before the environment, so that the two never
 * mix into one login. Where nothing is given it is the CLI's default org, which only connecting shows
 * to be there or not.
 * @param namedOrg an org for which `config` alone says all, as a program names it; null where the environment may
 * @throws SettingsError naming the missing half
 */
export function readCredentials(
  config: Settings,
  env: NodeJS.ProcessEnv,
  namedOrg: string | null = null,
): Credentials {
  const fromConfig = given((key) => config[key]);
  const fromEnvironment = namedOrg === null ? given((key) => env[VARIABLES[key]]) : {};
  const login =
    readLogin(fromConfig, (key) => key) ??
    readLogin(fromEnvironment, (key) => VARIABLES[key]) ??
    defaultOrg(namedOrg);
  const setting = (key: SettingKey) => fromConfig[key] ?? fromEnvironment[key] ?? null;
  const ownApp = setting("ownApp");
  const concurrency = setting("concurrency");
  return {
    login,
    apiVersion: apiVersion(setting("apiVersion")),
    ownApp: ownApp === null ? null : appRef(ownApp),
    concurrency: concurrency === null ? null : number("concurrency", concurrency, 1, 64, true),
    maxApiShare: number("maxApiShare", setting("maxApiShare") ?? "0.2", 0, 1, false),
    composite: flag("composite", setting("composite") ?? "true"),
  };
}

/** The official CLI's, for a run that nobody gave a login. @throws SettingsError for an org that is named */
function defaultOrg(namedOrg: string | null): Login {
  if (namedOrg !== null) throw salesforceErrors["named-org-without-login"]({ org: namedOrg });
  return { kind: "sf-cli", targetOrg: null };
}

/** What a source says; an empty value says nothing. */
function given(read: (key: SettingKey) => string | undefined): Settings {
  return Object.fromEntries(SETTING_KEYS.map((key) => [key, read(key)]).filter(([, value]) => value));
}

function readLogin(settings: Settings, nameOf: (key: SettingKey) => string): Login | null {
  const need = (keys: readonly SettingKey[], way: string): void => {
    const missing = keys.filter((key) => settings[key] === undefined);
    if (missing.length > 0)
      throw salesforceErrors["credentials-incomplete"]({
        login: way,
        missing: missing.map(nameOf).join(" and "),
      });
  };
  const origin = (key: "instanceUrl" | "loginUrl") => givenOrigin(settings[key]!, nameOf(key));
  const plain = (key: "clientId" | "clientSecret" | "username" | "targetOrg") =>
    plainSetting(key, settings[key]!, nameOf(key));
  const { accessToken, clientId, clientSecret, privateKey, privateKeyFile, targetOrg } = settings;
  if (accessToken !== undefined) {
    need(["instanceUrl"], "access token");
    const instanceUrl = origin("instanceUrl");
    refuseLoginHost("instance-url-is-login-host", instanceUrl, nameOf("instanceUrl"));
    return { kind: "access-token", accessToken, instanceUrl };
  }
  if (privateKey !== undefined || privateKeyFile !== undefined) {
    need(["clientId", "username", "loginUrl"], "JWT login");
    const { audience = null } = settings;
    const place = audience === null ? null : originOf(audience, nameOf("audience")); // it may go on after the host
    const loginUrl = origin("loginUrl");
    if (!mayHaveAssertion(loginUrl, place))
      throw salesforceErrors["login-url-not-salesforce"]({
        setting: nameOf("loginUrl"),
        host: new URL(loginUrl).host,
        audience: nameOf("audience"),
      });
    return {
      kind: "jwt-bearer",
      clientId: plain("clientId"),
      username: plain("username"),
      privateKey: privateKey ?? readKey(privateKeyFile!, nameOf),
      loginUrl,
      audience,
    };
  }
  if (clientSecret !== undefined) {
    need(["clientId", "loginUrl"], "client credentials login");
    const loginUrl = origin("loginUrl");
    refuseLoginHost("client-credentials-host", loginUrl, nameOf("loginUrl"));
    return {
      kind: "client-credentials",
      clientId: plain("clientId"),
      clientSecret: plain("clientSecret"),
      loginUrl,
    };
  }
  if (clientId !== undefined)
    throw salesforceErrors["client-id-alone"]({
      clientId: nameOf("clientId"),
      keyFile: nameOf("privateKeyFile"),
      secret: nameOf("clientSecret"),
    });
  if (targetOrg !== undefined) return { kind: "sf-cli", targetOrg: plain("targetOrg") };
  if (settings.instanceUrl !== undefined) need(["accessToken"], "instance URL");
  return null;
}

/** Salesforce's common login hosts lead to every org, and are none. */
function refuseLoginHost(
  code: "client-credentials-host" | "instance-url-is-login-host",
  url: string,
  setting: string,
): void {
  const { hostname: host } = new URL(url);
  if (isLoginHost(host)) throw salesforceErrors[code]({ setting, host });
}

/** Keys are far smaller. */
const LARGEST_KEY_BYTES = 64 * 1024;

/** Nothing of the path is quoted: a key is often set in its place. */
function readKey(file: string, nameOf: (key: SettingKey) => string): string {
  const answer = readRegular(file, LARGEST_KEY_BYTES);
  if ("bytes" in answer) return answer.bytes.toString("utf8");
  throw salesforceErrors["private-key-file-not-readable"]({
    setting: nameOf("privateKeyFile"),
    why: answer.why,
    key: nameOf("privateKey"),
  });
}

function apiVersion(text: string | null): string | null {
  if (text === null) return null;
  if (!/^\d{2,3}(\.0)?$/.test(text))
    throw salesforceErrors["api-version-not-valid"]({ variable: VARIABLES.apiVersion });
  return text.includes(".") ? text : `${text}.0`;
}

function flag(key: SettingKey, text: string): boolean {
  if (text !== "true" && text !== "false")
    throw salesforceErrors["setting-not-true-or-false"]({ setting: key, variable: VARIABLES[key] });
  return text === "true";
}

function number(key: SettingKey, text: string, least: number, most: number, whole: boolean): number {
  const value = Number(text);
  if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
    throw salesforceErrors["setting-not-in-range"]({
      setting: key,
      variable: VARIABLES[key],
      number: whole ? "a whole number" : "a number",
      least,
      most,
    });
  return value;
}
