import Type, { type Static } from "typebox";

const closed = { additionalProperties: false };
const optional = Type.Optional;
const Text = (description: string) => Type.String({ minLength: 1, description });
const Names = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description });
const Choice = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>({ enum: values, description });
const Day = (description: string) =>
  Type.String({
    pattern: "^\\d{4}-\\d{2}-\\d{2}$",
    description: `${description} A day in UTC, as 2027-03-31.`,
  });
const Days = (description: string) => Type.Integer({ minimum: 1, maximum: 36_500, description });
/** More than the largest org has: what it holds must still be a limit. */
const Limit = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 1_000_000, description, default: 50 });
const Permissions = Type.Array(Type.String({ pattern: "^[A-Z][A-Za-z0-9]*$" }), {
  minItems: 1,
  description: "API names of permissions, such as ModifyAllData.",
});

/** The ways to say which users; any of them is enough. */
const selectors = {
  usernames: optional(Names("Usernames, compared without regard to case.")),
  usernamesLike: optional(
    Names("Usernames with `*` for any text and `?` for one character, without regard to case."),
  ),
  profiles: optional(Names("Names of profiles.")),
  permissionSets: optional(
    Names("API names or labels of permission sets, had directly or through a permission set group."),
  ),
  permissionSetGroups: optional(Names("API names or labels of permission set groups.")),
  roles: optional(Names("Names of roles; those below are not meant.")),
  rolesAndSubordinates: optional(Names("Names of roles, with every role below them.")),
  publicGroups: optional(Names("Names of public groups, with the groups and roles in them.")),
  userTypes: optional(Names("Values of User.UserType, such as Standard or CsnOnly.")),
};

const UserMap = Type.Object(
  {
    everyone: optional(Type.Literal(true, { description: "Every user: for use with `except`." })),
    ...selectors,
    except: optional(
      Type.Object(selectors, {
        ...closed,
        minProperties: 1,
        description: "Users who are not meant after all.",
      }),
    ),
  },
  { ...closed, minProperties: 1 },
);

const Users = Type.Union(
  [
    Type.Literal("everyone", { description: "Every user of the org." }),
    Type.Literal("nobody", { description: "No user: every grant of the app is revoked." }),
    UserMap,
  ],
  {
    description:
      "Who may be connected to the app: `everyone`, `nobody`, or whoever matches any of the lists.",
  },
);

const times = {
  maxIdleDays: optional(
    Days("A grant for which no token was issued for longer than this many times 24 hours is revoked."),
  ),
  maxAgeDays: optional(Days("A grant that is older than this many times 24 hours is revoked.")),
  neverUsedAfterDays: optional(
    Days("A grant for which no token was ever issued is revoked after this many times 24 hours."),
  ),
};

const Mode = (what: string) =>
  Choice(["enforce", "report"], `With \`report\`, what ${what} would revoke is only reported.`);
const Outcome = (who: string) => Choice(["revoke", "report"], `What the grants of ${who} get.`);

/** OAuth scopes as an authorization request names them. */
// biome-ignore format: a list
export const SCOPES = [
  "id", "api", "web", "full", "chatter_api", "visualforce", "refresh_token", "openid", "profile", "email",
  "address", "phone", "offline_access", "custom_permissions", "wave_api", "eclair_api", "pardot_api",
  "lightning", "content", "cdp_ingest_api", "chatbot_api", "forgot_password", "user_registration_api",
  "pwdless_login_api",
] as const;

/** Revocations of which a policy may say that they need no approval. */
export const APPROVAL_WAIVERS = ["leavers", "by-hand"] as const;

const Scopes = (description: string) =>
  Type.Array(Choice(SCOPES, "An OAuth scope."), { minItems: 1, description });

