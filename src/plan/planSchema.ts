import Type, { type Static } from "typebox";
import { CODES } from "../decide/codes.ts";
import { STANDING_KINDS, STANDING_SOURCES } from "../standing.ts";
import { AllowsSchema } from "./allowsSchema.ts";

const closed = { additionalProperties: false };
const nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
const Text = Type.String();
/** An id of 18 characters. */
const Id = Type.String({ pattern: "^[A-Za-z0-9]{18}$" });
/** What is shown as it stands: words of ours and of Salesforce, numbers, codes. */
const Words = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9 ._-]*$" });
/** How many, by code. */
const Counts = Type.Record(Type.String({ pattern: "^[a-z-]+$" }), Type.Integer({ minimum: 0 }), {
  additionalProperties: false,
});
const Count = Type.Integer({ minimum: 0 });
const DAY = "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])";
const InstantOf = (description: string) =>
  Type.String({
    pattern: `^${DAY}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$`,
    description: `${description}ISO 8601, UTC.`,
  });
const Instant = InstantOf("");
const LastDay = (description: string) => Type.String({ pattern: `^${DAY}$`, description });
const oneOf = <const Values extends readonly string[]>(values: Values, description = "") =>
  Type.Unsafe<Values[number]>(description === "" ? { enum: values } : { enum: values, description });
const Code = oneOf(CODES, "Why. A stable interface.");
const Place = Type.Object(
  {
    file: Text,
    line: Type.Integer({
      minimum: 0,
      description: "From 1; 0 for an inline policy, whose file says the path.",
    }),
  },
  { ...closed, description: "The policy line that decided." },
);
const App = Type.Object(
  {
    id: nullable(Id),
    name: Text,
    kind: oneOf(["connected-app", "external-client-app", "identity-provider", "unknown"]),
    label: Type.Optional(
      Type.String({
        description:
          "What lists show, where that is not the name: several apps have it, or it reads like more than a name.",
      }),
    ),
  },
  closed,
);
const User = Type.Object({ id: Id, username: nullable(Text) }, closed);
const Grant = {
  granted: nullable(Instant),
  lastUsed: nullable(InstantOf("When a token was last issued for the grant (not: the last API call). ")),
  useCount: nullable(
    Type.Integer({ minimum: 0, description: "How many tokens were issued for the grant (not: API calls)." }),
  ),
};
const Held = { limit: Type.Number(), actual: Type.Number() };

/** Access without a grant, as far as it was looked for. */
const Standing = Type.Object(
  {
    days: Type.Integer({ minimum: 0, description: "Days of logins that were asked for." }),
    sources: Type.Array(
      Type.Object(
        {
          source: oneOf(STANDING_SOURCES),
          state: oneOf(["read", "part", "not-read"]),
          salesforceCode: nullable(Type.String({ description: "Where the org refused." })),
          since: nullable(InstantOf("Where it was read in part, the time back to which. ")),
        },
        closed,
      ),
      { description: "Where it was looked for. What is not read is not known, and not none." },
    ),
    entries: Type.Array(
      Type.Object(
        {
          kind: oneOf(STANDING_KINDS),
          app: nullable(App),
          name: nullable(Type.String({ description: "What the org calls the app there." })),
          couldBe: Type.Array(Text, {
            description: "Ids of the apps of that name, where there are several.",
          }),
          user: nullable(User),
          through: Type.Array(Text, {
            description: "Profiles and permission sets that need not authorize it.",
          }),
          lastSeen: nullable(Instant),
          knownBy: Type.Array(oneOf(STANDING_SOURCES)),
          code: nullable(oneOf(CODES, "What the policy does not want of it; null where that is nothing.")),
          policy: Place,
        },
        closed,
      ),
      { description: "By app and user. Nothing of it is revoked." },
    ),
  },
  { ...closed, description: "Access that leaves no grant to count: looked for, and not proven to be all." },
);

