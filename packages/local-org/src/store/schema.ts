import { LocalOrgError } from "../errors.ts";
import { OPTIONAL_PERMISSIONS, PERMISSIONS } from "../fixture/permissions.ts";

/** Type of a field, as `describe` names it. */
export type FieldType = "id" | "reference" | "string" | "boolean" | "datetime" | "int";

export interface Field {
  readonly type: FieldType;
  /** The sObject that a reference leads to, and the name of the relationship. */
  readonly to?: {
    readonly object: string;
    readonly relationship: string;
    /** The way back, where the local org knows it: what nested queries call the records that refer to one. */
    readonly children?: string | undefined;
  };
  readonly sortable?: boolean;
  readonly filterable?: boolean;
  /** The version of the API that first had it, where that is a late one. */
  readonly since?: number;
}

const plain = (type: FieldType): Field => ({ type, sortable: true, filterable: true });
const reference = (object: string, relationship: string, children?: string): Field => ({
  ...plain("reference"),
  to: { object, relationship, children },
});
const id = plain("id");
const text = plain("string");
const flag = plain("boolean");
/** The `Options…` of apps are for filters alone (docs/salesforce.md#names-and-ids-of-apps). */
const filterOnly: Field = { type: "boolean", filterable: true };

/** The sObjects of an org, and their fields. */
export type Schema = Readonly<Record<string, Readonly<Record<string, Field>>>>;

/** What an org lacks, or has beyond what every org has. */
export interface SchemaOptions {
  /** Permissions that only some orgs have, and this one has: `UseAnyApiClient`, `CanApproveUninstalledApps`. */
  readonly permissions?: readonly string[];
  /** Fields that this org does not know, such as `OauthToken.CreatedDate`: INVALID_FIELD, and not described. */
  readonly refusedFields?: readonly string[];
}

/** The sObjects of a local org (docs/salesforce.md#fields-of-oauthtoken). @throws LocalOrgError where an option names what is not there */
export function schemaOf({ permissions = [], refusedFields = [] }: SchemaOptions): Schema {
  const unknown = permissions.find((name) => !OPTIONAL_PERMISSIONS.includes(name));
  if (unknown !== undefined)
    throw new LocalOrgError(
      `permissions: ${unknown} is none that only some orgs have (${OPTIONAL_PERMISSIONS.join(", ")}).`,
    );
  const schema: Record<string, Record<string, Field>> = allObjects(
    Object.fromEntries([...PERMISSIONS, ...permissions].map((name) => [`Permissions${name}`, flag])),
  );
  for (const refused of refusedFields) {
    const [object = "", field = ""] = refused.split(".");
    if (schema[object]?.[field] === undefined)
      throw new LocalOrgError(`refusedFields: the local org has no field ${refused}.`);
    delete schema[object][field];
  }
  return schema;
}

/** The version of the API that first had an sObject; the others are older than any that the local org knows. */
const SINCE: Readonly<Record<string, number>> = {
  ExternalClientApplication: 60,
  ExtlClntAppOauthPlcyCnfg: 60,
};

/** The sObjects of external client apps. */
export const EXTERNAL: readonly string[] = ["ExternalClientApplication", "ExtlClntAppOauthPlcyCnfg"];

/** What there is of a schema in a version of the API. @param hidden objects that the caller is not shown */
export function schemaIn(version: number, schema: Schema, hidden: readonly string[]): Schema {
  const objects = Object.entries(schema).filter(
    ([object]) => version >= (SINCE[object] ?? 0) && !hidden.includes(object),
  );
  return Object.fromEntries(objects.map(([object, fields]) => [object, fieldsIn(version, fields)]));
}

function fieldsIn(version: number, fields: Schema[string]): Schema[string] {
  const all = Object.entries(fields);
  const known = all.filter(([, { since = 0 }]) => version >= since);
  return known.length === all.length ? fields : Object.fromEntries(known);
}

