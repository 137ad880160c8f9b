import { declareErrors } from "../errors.ts";

export const salesforceErrors = declareErrors({
  // What the person set
  "credentials-missing": {
    kind: "settings",
    text: "No credentials for a Salesforce org.",
    remedy:
      "Give an access token (SF_ACCESS_TOKEN and SF_ORG_INSTANCE_URL), a JWT login (SANCTIONED_CLIENT_ID, SANCTIONED_USERNAME, SANCTIONED_PRIVATE_KEY_FILE, SANCTIONED_LOGIN_URL) or client credentials (SANCTIONED_CLIENT_ID, SANCTIONED_CLIENT_SECRET, SANCTIONED_LOGIN_URL) in the environment or the stack's config, or log in with the official CLI (`sf org login web`, SF_TARGET_ORG or its default org); see docs/connecting.md. To try it without an org: `npx sanctioned simulator`.",
    example: {},
  },
  "named-org-without-login": {
    kind: "settings",
    text: "Nothing says how to log in to {org}, and the environment's login is not used for an org that a program names.",
    remedy:
      "Give its provider accessToken and instanceUrl; clientId, username, privateKey (or privateKeyFile) and loginUrl; clientId, clientSecret and loginUrl; or targetOrg. docs/connecting.md says which.",
    example: { org: "acme" },
  },
  "credentials-incomplete": {
    kind: "settings",
    text: "The {login} lacks {missing}.",
    remedy: "Set what is missing; see docs/connecting.md.",
    example: { login: "JWT login", missing: "SANCTIONED_USERNAME and SANCTIONED_LOGIN_URL" },
  },
  "client-id-alone": {
    kind: "settings",
    text: "{clientId} needs {keyFile} (a JWT login) or {secret} (client credentials).",
    remedy: "Set one of them; see docs/connecting.md.",
    example: {
      clientId: "SANCTIONED_CLIENT_ID",
      keyFile: "SANCTIONED_PRIVATE_KEY_FILE",
      secret: "SANCTIONED_CLIENT_SECRET",
    },
  },
  "access-token-not-one-line": {
    kind: "settings",
    text: "The access token is not one word of letters, digits and the signs that tokens have: more than the token was caught, or less.",
    remedy: "Give the token alone, as `sf org auth show-access-token --json` has it in result.accessToken.",
    example: {},
  },
  "setting-not-plain": {
    kind: "settings",
    text: "{setting} has {found} in it, as no {what} has.",
    remedy: "Give it as Salesforce shows it, alone: no quotes, no blanks, no line breaks around or in it.",
    example: { setting: "SANCTIONED_CLIENT_ID", found: "a blank", what: "client id" },
  },
  "client-id-is-record-id": {
    kind: "settings",
    text: "{setting} is the id of a record, and no client id.",
    remedy: "Give the app's consumer key: its OAuth settings show it (Setup, External Client App Manager).",
    example: { setting: "SANCTIONED_CLIENT_ID" },
  },
  "client-credentials-host": {
    kind: "settings",
    text: "{setting} is {host}, which takes no client credentials.",
    remedy: "Use the org's My Domain, as in https://acme.my.salesforce.com (Setup, My Domain).",
    example: { setting: "SANCTIONED_LOGIN_URL", host: "login.salesforce.com" },
  },
  "instance-url-is-login-host": {
    kind: "settings",
    text: "{setting} is {host}, where people log in and no org is.",
    remedy: "Use the org's My Domain, as in https://acme.my.salesforce.com (Setup, My Domain).",
    example: { setting: "SF_ORG_INSTANCE_URL", host: "login.salesforce.com" },
  },
  "login-url-not-salesforce": {
    kind: "settings",
    text: "{setting} is {host}, which is not Salesforce's: whoever answers there could log in with what a JWT login sends.",
    remedy:
      "Use the org's My Domain, as in https://acme.my.salesforce.com (Setup, My Domain). For an Experience Cloud site with an address of its own, set {audience} to the same address.",
    example: { setting: "SANCTIONED_LOGIN_URL", host: "login.acme.example", audience: "SF_AUDIENCE_URL" },
  },
  "private-key-file-not-readable": {
    kind: "settings",
    text: "The file that {setting} names {why}.",
    remedy:
      "It holds the path of a private key: check that, and who may read the file. The key itself goes into {key}.",
    example: {
      setting: "SANCTIONED_PRIVATE_KEY_FILE",
      why: "does not exist",
      key: "SANCTIONED_PRIVATE_KEY",
    },
  },
  "private-key-not-readable": {
    kind: "settings",
    text: "The private key of the JWT login cannot be read: it is {found}.",
    remedy:
      "Give an unencrypted RSA key in PEM form, whole, from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----; in one line its line breaks are written as \\n.",
    example: { found: "a certificate" },
  },
  "private-key-too-short": {
    kind: "settings",
    text: "The private key of the JWT login has {bits} bits.",
    remedy: "Give an RSA key of {least} bits or more, and its certificate to the app.",
    example: { bits: 1024, least: 2048 },
  },
  "private-key-not-rsa": {
    kind: "settings",
    text: "The private key of the JWT login is of type {type}.",
    remedy: "Give an RSA key: Salesforce takes no other.",
    example: { type: "ec" },
  },
  "api-version-not-valid": {
    kind: "settings",
    text: "apiVersion ({variable}) must look like 67.0.",
    remedy: "Fix it, or leave it out: then the newest version that both sides know is taken.",
    example: { variable: "SF_ORG_API_VERSION" },
  },
  "setting-not-in-range": {
    kind: "settings",
    text: "{setting} ({variable}) must be {number} from {least} to {most}.",
    remedy: "Fix it, or leave it out for the default.",
    example: {
      setting: "concurrency",
      variable: "SANCTIONED_CONCURRENCY",
      number: "a whole number",
      least: 1,
      most: 64,
    },
  },
  "setting-not-true-or-false": {
    kind: "settings",
    text: "{setting} ({variable}) must be true or false.",
    remedy: "Fix it, or leave it out for the default.",
    example: { setting: "composite", variable: "SANCTIONED_COMPOSITE" },
  },
  "api-version-too-old": {
    kind: "settings",
    text: "API version {pinned} knows no external client apps, so that a list would lack their grants.",
    remedy: "Pin {lowest}.0 or later, or none.",
    example: { pinned: "58.0", lowest: 60 },
  },
  "api-version-not-available": {
    kind: "settings",
    text: "{host} has no API version {pinned}: it knows {first} to {last}.",
    remedy: "Pin one of those, or none.",
    example: { host: "acme.my.salesforce.com", pinned: "68.0", first: "31.0", last: "67.0" },
  },

  // The official CLI
  "sf-cli-failed": {
    kind: "remote",
    text: "`{command}` failed ({why}).",
    remedy: "Log in with `sf org login web`, or name another org with SF_TARGET_ORG.",
    example: { command: "sf org display", why: "NamedOrgNotFoundError" },
  },
  "sf-cli-answer-not-json": {
    kind: "remote",
    text: "`{command} --json` printed no JSON result.",
    remedy: "Update the CLI (`sf update`).",
    example: { command: "sf org display" },
  },
  "sf-cli-session-not-shown": {
    kind: "remote",
    text: "The sf CLI does not say the address and the token of its org.",
    remedy: "Update it (`sf update`), or log in again (`sf org login web`).",
    example: {},
  },

  // No usable answer
  "host-not-reachable": {
    kind: "remote",
    text: "No answer from {host} ({fault}).",
    remedy: "Check the address, the network and any proxy.",
    example: { host: "acme.my.salesforce.com", fault: "ENOTFOUND" },
  },
  "certificate-not-trusted": {
    kind: "remote",
    text: "No answer from {host} ({fault}): its certificate is not trusted here.",
    remedy: "Check the address, and name a private authority's certificate in NODE_EXTRA_CA_CERTS.",
    example: { host: "acme.my.salesforce.com", fault: "SELF_SIGNED_CERT_IN_CHAIN" },
  },
  "answer-not-salesforce": {
    kind: "remote",
    text: "{host} answered HTTP {status} with something that does not come from the Salesforce API.",
    remedy: "Check the address, or try again after a maintenance.",
    example: { host: "acme.my.salesforce.com", status: 503 },
  },
  "turned-away-at-edge": {
    kind: "remote",
    text: "{host} turned the request away before it reached the Salesforce API (HTTP {status}, access declined).",
    remedy:
      "Salesforce's edge does so when many requests come at once, or from an address that it distrusts: run it again later with a lower concurrency (SANCTIONED_CONCURRENCY), from a fixed address that is no anonymizing proxy's (docs/connecting.md); where a proxy of your own stands between, let it pass.",
    example: { host: "acme.my.salesforce.com", status: 400 },
  },
  "query-answer-not-salesforce": {
    kind: "remote",
    text: "{host} answered a query with something that does not come from the Salesforce API.",
    remedy: "Check the address.",
    example: { host: "acme.my.salesforce.com" },
  },
  "redirect-not-followed": {
    kind: "remote",
    text: "{host} answered HTTP {status}, a redirect, which is not followed.",
    remedy: "Check the address: it is the org's My Domain.",
    example: { host: "acme.my.salesforce.com", status: 302 },
  },
  "page-repeated": {
    kind: "remote",
    text: "{host} hands out the same page again and again.",
    remedy: "Run it again; where it stays so, ask Salesforce.",
    example: { host: "acme.my.salesforce.com" },
  },
  "pages-without-end": {
    kind: "remote",
    text: "{host} hands out more pages than the {totalSize} rows fill that it counts, after {rows} rows.",
    remedy: "Run it again; where it stays so, ask Salesforce.",
    example: { host: "acme.my.salesforce.com", totalSize: 240, rows: 240 },
  },
  "pages-lost": {
    kind: "remote",
    text: "{host} lost the pages of a query on the way, {times} times in a row.",
    remedy:
      "Its sessions end before a query is read: run it again, and give the app that the tool connects through a longer session timeout.",
    example: { host: "acme.my.salesforce.com", times: 4 },
  },
  "answer-too-large": {
    kind: "remote",
    text: "{host} answers with more than {most} MB.",
    remedy: "Check the address; if it is correct, report this as a bug.",
    example: { host: "acme.my.salesforce.com", most: 64 },
  },
  "answer-too-long": {
    kind: "remote",
    text: "{host} counts {totalSize} rows, and no answer is read that has more than {most}.",
    remedy: "Run it again; where the org really has as many, report it as a bug.",
    example: { host: "acme.my.salesforce.com", totalSize: 9_000_000, most: 5_000_000 },
  },
  "answer-too-deep": {
    kind: "inconclusive",
    text: "an answer of the org is nested deeper than any of Salesforce's.",
    remedy: "Check the address; if it is correct, report this as a bug.",
    example: {},
  },
  "answer-field-not-valid": {
    kind: "inconclusive",
    text: "in the org's answer, {field} is {found} where {expected} belongs.",
    remedy: "Run it again; where it stays so, report it as a bug with the org's API version.",
    example: { field: "OauthToken.CreatedDate", found: "a number", expected: "a time or null" },
  },
  "api-not-found": {
    kind: "remote",
    text: "{host} has no Salesforce API.",
    remedy: "Check the address.",
    example: { host: "www.acme.example" },
  },
  "api-versions-not-shared": {
    kind: "remote",
    text: "{host} knows the API versions {first} to {last}, and this release {lowest}.0 to {highest}.0.",
    remedy: "Get a newer release.",
    example: { host: "acme.my.salesforce.com", first: "70.0", last: "90.0", lowest: 60, highest: 67 },
  },
  "organization-not-readable": {
    kind: "remote",
    text: "The user may not read the Organization of {host}.",
    remedy: "Grant them API Enabled and View Setup and Configuration.",
    example: { host: "acme.my.salesforce.com" },
  },
  "caller-not-known": {
    kind: "remote",
    text: "{host} does not say who the access token belongs to.",
    remedy: "Check the address, or log in with a token that has the scopes id and api.",
    example: { host: "acme.my.salesforce.com" },
  },
  "id-not-readable": {
    kind: "inconclusive",
    text: "the org handed out something that is not an id: {text}.",
    remedy: "Run it again; where it stays so, report it with the org's API version.",
    example: { text: '""' },
  },
  "time-not-readable": {
    kind: "inconclusive",
    text: "the org wrote a time that cannot be read: {text}.",
    remedy: "Run it again; where it stays so, report it as a bug.",
    example: { text: '"yesterday"' },
  },

  // The org refuses a request
  "request-refused": refused(
    "UNKNOWN_EXCEPTION",
    500,
    "An unexpected error occurred",
    "Look the code up in Salesforce's documentation.",
  ),
  "access-token-not-valid": refused(
    "INVALID_SESSION_ID",
    401,
    "Session expired or invalid",
    "The access token has expired or is not of this org: get a new one. If it is new, the user may be frozen, as Salesforce freezes users for the address that they come from (docs/connecting.md), or the org's API Access Control keeps the app out: let an admin look.",
  ),
  "metadata-needs-opaque-token": {
    kind: "remote",
    text: "The Metadata API takes no access token that is a JWT.",
    remedy:
      'Leave "Issue JSON Web Token (JWT)-based access tokens" off in the settings of the app that the tool connects through.',
    example: {},
  },
  "access-token-malformed": refused(
    "INVALID_AUTH_HEADER",
    401,
    "INVALID_HEADER_TYPE",
    "The access token is malformed: get a new one.",
  ),
  "api-calls-used-up": refused(
    "REQUEST_LIMIT_EXCEEDED",
    403,
    "TotalRequests Limit exceeded",
    "The org's API calls of the last 24 hours are used up: try again later.",
  ),
  "requests-at-once-too-many": refused(
    "REQUEST_LIMIT_EXCEEDED",
    403,
    "ConcurrentRequests (Concurrent API Requests) Limit exceeded",
    "Too many long requests run in the org at once, the tool's and everybody's: run it again when it is quieter, with a lower concurrency (SANCTIONED_CONCURRENCY).",
  ),
  "api-disabled-for-org": refused(
    "API_DISABLED_FOR_ORG",
    403,
    "API is disabled for this organization",
    "The org's edition has no API, or it is switched off: ask Salesforce to enable it.",
  ),
  "api-disabled-for-user": refused(
    "API_CURRENTLY_DISABLED",
    403,
    "API is currently disabled for this user",
    "The API is switched off for this user: grant them API Enabled.",
  ),
  "access-insufficient": refused(
    "INSUFFICIENT_ACCESS",
    403,
    "insufficient access rights",
    "Grant the user API Enabled, Customize Application and Manage Users.",
  ),

  // The login is refused
  "login-refused": loginRefused(
    "invalid_request",
    "unknown parameter",
    "Check the client id, the user and the key or secret of the login.",
  ),
  "login-not-granted": loginRefused(
    "invalid_grant",
    "authentication failure",
    "Look the user up in Setup, Login History, which says why. Check that they exist there, are active and not frozen, that the login URL is the org's own, and that their profile's login hours and address ranges allow this machine.",
  ),
  "login-audience-not-valid": loginRefused(
    "invalid_grant",
    "audience is invalid",
    "The assertion's audience is not the one that this org wants. Leave audience (SF_AUDIENCE_URL) out: then login.salesforce.com and test.salesforce.com are both tried; an Experience Cloud site wants its own address there. Check that the login URL is this org's.",
  ),
  "login-domain-not-supported": loginRefused(
    "invalid_grant",
    "request not supported on this domain",
    "Use the org's My Domain as login URL, as in https://acme.my.salesforce.com (Setup, My Domain), and no login.salesforce.com, test.salesforce.com or site.",
  ),
  "login-app-not-approved": loginRefused(
    "invalid_grant",
    "user hasn't approved this consumer",
    'Pre-authorize the user: set the app\'s Permitted Users to "Admin approved users are pre-authorized" and give the app to a permission set or profile of theirs. Check that the login URL is the org that the user and the app are of: a sandbox or scratch org has its own, and may want the audience (SF_AUDIENCE_URL) https://test.salesforce.com.',
  ),
  "login-app-not-installed": loginRefused(
    "app_not_found",
    "External client app is not installed in this org",
    "The app is not in this org: make an external client app in it (docs/connecting.md), or let an admin install the app (Setup, Connected Apps OAuth Usage). A refresh of a sandbox can take it away, and a login URL of another org looks the same.",
  ),
  "login-app-blocked": loginRefused(
    "OAUTH_APP_BLOCKED",
    "this app is blocked by admin",
    "An admin or API Access Control blocks the app in this org: let an admin unblock it (Setup, Connected Apps OAuth Usage), or install and approve it.",
  ),
  "login-run-as-user-missing": loginRefused(
    "invalid_grant",
    "no client credentials user enabled",
    "Enable the client credentials flow in the app's policies and name the user that it runs as.",
  ),
  "login-address-refused": loginRefused(
    "invalid_grant",
    "ip restricted",
    "The user may not log in from this machine's address: log in from one in the login IP ranges of the user's profile and of the app, which a JWT login never relaxes (docs/connecting.md).",
  ),
  "login-assertion-not-valid": loginRefused(
    "invalid_grant",
    "invalid assertion",
    "Check that the key is the one whose certificate the app has, that the client id is that app's, and that this machine's clock is right: an assertion is good for three minutes.",
  ),
  "login-clock-off": {
    kind: "remote",
    text: "{host} refused the login ({oauthError}: {message}), and this machine's clock is {clock} that host's.",
    remedy: "Set the clock: an assertion is good for three minutes.",
    example: {
      host: "login.salesforce.com",
      oauthError: "invalid_grant",
      message: "invalid assertion",
      clock: "240 s behind",
    },
  },
  "client-id-not-known": loginRefused(
    "invalid_client_id",
    "client identifier invalid",
    "Check the client id: it is the consumer key of the app, as its OAuth settings show it. Use the org's My Domain as login URL; a new app is known after up to half an hour.",
  ),
  "client-not-accepted": loginRefused(
    "invalid_client",
    "invalid client credentials",
    "Check the client id and the secret: they are of one app, and a rotated secret is another.",
  ),
  "app-access-refused": loginRefused(
    "invalid_app_access",
    "user is not admin approved to access this app",
    "Let an admin give the app to a permission set or profile of the user (the app's policies, or Manage Connected Apps). Where API Access Control is on, the app has to be installed and approved for them.",
  ),
  "login-user-inactive": loginRefused(
    "inactive_user",
    "user is inactive",
    "Activate or unfreeze the user, or use another. Salesforce freezes users whose API calls come from an anonymizing proxy or a high-risk address (docs/connecting.md).",
  ),
  "org-inactive": loginRefused(
    "inactive_org",
    "organization is inactive",
    "The org is locked or deleted: ask Salesforce.",
  ),
  "login-flow-not-enabled": loginRefused(
    "unsupported_grant_type",
    "grant type not supported",
    "Enable this flow in the app's settings, and use the org's My Domain as login URL.",
  ),
  "login-too-often": {
    kind: "remote",
    text: "{host} takes no more logins for now (HTTP {status}).",
    remedy:
      "Nothing is wrong with the client id or the user: Salesforce takes 3,600 logins of a user an hour. Try again later, and see what else logs in as this user.",
    example: { host: "login.salesforce.com", status: 429 },
  },
  "login-answer-not-salesforce": {
    kind: "remote",
    text: "{host} answered the login (HTTP {status}) with something that does not come from Salesforce.",
    remedy: "Check the login URL, or try again after a maintenance.",
    example: { host: "login.salesforce.com", status: 503 },
  },
});

/** The org refuses a request with one of its codes. */
function refused(salesforceCode: string, status: number, message: string, remedy: string) {
  return {
    kind: "remote",
    text: "{host} refused ({salesforceCode}, HTTP {status}): {message}.",
    remedy,
    example: { host: "acme.my.salesforce.com", salesforceCode, status, message },
  } as const;
}

/** The login endpoint refuses with one of OAuth's codes. */
function loginRefused(oauthError: string, message: string, remedy: string) {
  return {
    kind: "remote",
    text: "{host} refused the login ({oauthError}: {message}).",
    remedy,
    example: { host: "login.salesforce.com", oauthError, message },
  } as const;
}
