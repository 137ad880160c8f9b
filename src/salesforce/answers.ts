import { salesforceErrors } from "./errors.ts";

/** What a value in an answer of the org has to be. */
interface Kind {
  readonly is: (value: unknown) => boolean;
  /** Completes "… where {words} belongs". */
  readonly words: string;
}

const ID_TEXT = /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/;
const TIME_TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/;

const id: Kind = { is: (value) => typeof value === "string" && ID_TEXT.test(value), words: "an id" };
const text: Kind = { is: (value) => typeof value === "string", words: "a text" };
const flag: Kind = { is: (value) => typeof value === "boolean", words: "true or false" };
const count: Kind = {
  is: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  words: "a whole number from 0",
};
const time: Kind = { is: (value) => typeof value === "string" && TIME_TEXT.test(value), words: "a time" };
const orNull = ({ is, words }: Kind): Kind => ({
  is: (value) => value === null || is(value),
  words: `${words} or null`,
});
/** The same, where the answer may leave it out. */
const optional = (kind: Kind): Kind => {
  const { is, words } = orNull(kind);
  return { is: (value) => value === undefined || is(value), words };
};

/** The fields of an object of the org's, by name or by path from it. */
type Fields = Readonly<Record<string, Kind>>;

/** What is read of each sObject, and what it has to be. */
const SOBJECTS: Readonly<Record<string, Fields>> = {
  OauthToken: {
    Id: orNull(text),
    UserId: id,
    AppName: orNull(text),
    "AppMenuItem.ApplicationId": orNull(id),
    CreatedDate: orNull(time),
    LastUsedDate: orNull(time),
    UseCount: orNull(count),
    DeleteToken: orNull(text),
  },
  User: {
    Id: id,
    Username: text,
    Name: text,
    IsActive: flag,
    ProfileId: orNull(id),
    "Profile.Name": orNull(text),
    UserType: orNull(text),
    UserRoleId: orNull(id),
  },
  UserLogin: { UserId: id },
  UserRole: { Id: id, Name: text, DeveloperName: text, ParentRoleId: orNull(id) },
  Group: { Id: id, Name: orNull(text), DeveloperName: orNull(text), Type: text, RelatedId: orNull(id) },
  GroupMember: { GroupId: id, UserOrGroupId: id },
  Profile: { Id: id, Name: text },
  PermissionSet: {
    Id: id,
    Name: text,
    Label: text,
    NamespacePrefix: orNull(text),
    ProfileId: orNull(id),
    PermissionSetGroupId: orNull(id),
  },
  PermissionSetGroup: { Id: id, DeveloperName: text, MasterLabel: text, NamespacePrefix: orNull(text) },
  PermissionSetGroupComponent: { PermissionSetGroupId: id, PermissionSetId: id },
  PermissionSetAssignment: {
    AssigneeId: id,
    PermissionSetId: orNull(id),
    PermissionSetGroupId: orNull(id),
    IsActive: flag,
    "PermissionSet.PermissionsCustomizeApplication": flag,
    "PermissionSet.PermissionsManageUsers": flag,
  },
  AppMenuItem: { ApplicationId: orNull(id), Label: text, NamespacePrefix: orNull(text) },
  ConnectedApplication: { Id: id, Name: text, OptionsAllowAdminApprovedUsersOnly: orNull(flag) },
  ExternalClientApplication: { Id: id, MasterLabel: text, DeveloperName: text },
  ExtlClntAppOauthPlcyCnfg: {
    ExternalClientApplicationId: id,
    PermittedUsersPolicyType: orNull(text),
    RefreshTokenPolicyType: orNull(text),
    RefreshTokenValidityPeriod: orNull(count),
    RefreshTokenValidityUnit: orNull(text),
  },
  UserPermissionAccess: {
    LastCacheUpdate: orNull(time),
    PermissionsApiEnabled: flag,
    PermissionsCanApproveUninstalledApps: flag,
    PermissionsCustomizeApplication: flag,
    PermissionsExternalClientAppAdmin: flag,
    PermissionsExternalClientAppViewer: flag,
    PermissionsManageAuthProviders: flag,
    PermissionsManageUsers: flag,
    PermissionsModifyAllData: flag,
    PermissionsModifyMetadata: flag,
    PermissionsUseAnyApiClient: flag,
    PermissionsViewAllData: flag,
    PermissionsViewSetup: flag,
  },
  Organization: {
    Id: id,
    Name: text,
    IsSandbox: flag,
    OrganizationType: orNull(text),
    TrialExpirationDate: orNull(time),
  },
  AuthSession: {
    Id: id,
    UsersId: orNull(id),
    LoginHistoryId: orNull(id),
    SourceIp: orNull(text),
    CreatedDate: orNull(time),
    LoginType: orNull(text),
    SessionType: orNull(text),
    IsAssociatedWithJwtAccessToken: flag,
    IsCurrent: flag,
  },
  LoginHistory: {
    Id: id,
    Application: orNull(text),
    UserId: orNull(id),
    LoginTime: orNull(time),
    LoginType: orNull(text),
    LoginSubType: orNull(text),
    AuthenticationServiceId: orNull(id),
    Status: orNull(text),
  },
  SetupEntityAccess: {
    SetupEntityId: id,
    "Parent.Label": orNull(text),
    "Parent.IsOwnedByProfile": orNull(flag),
    "Parent.ProfileId": orNull(id),
  },
  ThirdPartyAccountLink: {
    Id: orNull(id),
    UserId: id,
    SsoProviderId: orNull(id),
    SsoProviderName: orNull(text),
    Provider: orNull(text),
  },
  AuthProvider: { Id: id, FriendlyName: orNull(text) },
};