const App = Type.Object(
  {
    name: optional(Text("The app's label. Without an `id` the app is matched by it, which is weaker.")),
    id: optional(
      Type.String({
        pattern: "^0(H4|xI)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$",
        description: "Id of the connected app (0H4…) or external client app (0xI…).",
      }),
    ),
    sanctioned: optional(
      Type.Boolean({ description: "`false` denies the app: every grant of it is revoked.", default: true }),
    ),
    mode: optional(Mode("this app's grants are")),
    owner: optional(Text("Who answers for the app.")),
    reason: optional(Text("Why the app is sanctioned or denied.")),
    reviewBy: optional(Day("After it the app's entry is reported as due for review.")),
    expected: optional(
      Type.Literal(true, {
        description: "The org need not have the app yet: until the day of `expectedBy` that is no mistake.",
      }),
    ),
    expectedBy: optional(Day("The last day on which an expected app need not be there.")),
    users: optional(Users),
    scopes: optional(
      Scopes("The OAuth scopes that the app may ask for. Judged for the app: grants carry no scopes."),
    ),
    settings: optional(
      Type.Object(
        {
          adminApprovedUsersOnly: optional(
            Type.Boolean({ description: "Whether only users whom an admin approved may authorize the app." }),
          ),
          refreshTokenMaxDays: optional(
            Type.Integer({
              minimum: 0,
              maximum: 36_500,
              description:
                "Refresh tokens must end within this many days, of life or of no use; 0 for at once.",
            }),
          ),
          ipRelaxation: optional(
            Choice(
              ["enforce", "enforce-relax-refresh", "bypass-2factor", "bypass"],
              "The app's IP relaxation.",
            ),
          ),
        },
        {
          ...closed,
          minProperties: 1,
          description: "How the app must be set up in the org; a setting that differs is a finding.",
        },
      ),
    ),
    ...times,
  },
  { ...closed, description: "A sanctioned or denied app. It needs a name, an id or both." },
);

const IdentityProvider = Type.Object(
  {
    name: optional(
      Text("The provider's name, as Setup shows it. Without an `id` it is matched by it, which is weaker."),
    ),
    id: optional(
      Type.String({
        pattern: "^0SO[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$",
        description: "Id of the Auth. Provider (0SO…), as the URL of its page in Setup shows it.",
      }),
    ),
    sanctioned: optional(
      Type.Boolean({
        description: "`false` denies the provider: every link to it is revoked.",
        default: true,
      }),
    ),
    owner: optional(Text("Who answers for the provider.")),
    reason: optional(Text("Why the provider is sanctioned or denied.")),
    reviewBy: optional(Day("After it the provider's entry is reported as due for review.")),
    users: optional(Users),
  },
  {
    ...closed,
    description: "A sanctioned or denied identity provider. It needs a name, an id or both.",
  },
);

const AppsLike = Type.Object(
  {
    name: Text("Names with `*` for any text and `?` for one character, without regard to case and blanks."),
    sanctioned: Type.Literal(false, { description: "Every grant of such an app is revoked." }),
    owner: optional(Text("Who answers for it.")),
    reason: optional(Text("Why such apps are denied.")),
  },
  { ...closed, description: "Denied apps, by their names; an app that `apps` lists is none of them." },
);

const AppId = Type.String({
  pattern: "^0(H4|xI)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$",
  description: "The app's id, as the URL of its page in Setup shows it.",
});

/** A text that has the form of an app's id is one; a name of that form is written as a map. */
const AppRef = (description: string) =>
  Type.Union(
    [
      Type.String({ minLength: 1, description: "Its id (0H4… or 0xI…), or else its name." }),
      Type.Object({ id: AppId }, closed),
      Type.Object({ name: Text("Its name, even where that looks like an id.") }, closed),
    ],
    { description },
  );

const Org = Type.Object(
  {
    name: optional(Text("The org's name.")),
    id: optional(
      Type.String({ pattern: "^00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$", description: "The org's id (00D…)." }),
    ),
  },
  { ...closed, minProperties: 1, description: "The org that this policy is for. Another org is refused." },
);

const GrantsMeant = {
  app: optional(AppRef("The app; any app where it is left out.")),
  user: optional(Text("Username; any user where it is left out.")),
  reason: Text("Why."),
  owner: Text("Who answers for it."),
};