function allObjects(permissionFields: Record<string, Field>): Record<string, Record<string, Field>> {
  return {
    OauthToken: {
      Id: id,
      AccessToken: text,
      AppMenuItemId: reference("AppMenuItem", "AppMenuItem"),
      AppName: text,
      CreatedDate: plain("datetime"),
      DeleteToken: text,
      LastUsedDate: plain("datetime"),
      RequestToken: text,
      UseCount: plain("int"),
      UserId: reference("User", "User"),
    },
    User: {
      Id: id,
      Username: text,
      Name: text,
      Email: text,
      IsActive: flag,
      LastLoginDate: plain("datetime"),
      SystemModstamp: plain("datetime"),
      ProfileId: reference("Profile", "Profile", "Users"),
      UserRoleId: reference("UserRole", "UserRole", "Users"),
      UserType: text,
    },
    UserLogin: { Id: id, UserId: plain("reference"), IsFrozen: flag, IsPasswordLocked: flag },
    UserRole: { Id: id, Name: text, DeveloperName: text, ParentRoleId: plain("reference") },
    Group: {
      Id: id,
      Name: text,
      DeveloperName: text,
      Type: text,
      RelatedId: reference("UserRole", "Related"),
    },
    GroupMember: {
      Id: id,
      GroupId: reference("Group", "Group", "GroupMembers"),
      UserOrGroupId: plain("reference"),
    },
    Profile: { Id: id, Name: text, UserType: text, ...permissionFields },
    PermissionSet: {
      Id: id,
      Name: text,
      Label: text,
      Type: text,
      NamespacePrefix: text,
      IsOwnedByProfile: flag,
      ProfileId: reference("Profile", "Profile"),
      PermissionSetGroupId: reference("PermissionSetGroup", "PermissionSetGroup"),
      ...permissionFields,
    },
    PermissionSetGroup: {
      Id: id,
      DeveloperName: text,
      MasterLabel: text,
      NamespacePrefix: text,
      Status: text,
    },
    PermissionSetGroupComponent: {
      Id: id,
      PermissionSetGroupId: reference(
        "PermissionSetGroup",
        "PermissionSetGroup",
        "PermissionSetGroupComponents",
      ),
      PermissionSetId: reference("PermissionSet", "PermissionSet", "PermissionSetGroupComponents"),
    },
    PermissionSetAssignment: {
      Id: id,
      AssigneeId: reference("User", "Assignee", "PermissionSetAssignments"),
      PermissionSetId: reference("PermissionSet", "PermissionSet", "Assignments"),
      PermissionSetGroupId: reference("PermissionSetGroup", "PermissionSetGroup", "Assignments"),
      IsActive: flag,
      ExpirationDate: plain("datetime"),
    },
    SetupEntityAccess: {
      Id: id,
      ParentId: reference("PermissionSet", "Parent", "SetupEntityAccessItems"),
      SetupEntityId: plain("reference"),
      SetupEntityType: text,
    },
    AppMenuItem: {
      Id: id,
      ApplicationId: plain("reference"),
      Label: text,
      Name: text,
      Type: text,
      NamespacePrefix: text,
      IsUsingAdminAuthorization: flag,
    },
    ConnectedApplication: {
      Id: id,
      Name: text,
      OptionsAllowAdminApprovedUsersOnly: filterOnly,
      OptionsRefreshTokenValidityMetric: filterOnly,
      RefreshTokenValidityPeriod: plain("int"),
    },
    ExternalClientApplication: {
      Id: id,
      ContactEmail: text,
      DeveloperName: text,
      DistributionState: text,
      MasterLabel: text,
      NamespacePrefix: text,
    },
    ExtlClntAppOauthPlcyCnfg: {
      Id: id,
      ExternalClientApplicationId: plain("reference"),
      PermittedUsersPolicyType: text,
      RefreshTokenPolicyType: text,
      RefreshTokenValidityPeriod: plain("int"),
      RefreshTokenValidityUnit: text,
      SessionTimeoutInMinutes: plain("int"),
    },
    UserPermissionAccess: { ...permissionFields },
    Organization: {
      Id: id,
      Name: text,
      IsSandbox: flag,
      OrganizationType: text,
      InstanceName: text,
      NamespacePrefix: text,
      TrialExpirationDate: plain("datetime"),
    },
    AuthSession: {
      Id: id,
      CreatedDate: plain("datetime"),
      IsAssociatedWithJwtAccessToken: { type: "boolean", since: 64 },
      IsCurrent: flag,
      LoginHistoryId: reference("LoginHistory", "LoginHistory"),
      LoginType: text,
      SessionType: { type: "string" },
      SourceIp: { type: "string" },
      UsersId: reference("User", "Users"),
    },
    LoginHistory: {
      Id: id,
      Application: { type: "string", sortable: true },
      AuthenticationServiceId: plain("reference"),
      LoginSubType: { type: "string", sortable: true },
      LoginTime: plain("datetime"),
      LoginType: text,
      Status: { type: "string", sortable: true },
      UserId: plain("reference"),
    },
    ThirdPartyAccountLink: {
      Id: id,
      Handle: text,
      IsNotSsoUsable: flag,
      Provider: text,
      RemoteIdentifier: text,
      SsoProviderId: reference("AuthProvider", "SsoProvider"),
      SsoProviderName: text,
      ThirdPartyAccountLinkKey: text,
      UserId: reference("User", "User"),
    },
    AuthProvider: { Id: id, FriendlyName: text, DeveloperName: text, ProviderType: text },
  };
}

/** The canonical name of an sObject or field, which SOQL compares without regard to case. */
export function canonical(names: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(names, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(names).find((known) => known.toLowerCase() === lower);
}
