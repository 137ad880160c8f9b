import type { StandingKind } from "../standing.ts";

/** What of a login says how it was made. Salesforce writes names and labels of these picklists, by release and API. */
export interface LoginWay {
  readonly LoginType: string | null;
  readonly LoginSubType: string | null;
}

/** The values of LoginType that are OAuth, by name and by label (docs/salesforce.md#access-without-a-grant). */
const OAUTH: ReadonlySet<string> = new Set(["oauth", "oauth2", "remoteaccessclient", "remoteaccess20"]);
/** Logins of the API by username and password. */
const API_PASSWORD: ReadonlySet<string> = new Set(["otherapi", "otherapexapi", "partner", "partnerproduct"]);
/** In a subtype: a flow after which a refresh token, and so a grant, or a session alone lets the app in. */
const LEAVES_A_GRANT = ["refreshtoken", "useragent", "webserver", "otp"];

/**
 * The kind of standing access that a login shows; null for one that shows none: of a person at a page of Salesforce's, and of
 * a flow that makes a grant, which is counted where it still is.
 */
export function kindOfLogin({ LoginType, LoginSubType }: LoginWay): StandingKind | null {
  const type = bare(LoginType);
  const flow = bare(LoginSubType);
  if (type.startsWith("saml") || type.endsWith("thirdpartysso")) return "single-sign-on";
  if (API_PASSWORD.has(type)) return "password";
  return OAUTH.has(type) || flow.startsWith("oauth") ? kindOfFlow(flow) : null;
}

/** What of a live session says how it was made. */
export interface SessionWay {
  readonly LoginType: string | null;
  readonly SessionType: string | null;
}

/** Whether a session is an app's, by OAuth, and not a page on which somebody is asked to approve one. */
export function isOauthSession({ LoginType, SessionType }: SessionWay): boolean {
  const type = bare(SessionType);
  if (type.includes("approval")) return false;
  return OAUTH.has(bare(LoginType)) || type.startsWith("oauth");
}

function kindOfFlow(flow: string): StandingKind | null {
  if (flow === "oauthclientcredentials") return "client-credentials";
  if (flow === "oauthusernamepassword") return "password";
  if (flow.includes("tokenexchange")) return "token-exchange";
  if (flow.includes("jwt")) return "jwt-bearer";
  return LEAVES_A_GRANT.some((part) => flow.includes(part)) ? null : "unnamed-flow";
}

/** Without case, blanks and signs. */
function bare(text: string | null): string {
  return (text ?? "").toLowerCase().replace(/[^a-z0-9]/g, "");
}