const PrivilegeException = Type.Object(
  {
    ...GrantsMeant,
    reviewBy: Day("After it the exception is reported as due for review; it still holds."),
  },
  { ...closed, description: "Grants that may be of high privilege. It needs an app, a user or both." },
);

const HighPrivilege = Type.Object(
  {
    permissions: optional(Permissions),
    profiles: optional(Names("Names of profiles.")),
    permissionSets: optional(Names("API names or labels of permission sets.")),
    action: optional(
      Choice(["alert", "revoke"], "`alert` makes each grant a finding; `revoke` revokes it as well."),
    ),
    grantedSince: optional(Day("Only grants made on this day or later.")),
    grantedWithinDays: optional(Days("Only grants made within this many times 24 hours.")),
    exceptions: optional(
      Type.Array(PrivilegeException, {
        minItems: 1,
        description: "Grants that are neither a finding nor revoked for the privilege of their user.",
      }),
    ),
  },
  {
    ...closed,
    minProperties: 1,
    description: "Users with much power, by what they hold; a grant by one of them is a finding.",
  },
);

const Exemption = Type.Object(
  {
    ...GrantsMeant,
    expires: Day("The last day on which the exemption holds."),
  },
  { ...closed, description: "Grants that are kept for a while. It needs an app, a user or both." },
);

const Share = { minimum: 0, maximum: 100 };

