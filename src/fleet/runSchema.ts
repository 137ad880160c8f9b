import Type, { type Static } from "typebox";
import { PlanSchema } from "../plan/planSchema.ts";

const closed = { additionalProperties: false };
const nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
const Text = Type.String();
const Count = (description = "") =>
  Type.Integer({ minimum: 0, ...(description === "" ? {} : { description }) });
const oneOf = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>({ enum: values, description });
const Digest = (description: string) => Type.String({ pattern: "^[0-9a-f]{64}$", description });
const Held = { limit: Type.Number(), actual: Type.Number() };

/** What came of one org, from the best to the worst. */
export const STATUSES = [
  "clean",
  "reports",
  "revokes",
  "refused",
  "inconclusive",
  "unreachable",
  "failed",
] as const;

const Numbers = Type.Object(
  {
    grants: Count("Grants that were counted."),
    connectedUsers: Count(),
    apps: Count("Apps that hold grants."),
    revocations: Count("Grants to be revoked; of a refused org, that would be."),
    usersLosing: Count("Users who lose something by that."),
    newRevocations: nullable(
      Count(
        "Of them, those that the policy of before would not revoke; null where there was none to compare with.",
      ),
    ),
    keptRevocations: nullable(Count("Grants that the policy of before would revoke, and this one does not.")),
    reported: Count("Grants that are only reported."),
    errors: Count("Findings of severity error."),
    unlistedApps: Count("Apps that hold grants and are on no list."),
    idle: Count("Grants without a token issued for longer than the policy allows, or 90 days."),
    standing: Count("Ways in without a grant that the policy does not want, as far as they were looked for."),
    standingIsWhole: Type.Optional(
      Type.Boolean({
        description:
          "Whether ways in without a grant were looked for everywhere; left out by a version that did not say.",
      }),
    ),
    linksAreRead: Type.Optional(
      Type.Boolean({
        description:
          "Whether the links to identity providers are among the grants; left out by a version that did not say.",
      }),
    ),
    calls: Count("API calls that the list took."),
  },
  closed,
);

const Plan = Type.Object(
  {
    digest: Digest("Of the plan file."),
    baseDigest: nullable(Digest("Of the plan by the policy of before; null for none.")),
  },
  { ...closed, description: "The plan beside this file: NAME.json, and NAME.base.json." },
);

/** A run over a fleet as a file: the one source of its JSON Schema (`schema/fleet.schema.json`) and of its type. */
export const FleetRunSchema = Type.Object(
  {
    version: Type.Literal(1, { description: "Version of the format." }),
    kind: Type.Literal("sanctioned-fleet"),
    asOf: Type.String({ description: "The time that policies were evaluated at, ISO 8601, UTC." }),
    file: Type.String({ description: "The file of the orgs." }),
    orgs: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,62}$" }),
          id: Type.String({ pattern: "^[A-Za-z0-9]{18}$" }),
          orgName: nullable(
            Type.String({ description: "As the org calls itself; null where it was not read." }),
          ),
          policy: Text,
          stack: nullable(Text),
          wave: Count("0 is the canary."),
          owner: nullable(Text),
          tags: Type.Array(Text),
          status: oneOf(STATUSES, "What came of it. An org that could not be judged is never clean."),
          problem: nullable(
            Type.Object(
              {
                code: Text,
                text: Type.String({ description: "What is wrong and what to do. Untrusted text." }),
              },
              { ...closed, description: "Why it was refused or could not be judged." },
            ),
          ),
          numbers: nullable(Numbers),
          plan: nullable(Plan),
          platformApps: PlanSchema.properties.platformApps,
        },
        closed,
      ),
      { description: "Every org that was selected, in the order of the file." },
    ),
    notSelected: Type.Array(Text, { description: "Names of the orgs that were left out when it was run." }),
    limits: Type.Object(
      {
        revocations: Type.Object(Held, closed),
        percent: Type.Object({ ...Held, of: Count() }, closed),
        perApp: nullable(Type.Object({ ...Held, app: Text }, closed)),
        orgs: Type.Object(Held, closed),
        refusal: nullable(Text),
      },
      {
        ...closed,
        description:
          "The fleet's limits with the numbers that they were held against: of the orgs that revoke.",
      },
    ),
    digest: Digest("SHA-256 of all of the above, in hex."),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:fleet:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Run over a fleet",
    description: "What came of each org of a fleet, and the fleet's limits.",
  },
);

/** A run over a fleet. Names of orgs, apps and problems in it are untrusted text. */
export type FleetRun = Static<typeof FleetRunSchema>;
/** What came of one org. */
export type OrgResult = FleetRun["orgs"][number];
export type OrgStatus = OrgResult["status"];
export type OrgNumbers = NonNullable<OrgResult["numbers"]>;
