import Type from "typebox";

export const closed = { additionalProperties: false };
export const Text = Type.String({ minLength: 1 });
export const Nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
export const Id = (prefix: string) => Type.String({ pattern: `^${prefix}[A-Za-z0-9]{15}$` });
export const Instant = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3})?Z$",
});
/** As Salesforce wants API names: letters, digits and single underscores, a letter first. */
const DeveloperName = Type.String({ pattern: "^[A-Za-z](_?[A-Za-z0-9])*$" });
const Names = Type.Array(Text);

export const RoleSchema = Type.Object(
  { id: Id("00E"), name: Text, developerName: DeveloperName, parent: Type.Optional(Text) },
  closed,
);

export const PermissionSetSchema = Type.Object(
  {
    id: Id("0PS"),
    name: Text,
    label: Text,
    namespacePrefix: Type.Optional(Text),
    permissions: Names,
    assignees: Names,
    /** Username → when the assignment ends; those of other assignees never do. */
    expirations: Type.Optional(Type.Record(Type.String(), Instant)),
  },
  closed,
);

export const PermissionSetGroupSchema = Type.Object(
  {
    id: Id("0PG"),
    developerName: DeveloperName,
    label: Text,
    permissionSets: Names,
    mutedPermissions: Type.Optional(Names),
    assignees: Names,
  },
  closed,
);

export const PublicGroupSchema = Type.Object(
  {
    id: Id("00G"),
    developerName: DeveloperName,
    name: Text,
    members: Type.Object(
      {
        users: Type.Optional(Names),
        groups: Type.Optional(Names),
        roles: Type.Optional(Names),
        rolesAndSubordinates: Type.Optional(Names),
      },
      closed,
    ),
  },
  closed,
);

/** A live session of a user; `app` is what LoginHistory shows, null for none. */
export const SessionSchema = Type.Object({ username: Text, app: Nullable(Text), createdAt: Instant }, closed);

/** Scopes as ConnectedApp names them (salesforce-facts 4). */
const SCOPES = [
  "Basic",
  "Api",
  "Web",
  "Full",
  "Chatter",
  "CustomApplications",
  "RefreshToken",
  "OpenID",
  "Profile",
  "Email",
  "Address",
  "Phone",
  "OfflineAccess",
  "CustomPermissions",
  "Wave",
  "Eclair",
  "Pardot",
  "Lightning",
  "Content",
  "CDPIngest",
  "Chatbot",
  "ForgotPassword",
  "UserRegistration",
  "PwdlessLogin",
];

export const AppSettingsSchema = Type.Object(
  {
    adminApprovedUsersOnly: Type.Optional(Type.Boolean()),
    refreshTokenPolicy: Type.Optional(
      Type.String({
        pattern: "^(infinite|zero|specific_(lifetime|inactivity):[1-9]\\d{0,8}:(HOURS|DAYS|MONTHS))$",
      }),
    ),
    ipRelaxation: Type.Optional(Type.Enum(["ENFORCE", "BYPASS", "BYPASS_2FACTOR", "ENFORCE_RELAXREFRESH"])),
    scopes: Type.Optional(Type.Array(Type.Enum(SCOPES))),
    /** Whether the org made this connected app, so that the Metadata API shows it. */
    createdInOrg: Type.Optional(Type.Boolean()),
    blocked: Type.Optional(Type.Boolean()),
    /** API name; made from the app's name without it. */
    developerName: Type.Optional(DeveloperName),
  },
  closed,
);

/** Who may use an app without approving it first: SetupEntityAccess. */
export const PreauthorizedSchema = Type.Object(
  { profiles: Type.Optional(Names), permissionSets: Type.Optional(Names) },
  closed,
);
