import Type, { type Static } from "typebox";
import { STATUSES } from "../runSchema.ts";

const closed = { additionalProperties: false };
const nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
const Count = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });

/** What runs are kept of. */
export const HISTORY_VERBS = ["plan", "report", "issue", "up", "revoke"] as const;

/** The numbers of an org that a run looked at. */
const Seen = Type.Object(
  {
    grants: Count("Grants that were counted."),
    connectedUsers: Count("Users with at least one."),
    apps: Count("Apps that hold grants."),
    unlistedApps: Count("Of them, those on no list."),
    idle: Count("Grants without a token issued for longer than the policy allows, or 90 days."),
    reported: Count("Grants that are only reported."),
    standing: Count("Ways in without a grant that the policy does not want."),
    revocations: Count("Grants to be revoked."),
  },
  closed,
);

/** A run as the history keeps it, a line each: the one source of its JSON Schema (`schema/history.schema.json`) and of its type. */
export const HistorySchema = Type.Object(
  {
    history: Type.Literal(1, { description: "Version of the format. It comes first in each line." }),
    at: Type.String({
      pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$",
      description: "When the orgs were looked at, ISO 8601, UTC.",
    }),
    verb: Type.Unsafe<(typeof HISTORY_VERBS)[number]>({
      enum: HISTORY_VERBS,
      description: "What was run: `sanctioned fleet VERB`.",
    }),
    orgs: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,62}$" }),
          id: Type.String({ pattern: "^[A-Za-z0-9]{18}$", description: "What an org is known by." }),
          status: Type.Unsafe<(typeof STATUSES)[number]>({ enum: STATUSES, description: "What came of it." }),
          seen: nullable(
            Type.Object(Seen.properties, {
              ...closed,
              description: "Null where the run did not judge the org: not known, and not none.",
            }),
          ),
          revoked: nullable(Count("Grants that this run revoked; null where it was to revoke none.")),
        },
        closed,
      ),
      { description: "The orgs that the run was about. One that is not here was not looked at." },
    ),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:history:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A run over a fleet, as its history keeps it",
    description: "Counts alone: no name of a person, of an app or of what an org calls itself.",
  },
);

/** A run as the history keeps it. */
export type HistoryRun = Static<typeof HistorySchema>;
export type HistoryVerb = HistoryRun["verb"];
export type Seen = Static<typeof Seen>;