/** A plan as a file: the one source of its JSON Schema (`schema/plan.schema.json`) and of its type. */
export const PlanSchema = Type.Object(
  {
    version: Type.Literal(1, { description: "Version of the format." }),
    asOf: InstantOf("The time that the policy was evaluated at. "),
    org: Type.Object({ id: Id, name: Text, isSandbox: Type.Boolean(), instanceUrl: Text }, closed),
    policy: Type.Object(
      {
        file: Text,
        mode: oneOf(["enforce", "report"]),
        digest: Type.String({
          pattern: "^[0-9a-f]{64}$",
          description: "SHA-256 of what the policy says, in hex; moving a line changes nothing.",
        }),
        approvals: Type.Optional(
          Type.Integer({
            minimum: 1,
            description: "How many signed approvals the policy wants of an update.",
          }),
        ),
      },
      closed,
    ),
    inventory: Type.Object(
      {
        grants: Count,
        connectedUsers: Count,
        apps: Type.Integer({ minimum: 0, description: "Apps that hold grants." }),
        proof: Type.Object(
          {
            countBefore: Count,
            countAfter: Count,
            read: Count,
            fromUsage: Count,
            appsWithoutUsers: Type.Optional(Count),
            partition: Words,
            ranges: Count,
            rereads: Count,
            changes: Type.Optional(
              Type.Object(
                { came: Count, gone: Count, stillListed: Count },
                { ...closed, description: "Grants that came and went while it was read." },
              ),
            ),
            calls: Count,
            permissions: Type.Record(Type.String(), Type.Boolean()),
            sight: Type.Optional(
              Type.Literal("assignments", {
                description:
                  "Given where nobody but the tool's own user has a grant: that those of others are in sight is then known by what is assigned to that user.",
              }),
            ),
            apiVersion: Words,
            at: Instant,
          },
          { ...closed, description: "Why these are believed to be all grants of the org." },
        ),
        accountLinks: Type.Optional(
          Type.Object(
            {
              read: Type.Integer({ minimum: 0, description: "Among the grants." }),
              counts: nullable(
                Type.Object({ countBefore: Count, countAfter: Count, ranges: Count, calls: Count }, closed),
              ),
              refusal: nullable(
                Type.String({ description: "Salesforce's error code where they may not be read." }),
              ),
              deletable: nullable(
                Type.Boolean({ description: "Whether the org says that the API may delete them." }),
              ),
            },
            {
              ...closed,
              description:
                "The links to identity providers, where there are any or the org does not let them be read.",
            },
          ),
        ),
      },
      closed,
    ),
    revocations: Type.Array(
      Type.Object(
        {
          user: User,
          app: App,
          grants: Type.Array(Type.Object(Grant, closed), { minItems: 1, description: "Oldest first." }),
          code: Code,
          policy: Place,
          covers: oneOf(
            ["pair", "grants"],
            "What an approval covers. `pair`: the user loses the app by this rule, with every grant that the two have by then. `grants`: the grants that are listed, and no others.",
          ),
          others: Type.Array(nullable(Instant), {
            description:
              "When the grants that the user has for the app and keeps were given, oldest first; null for unknown.",
          }),
          reason: Type.String({ description: "In one line, as Pulumi shows it." }),
          reauthorize: oneOf(
            ["yes", "if-preauthorized", "if-approved", "not-active", "frozen", "unknown"],
            "Whether the user can authorize the app again. `not-active` and `frozen`: nobody logs in as the user until that ends. `if-preauthorized`: admins must have approved the user. `if-approved`: the app is not installed, and since September 2025 that takes the permission Approve Uninstalled Connected Apps.",
          ),
        },
        closed,
      ),
      { description: "What is to be revoked, by app and user." },
    ),
    counts: Type.Object(
      {
        revoke: Counts,
        report: Counts,
        keep: Counts,
      },
      { ...closed, description: "Grants by what they get and why." },
    ),
    rows: Type.Optional(
      Type.Array(
        Type.Object(
          {
            user: User,
            app: App,
            ...Grant,
            action: oneOf(["keep", "report", "revoke"]),
            code: Code,
            held: nullable(
              oneOf(["mode", "baseline", "not-revocable"], "Why what would be revoked is only reported."),
            ),
            policy: Place,
          },
          closed,
        ),
        { description: "Every grant, where all were asked for." },
      ),
    ),
    platformApps: Type.Optional(
      Type.Object(
        {
          said: nullable(
            oneOf(["keep", "report", "revoke"], "What the policy says of them; null where it does not."),
          ),
          apps: Type.Array(
            Type.Object(
              {
                ...App.properties,
                proven: Type.Boolean({
                  description:
                    "Whether its id and its package prove it; else it is only called as one of Salesforce's own.",
                }),
                users: Count,
                keep: Count,
                report: Count,
                revoke: Count,
              },
              closed,
            ),
          ),
        },
        {
          ...closed,
          description:
            "Salesforce's own apps with grants that the policy does not list, and what is called so, with how many grants get what; left out for none.",
        },
      ),
    ),
    apps: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...App.properties,
            standing: oneOf(
              ["sanctioned", "denied", "protected", "not-listed"],
              "What the policy makes of it.",
            ),
            weak: Type.Boolean({ description: "Matched by name alone." }),
            owner: nullable(Text),
            reason: nullable(Text),
            reviewBy: nullable(LastDay("The last day of the review, as 2027-03-31.")),
            idleAfterDays: Type.Number({
              description:
                "Days without a token issued after which a grant counts as idle: the policy's, else 90.",
            }),
            idleRule: Type.Optional(
              Type.Union([Place, Type.Null()], {
                description: "Where the policy says `maxIdleDays` for it; null where it does not.",
              }),
            ),
            policy: Place,
          },
          closed,
        ),
        { description: "Every app of the org, where all were asked for." },
      ),
    ),
    users: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...User.properties,
            name: nullable(Text),
            isActive: nullable(Type.Boolean()),
            isFrozen: nullable(Type.Boolean()),
            profile: nullable(Text),
            privilege: nullable(
              Type.String({ description: "What gives the user high privilege; null for all others." }),
            ),
          },
          closed,
        ),
        { description: "Every connected user, where all were asked for." },
      ),
    ),
    exemptions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            app: nullable(Text),
            user: nullable(Text),
            reason: Text,
            owner: Text,
            expires: LastDay("The last day on which it holds, as 2027-03-31."),
            policy: Place,
          },
          closed,
        ),
        { description: "Every exemption of the policy, where all were asked for." },
      ),
    ),
    highPrivilege: Type.Optional(
      Type.Union(
        [
          Type.Object(
            {
              through: Type.Array(Text, {
                description: "Permissions, profiles and permission sets that count.",
              }),
              policy: Place,
            },
            closed,
          ),
          Type.Null(),
        ],
        {
          description:
            "What the policy counts as high privilege, where all were asked for; null where it does not say: then no user was judged.",
        },
      ),
    ),
    standingAccess: Type.Optional(Standing),
    allows: Type.Optional(AllowsSchema),
    findings: Type.Array(
      Type.Object(
        {
          code: Code,
          severity: oneOf(["error", "warning", "note"]),
          text: Text,
          app: nullable(App),
          user: nullable(Text),
          params: Type.Record(Type.String(), Type.String()),
          policy: Place,
        },
        closed,
      ),
    ),
    limits: Type.Object(
      {
        revocations: Type.Object(Held, closed),
        percent: Type.Object({ ...Held, of: Count }, closed),
        perApp: nullable(Type.Object({ ...Held, app: Text }, closed)),
        refusal: nullable(Text),
      },
      { ...closed, description: "The limits with the numbers that they were held against." },
    ),
    digest: Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of all of the above, in hex." }),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:plan:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Plan of revocations",
    description: "What would be revoked in one org, why, and what it was held against.",
  },
);

/** A plan as written. Names in it are as the org gives them: untrusted text. */
export type PlanFile = Static<typeof PlanSchema>;

/** A plan with every grant, app, connected user and exemption. */
export type FullPlan = PlanFile & Required<Pick<PlanFile, "rows" | "apps" | "users" | "exemptions">>;