/** What is read of the entries of a Connect resource's list. */
export const USAGE_LISTS = {
  apps: { identifier: id, developerName: optional(text) },
  users: {
    userIdentifier: id,
    initialConnectionAt: optional(time),
    lastUsedAt: optional(time),
    useCount: optional(count),
  },
  tokens: { initialConnectionAt: optional(time), revocationUrl: optional(text) },
} as const satisfies Readonly<Record<string, Fields>>;

const texts: Kind = {
  is: (value) => text.is(value) || (Array.isArray(value) && value.every(text.is)),
  words: "a text, or several,",
};

/** What is read of a component, by metadata type. */
const COMPONENTS: Readonly<Record<string, Fields>> = {
  ConnectedApp: {
    fullName: text,
    "oauthConfig.scopes": optional(texts),
    "oauthConfig.isClientCredentialEnabled": optional(text),
    "oauthConfig.oauthClientCredentialUser": optional(text),
    "oauthPolicy.ipRelaxation": optional(text),
    "oauthPolicy.refreshTokenPolicy": optional(text),
  },
  ExternalClientApplication: { fullName: text },
  ExtlClntAppOauthSettings: {
    fullName: text,
    externalClientApplication: optional(text),
    commaSeparatedOauthScopes: optional(text),
  },
  ExtlClntAppOauthConfigurablePolicies: {
    fullName: text,
    externalClientApplication: optional(text),
    ipRelaxationPolicyType: optional(text),
    isClientCredentialsFlowEnabled: optional(text),
    clientCredentialsFlowUser: optional(text),
    commaSeparatedCustomScopes: optional(text),
  },
  OauthCustomScope: { fullName: text, developerName: optional(text) },
};

/** Checks one row of an answer. @throws InconclusiveError naming the first field that is not what it has to be */
export type RowCheck = (row: unknown) => void;

const checks = new Map<string, RowCheck>();

/**
 * The check of the rows that a query brings: each selected field is there, and is what it has to be.
 * @throws Error for a query of something that no schema describes
 */
export function rowCheck(soql: string): RowCheck {
  const [, selected, object] = /^SELECT (.+?) FROM (\w+)/s.exec(soql) ?? [];
  const key = `${selected} ${object}`;
  const known = checks.get(key);
  if (known !== undefined) return known;
  const described = Object.hasOwn(SOBJECTS, object ?? "") ? SOBJECTS[object!]! : undefined;
  const names = selected === "COUNT()" ? [] : (selected?.split(/\s*,\s*/) ?? []);
  const missing = names.find((name) => described === undefined || !Object.hasOwn(described, name));
  if (described === undefined || missing !== undefined)
    throw new Error(`no schema describes ${object}.${missing ?? ""}`);
  const check = checkOf(object!, Object.fromEntries(names.map((name) => [name, described[name]!])));
  checks.set(key, check);
  return check;
}

/** The check of a component of a metadata type. @throws Error for a type that no schema describes */
export function componentCheck(type: string): RowCheck {
  const fields = Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : undefined;
  if (fields === undefined) throw new Error(`no schema describes ${type}`);
  return checkOf(type, fields);
}

/** The check of an object's fields. @param name what it is called in a message, such as `OauthToken` */
export function checkOf(name: string, fields: Fields): RowCheck {
  const paths = Object.entries(fields).map(([field, kind]) => ({ field, kind, path: field.split(".") }));
  return (row) => {
    if (!isObject(row)) throw notAs(name, row, "an object");
    for (const { field, kind, path } of paths) {
      const value = valueAt(row, path);
      if (!kind.is(value)) throw notAs(`${name}.${field}`, value, kind.words);
    }
  };
}

/** The value that a path leads to; null where it leads through null. What is no object on the way is what is found. */
function valueAt(row: Readonly<Record<string, unknown>>, [first, ...rest]: readonly string[]): unknown {
  const value = row[first!];
  if (rest.length === 0 || value === null || value === undefined) return value;
  if (value === "") return undefined; // an element of XML with nothing in it
  return isObject(value) ? valueAt(value, rest) : { [rest[0]!]: value };
}

/** The text of a value of an answer. @throws InconclusiveError for one that is nested deeper than any of Salesforce's */
export function textOfAnswer(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw salesforceErrors["answer-too-deep"]();
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value itself is not quoted: it could be a token. */
function notAs(field: string, value: unknown, expected: string): Error {
  return salesforceErrors["answer-field-not-valid"]({ field, found: kindOf(value), expected });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text of another form";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "number" ? "a number" : "true or false";
}
