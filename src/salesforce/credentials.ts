import { readFileSync } from "node:fs";
import { UserError } from "../errors.ts";

/** Names of what a user can set; docs/connecting.md says what each means. */
export const SETTING_KEYS = [
  "accessToken",
  "instanceUrl",
  "loginUrl",
  "clientId",
  "clientSecret",
  "username",
  "privateKey",
  "privateKeyFile",
  "apiVersion",
  "ownApp",
] as const;

type Key = (typeof SETTING_KEYS)[number];

/** How to reach an org, as far as one source says. Holds secrets: never to be stored or logged. */
export type Settings = Readonly<Partial<Record<Key, string>>>;

/** The official CLI's own names where it has one (`sf org login access-token`). */
const ENVIRONMENT: Record<Key, string> = {
  accessToken: "SF_ACCESS_TOKEN",
  instanceUrl: "SF_ORG_INSTANCE_URL",
  loginUrl: "SANCTIONED_LOGIN_URL",
  clientId: "SANCTIONED_CLIENT_ID",
  clientSecret: "SANCTIONED_CLIENT_SECRET",
  username: "SANCTIONED_USERNAME",
  privateKey: "SANCTIONED_PRIVATE_KEY",
  privateKeyFile: "SANCTIONED_PRIVATE_KEY_FILE",
  apiVersion: "SF_ORG_API_VERSION",
  ownApp: "SANCTIONED_OWN_APP",
};

/** One complete way in. */
export type Login =
  | { readonly kind: "access-token"; readonly instanceUrl: string; readonly accessToken: string }
  | {
      readonly kind: "jwt-bearer";
      readonly loginUrl: string;
      readonly clientId: string;
      readonly username: string;
      readonly privateKey: string;
    }
  | {
      readonly kind: "client-credentials";
      readonly loginUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
    };

export interface Credentials {
  readonly login: Login;
  /** Pins the API version, as in `62.0`. */
  readonly apiVersion: string | null;
  /** Name or id of the app that the tool is connected through. */
  readonly ownApp: string | null;
}

/**
 * Finds the way in, in this order: access token, JWT bearer, client credentials. The stack's config is
 * looked at whole before the environment, so that the two never mix into one login.
 * @throws UserError naming the missing half, or all ways where none is given
 */
export function readCredentials(config: Settings, env: NodeJS.ProcessEnv): Credentials {
  const fromEnvironment = Object.fromEntries(
    SETTING_KEYS.map((key) => [key, env[ENVIRONMENT[key]]]).filter(([, value]) => value),
  ) as Settings;
  const login = readLogin(config, (key) => key) ?? readLogin(fromEnvironment, (key) => ENVIRONMENT[key]);
  if (login === null)
    throw new UserError(
      "No credentials for a Salesforce org: give an access token (SF_ACCESS_TOKEN and SF_ORG_INSTANCE_URL), a JWT login " +
        "(SANCTIONED_CLIENT_ID, SANCTIONED_USERNAME, SANCTIONED_PRIVATE_KEY_FILE, SANCTIONED_LOGIN_URL) or client credentials " +
        "(SANCTIONED_CLIENT_ID, SANCTIONED_CLIENT_SECRET, SANCTIONED_LOGIN_URL) in the environment or the stack's config; " +
        "see docs/connecting.md. To try it without an org: `npx sanctioned simulator`.",
    );
  return {
    login,
    apiVersion: config.apiVersion ?? fromEnvironment.apiVersion ?? null,
    ownApp: config.ownApp ?? fromEnvironment.ownApp ?? null,
  };
}

function readLogin(settings: Settings, nameOf: (key: Key) => string): Login | null {
  const need = (keys: readonly Key[], way: string): void => {
    const missing = keys.filter((key) => settings[key] === undefined);
    if (missing.length > 0)
      throw new UserError(`The ${way} lacks ${missing.map(nameOf).join(" and ")}; see docs/connecting.md.`);
  };
  const { accessToken, clientId, clientSecret, username, loginUrl } = settings;
  if (accessToken !== undefined) {
    need(["instanceUrl"], "access token");
    return {
      kind: "access-token",
      accessToken,
      instanceUrl: origin(settings.instanceUrl!, nameOf("instanceUrl")),
    };
  }
  if (settings.privateKey !== undefined || settings.privateKeyFile !== undefined) {
    need(["clientId", "username", "loginUrl"], "JWT login");
    const privateKey = settings.privateKey ?? readKey(settings.privateKeyFile!, nameOf("privateKeyFile"));
    return {
      kind: "jwt-bearer",
      clientId: clientId!,
      username: username!,
      privateKey,
      loginUrl: origin(loginUrl!, nameOf("loginUrl")),
    };
  }
  if (clientSecret !== undefined) {
    need(["clientId", "loginUrl"], "client credentials login");
    return {
      kind: "client-credentials",
      clientId: clientId!,
      clientSecret,
      loginUrl: origin(loginUrl!, nameOf("loginUrl")),
    };
  }
  if (clientId !== undefined) need(["privateKeyFile"], "JWT login");
  if (settings.instanceUrl !== undefined) need(["accessToken"], "instance URL");
  return null;
}

function readKey(file: string, name: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(`The private key file of ${name} cannot be read (${code}): ${file}`);
  }
}

/** The origin of an https URL. Plain http would show tokens to the network, so it is for this machine alone. */
function origin(text: string, name: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UserError(`${name} is no URL: write it as https://acme.my.salesforce.com.`);
  }
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback))
    throw new UserError(
      `${name} must begin with https:// (${url.protocol}//${url.hostname} would send tokens in the clear).`,
    );
  if (url.hostname.endsWith(".lightning.force.com"))
    throw new UserError(
      `${name} is the address of the user interface (${url.hostname}): use the org's My Domain, as in https://acme.my.salesforce.com.`,
    );
  return url.origin;
}
