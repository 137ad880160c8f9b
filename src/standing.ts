/**
 * How an app, or somebody who signs on, gets in without a grant that was counted (docs/salesforce.md#access-without-a-grant).
 * `unnamed-flow` is an OAuth login of a flow that the login history does not name, as of JWT bearer; `session` a live
 * OAuth session whose user holds no grant of the app; `pre-authorized` an app that the users of a profile or a permission
 * set need not authorize.
 */
export const STANDING_KINDS = [
  "client-credentials",
  "jwt-bearer",
  "token-exchange",
  "unnamed-flow",
  "password",
  "session",
  "single-sign-on",
  "pre-authorized",
] as const;
export type StandingKind = (typeof STANDING_KINDS)[number];

/** Where such access is looked for. */
export const STANDING_SOURCES = ["logins", "sessions", "app-settings", "pre-authorized-apps"] as const;
export type StandingSource = (typeof STANDING_SOURCES)[number];

interface KindWords {
  /** Completes "gets in by …". */
  readonly by: string;
  /** What ends it: nothing here revokes it. */
  readonly toEnd: string;
}

/** What each kind is to a reader, and what a person can do about it. The one place for these texts. */
export const KIND_WORDS: Readonly<Record<StandingKind, KindWords>> = {
  "client-credentials": {
    by: "client credentials",
    toEnd: "turn the client credentials flow off or block the app, rotate its secret, and end its sessions",
  },
  "jwt-bearer": {
    by: "JWT bearer",
    toEnd: "take away its pre-authorization or block the app, replace its certificate, and end its sessions",
  },
  "token-exchange": {
    by: "token exchange",
    toEnd: "turn the token exchange flow off or block the app, and end its sessions",
  },
  "unnamed-flow": {
    by: "OAuth (JWT bearer, or a flow not named)",
    toEnd: "take away its pre-authorization or block the app, replace its certificate, and end its sessions",
  },
  password: {
    by: "a username and password",
    toEnd: "reset the user's password and security token, or freeze the user, and end their sessions",
  },
  session: { by: "a live session", toEnd: "end the session, and block the app if it comes back" },
  "single-sign-on": {
    by: "single sign-on",
    toEnd: "take the user out at the identity provider, or disable it in Setup, and end their sessions",
  },
  "pre-authorized": {
    by: "pre-authorization",
    toEnd: "take the app out of the profile or permission set",
  },
};

interface SourceWords {
  readonly name: string;
  /** What lets it be read. */
  readonly toRead: string;
}

/** Each source as a reader knows it. */
export const SOURCE_WORDS: Readonly<Record<StandingSource, SourceWords>> = {
  logins: { name: "login history", toRead: "grant the tool's user Manage Users" },
  sessions: { name: "live sessions", toRead: "grant the tool's user Manage Users" },
  "app-settings": {
    name: "client-credentials settings of apps",
    toRead: "grant the tool's user Modify Metadata Through Metadata API Functions",
  },
  "pre-authorized-apps": {
    name: "pre-authorized apps",
    toRead: "grant the tool's user View Setup and Configuration",
  },
};
