/** Type of a field, as `describe` names it. */
export type FieldType = "id" | "reference" | "string" | "boolean" | "datetime" | "int";

export interface Field {
  readonly type: FieldType;
  /** The sObject that a reference leads to, and the name of the relationship. */
  readonly to?: { readonly object: string; readonly relationship: string };
  readonly sortable?: boolean;
  readonly filterable?: boolean;
}

const plain = (type: FieldType): Field => ({ type, sortable: true, filterable: true });
const reference = (object: string, relationship: string): Field => ({
  ...plain("reference"),
  to: { object, relationship },
});
const id = plain("id");
const text = plain("string");
const flag = plain("boolean");

/** Permissions that the local org knows, as fields of profiles, permission sets and UserPermissionAccess (salesforce-facts 3.4). */
export const PERMISSIONS = [
  "ApiEnabled",
  "ViewSetup",
  "ManageUsers",
  "CustomizeApplication",
  "ModifyAllData",
  "ViewAllData",
  "AuthorApex",
  "ManageRemoteAccess",
];
const permissionFields = Object.fromEntries(PERMISSIONS.map((name) => [`Permissions${name}`, flag]));

/** The sObjects of the local org and their fields (salesforce-facts 1.2 and 3). */
export const OBJECTS: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
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
    ProfileId: reference("Profile", "Profile"),
    UserType: text,
  },
  UserLogin: { Id: id, UserId: reference("User", "User"), IsFrozen: flag, IsPasswordLocked: flag },
  Profile: { Id: id, Name: text, ...permissionFields },
  PermissionSet: {
    Id: id,
    Name: text,
    Label: text,
    IsOwnedByProfile: flag,
    ProfileId: reference("Profile", "Profile"),
    ...permissionFields,
  },
  PermissionSetAssignment: {
    Id: id,
    AssigneeId: reference("User", "Assignee"),
    PermissionSetId: reference("PermissionSet", "PermissionSet"),
  },
  AppMenuItem: {
    Id: id,
    ApplicationId: plain("reference"),
    Label: text,
    Name: text,
    Type: text,
    IsUsingAdminAuthorization: flag,
  },
  ConnectedApplication: {
    Id: id,
    Name: text,
    OptionsAllowAdminApprovedUsersOnly: { type: "boolean", filterable: true },
  },
  ExternalClientApplication: { Id: id, MasterLabel: text, DeveloperName: text, DistributionState: text },
  UserPermissionAccess: permissionFields,
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
    IsCurrent: flag,
    LoginHistoryId: plain("reference"),
    UsersId: reference("User", "Users"),
  },
  LoginHistory: { Id: id, Application: { type: "string" }, UserId: plain("reference") },
};

/** The canonical name of an sObject or field, which SOQL compares without regard to case. */
export function canonical(names: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(names, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(names).find((known) => known.toLowerCase() === lower);
}