/** Entries that sanction something say for whom. */
const LISTING_USERS = {
  type: "array",
  items: {
    type: "object",
    if: { not: { required: ["sanctioned"], properties: { sanctioned: { const: false } } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ["users"] },
  },
};

/** The policy file: the one source of its JSON Schema (`schema/policy.schema.json`) and of its type. */
export const PolicySchema = Type.Object(
  {
    version: Type.Literal(1, { description: "Version of the policy language." }),
    extends: optional(
      Text("A policy that this one adds to, relative to this file. That one may not extend another."),
    ),
    org: optional(Org),
    mode: optional(Mode("the policy")),
    unlisted: optional(
      Choice(
        ["revoke", "report"],
        "What happens to grants of an app that is not listed: they are revoked, or only reported.",
      ),
    ),
    platformApps: optional(
      Choice(
        ["keep", "report", "revoke"],
        "What happens to grants of Salesforce's own apps (mobile app, CLI, Data Loader …) that `apps` does not list: they are kept, only reported, or revoked. Needed with `unlisted: revoke`.",
      ),
    ),
    unknownUse: optional(
      Choice(
        ["report", "revoke"],
        "What grants get whose use cannot be judged: a use count without a time of use, a use or a day of granting to come.",
      ),
    ),
    defaults: optional(
      Type.Object(times, {
        ...closed,
        minProperties: 1,
        description: "For every app that does not say its own, whether it is listed or not.",
      }),
    ),
    limits: optional(
      Type.Object(
        {
          revocations: optional(Limit("The most revocations of one run.")),
          percent: optional(
            Type.Number({
              ...Share,
              description: "The most revocations of one run, in percent of all grants.",
              default: 25,
            }),
          ),
          perApp: optional(Limit("The most revocations of one app in one run.")),
        },
        { ...closed, minProperties: 1, description: "A run that would revoke more is refused as a whole." },
      ),
    ),
    approvals: optional(
      Type.Object(
        {
          signers: optional(
            Text(
              "A file of allowed signers, as ssh-keygen(1) describes it, relative to this file: who may approve a plan.",
            ),
          ),
          required: optional(
            Type.Integer({
              minimum: 1,
              maximum: 20,
              description: "How many of them must have signed a plan.",
              default: 1,
            }),
          ),
          waivedFor: optional(
            Type.Array(Choice(APPROVAL_WAIVERS, "What is revoked without an approval."), {
              minItems: 1,
              description:
                "What may be revoked without: `leavers` by a watch, `by-hand` by `sanctioned revoke`.",
            }),
          ),
        },
        {
          ...closed,
          minProperties: 1,
          description: "Nothing is revoked but what is in a plan that enough signers have signed.",
        },
      ),
    ),
    unlistedScopes: optional(
      Scopes("The OAuth scopes that an app may ask for which is not listed, where those are only reported."),
    ),
    apps: optional(Type.Array(App, { description: "The sanctioned and the denied apps." })),
    unlistedIdentityProviders: optional(
      Choice(
        ["report", "revoke"],
        "What happens to links to an identity provider that is not listed: they are only reported, or revoked.",
      ),
    ),
    identityProviders: optional(
      Type.Array(IdentityProvider, {
        description:
          "The sanctioned and the denied identity providers that users' accounts may be linked to. Where neither this nor `unlistedIdentityProviders` is said, links are not judged.",
      }),
    ),
    appsLike: optional(
      Type.Array(AppsLike, { minItems: 1, description: "Apps that are denied by their names." }),
    ),
    offboarded: optional(Names("Usernames of people who have left: every grant of theirs is revoked.")),
    leavers: optional(
      Type.Object(
        {
          offboarded: optional(Outcome("users listed as offboarded")),
          inactive: optional(Outcome("users who are not active")),
          frozen: optional(Outcome("users who are frozen")),
        },
        { ...closed, minProperties: 1, description: "Each is `revoke` unless it is said." },
      ),
    ),
    highPrivilege: optional(HighPrivilege),
    protected: optional(
      Type.Object(
        {
          users: optional(Names("Usernames whose grants are never revoked.")),
          apps: optional(
            Type.Array(AppRef("An app."), {
              minItems: 1,
              description: "Apps whose grants are never revoked.",
            }),
          ),
        },
        { ...closed, minProperties: 1, description: "Never revoked, whatever else the policy says." },
      ),
    ),
    sessions: optional(
      Choice(
        ["report", "end"],
        "What happens to live sessions that a user has through an app whose grants were revoked.",
      ),
    ),
    exemptions: optional(
      Type.Array(Exemption, { minItems: 1, description: "Grants that are kept for a while." }),
    ),
    maxExemptionDays: optional(
      Type.Integer({
        minimum: 1,
        maximum: 3_660,
        description: "How far ahead an exemption or a baseline may expire.",
        default: 180,
      }),
    ),
    baseline: optional(
      Text(
        "A file of known grants, relative to this one, that are reported and not revoked until it expires.",
      ),
    ),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:policy:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Policy of sanctioned connected apps",
    description: "Which apps may be connected to a Salesforce org, and for which users.",
    // What a policy that extends another leaves out, the other says.
    if: { not: { required: ["extends"] } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      required: ["unlisted", "apps"],
      properties: { apps: LISTING_USERS, identityProviders: LISTING_USERS },
    },
  },
);

/** The known grants of an org that is being cleaned up. */
export const BaselineSchema = Type.Object(
  {
    version: Type.Literal(1, { description: "Version of the format." }),
    expires: Day("The last day on which the baseline holds."),
    written: optional(
      Day("The day on which it was written: what was granted later is not known, unless `granted` says so."),
    ),
    grants: Type.Array(
      Type.Object(
        {
          app: AppRef("The app; by name where it has no id."),
          user: Text("Username."),
          granted: optional(
            Text(
              "When it was granted, in ISO 8601 and UTC; where it is left out, any grant of the user and app up to the day `written`.",
            ),
          ),
        },
        closed,
      ),
      { description: "The grants; `[]` once there are none left." },
    ),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:baseline:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Baseline of known grants",
  },
);

/** A policy as written. */
export type PolicyFile = Static<typeof PolicySchema>;
/** A baseline as written. */
export type BaselineFile = Static<typeof BaselineSchema>;
/** How to say which users, as written. */
export type UserMapFile = Static<typeof UserMap>;
/** Which app is meant, as written. */
export type AppRefFile = string | { id: string } | { name: string };
export type GrantsMeantFile = Omit<NonNullable<PolicyFile["exemptions"]>[number], "expires">;
export type AppFile = NonNullable<PolicyFile["apps"]>[number];
export type IdentityProviderFile = NonNullable<PolicyFile["identityProviders"]>[number];
