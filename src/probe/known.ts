/**
 * What an org's answers are made of, as far as a profile takes them. A profile is built from these lists and shapes; what is
 * in none of them is counted or called other, so that no name, id, host or token can get into it.
 */

/** Codes that the platform refuses with. */
export const CODES = [
  "API_CURRENTLY_DISABLED",
  "API_DISABLED_FOR_ORG",
  "CANNOT_DELETE_ENTITY",
  "ENTITY_IS_DELETED",
  "EXCEEDED_ID_LIMIT",
  "EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION",
  "FORBIDDEN",
  "FUNCTIONALITY_NOT_ENABLED",
  "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
  "ILLEGAL_QUERY_PARAMETER_VALUE",
  "INSUFFICIENT_ACCESS",
  "INSUFFICIENT_ACCESS_OR_READONLY",
  "INTERNAL_ERROR",
  "INVALID_CROSS_REFERENCE_KEY",
  "INVALID_FIELD",
  "INVALID_PARAMETER",
  "INVALID_QUERY_FILTER_OPERATOR",
  "INVALID_QUERY_LOCATOR",
  "INVALID_TYPE",
  "INVALID_TYPE_FOR_OPERATION",
  "ITEM_NOT_FOUND",
  "MALFORMED_ID",
  "MALFORMED_QUERY",
  "METHOD_NOT_ALLOWED",
  "NOT_FOUND",
  "OPERATION_TOO_LARGE",
  "QUERY_TIMEOUT",
  "QUERY_TOO_COMPLICATED",
  "REQUEST_RUNNING_TOO_LONG",
  "SERVER_UNAVAILABLE",
  "UNKNOWN_EXCEPTION",
  "UNSUPPORTED_API_VERSION",
] as const;

/** Error codes of OAuth, which the revoke endpoint answers. */
export const OAUTH_CODES = [
  "invalid_grant",
  "invalid_request",
  "invalid_token",
  "unsupported_token_type",
] as const;

/** `answered`, or how it was refused. */
export const ANSWERS = ["answered", ...CODES, "other-code", "other-answer"] as const;
export type Answer = (typeof ANSWERS)[number];

/** How many there are, in steps that tell nothing of an org but what a listing depends on. */
export const AMOUNTS = ["0", "1", "2-500", "501-2500", "2501+"] as const;
export type Amount = (typeof AMOUNTS)[number];

/** Fields of the platform's own: those that an org added have `__` in their names. */
export const FIELD = "^[A-Z][A-Za-z]{1,60}$";
/** Keys of the platform's JSON. */
export const KEY = "^[a-z][A-Za-z]{1,40}$";

/** Headers that say something of the API; those of others could be of an org's own proxies. */
export const HEADERS = [
  "cache-control",
  "connection",
  "content-encoding",
  "content-length",
  "content-security-policy",
  "content-type",
  "date",
  "etag",
  "keep-alive",
  "last-modified",
  "retry-after",
  "server",
  "set-cookie",
  "sforce-limit-info",
  "strict-transport-security",
  "transfer-encoding",
  "vary",
  "via",
  "x-content-type-options",
  "x-envoy-upstream-service-time",
  "x-request-id",
  "x-robots-tag",
  "x-sfdc-edge-cache",
  "x-sfdc-request-id",
  "x-xss-protection",
] as const;

/** What the tool's user is asked to hold, or would be shown more with. */
export const ASKED_PERMISSIONS = [
  "ApiEnabled",
  "CanApproveUninstalledApps",
  "CustomizeApplication",
  "ExternalClientAppAdmin",
  "ExternalClientAppViewer",
  "ManageAuthProviders",
  "ManageUsers",
  "ModifyAllData",
  "ModifyMetadata",
  "UseAnyApiClient",
  "ViewAllData",
  "ViewSetup",
] as const;

/** The sObjects whose fields decide how the tool can ask. */
export const DESCRIBED = [
  "OauthToken",
  "AuthSession",
  "LoginHistory",
  "ExternalClientApplication",
  "ExtlClntAppOauthPlcyCnfg",
  "ThirdPartyAccountLink",
] as const;

/** Values of `LoginHistory.LoginType` and `AuthSession.LoginType` (docs/salesforce.md#sessions). */
export const LOGIN_TYPES = [
  "Application",
  "AppExchange",
  "Employee Login to Community",
  "Other Apex API",
  "Partner Product",
  "Remote Access 2.0",
  "Remote Access Client",
  "SAML Chatter Communities External User SSO",
  "SAML Idp Initiated SSO",
  "SAML Sfdc Initiated SSO",
  "SamlInitiatedSSO",
  "Third Party SSO",
] as const;

/** Values of `LoginHistory.LoginSubType`. */
export const LOGIN_SUBTYPES = [
  "OauthAssetToken",
  "OauthClientCredentials",
  "OauthDevice",
  "OauthHybridAuthCode",
  "OauthHybridRefreshToken",
  "OauthHybridUserAgent",
  "OauthJwtBearer",
  "OauthRefreshToken",
  "OauthSamlAssertion",
  "OauthSamlBearer",
  "OauthTokenExchange",
  "OauthUserAgent",
  "OauthUsernamePassword",
  "OauthWebServer",
  "UiLogin",
] as const;

/** Values of `AuthSession.SessionType`. */
export const SESSION_TYPES = [
  "API",
  "APIOnlyUser",
  "Aura",
  "ChatterNetworks",
  "Content",
  "Oauth2",
  "OauthApprovalUI",
  "SubstituteUser",
  "UI",
  "Visualforce",
] as const;

/** The types of metadata that say how apps are set up. */
export const METADATA_TYPES = [
  "ConnectedApp",
  "ExternalClientApplication",
  "ExtlClntAppOauthSettings",
  "ExtlClntAppOauthConfigurablePolicies",
] as const;
