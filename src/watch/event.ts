import Type, { type Static } from "typebox";

/** What a watch tells of. A stable interface: sinks and their receivers match on these. */
export const EVENT_KINDS = [
  "high-privilege-grant",
  "unlisted-app",
  "denied-app",
  "user-deactivated",
  "exemption-expiring",
  "exemption-expired",
  "inconclusive",
  "policy-invalid",
  "leavers-revoked",
  "leavers-refused",
  "drift-grew",
  "drift-settled",
] as const;

/** The worst first. */
const SEVERITIES = ["critical", "error", "warning", "note"] as const;

const closed = { additionalProperties: false };
const nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);

/** An event as it is delivered: the one source of its JSON Schema (`schema/event.schema.json`) and of its type. */
export const EventSchema = Type.Object(
  {
    version: Type.Literal(1, { description: "Version of the format." }),
    id: Type.String({
      description: "The same each time that the event is delivered: deliveries can repeat.",
    }),
    kind: Type.Unsafe<(typeof EVENT_KINDS)[number]>({ enum: EVENT_KINDS }),
    state: Type.Unsafe<"begun" | "ended">({
      enum: ["begun", "ended"],
      description: "`ended` only where that matters: the list is conclusive again, the policy right again.",
    }),
    at: Type.String({ description: "When it was seen. ISO 8601, UTC." }),
    org: nullable(Type.Object({ id: Type.String(), name: Type.String() }, closed)),
    severity: Type.Unsafe<(typeof SEVERITIES)[number]>({
      enum: SEVERITIES,
      description:
        "`critical`: a user of high privilege has authorized an app that the policy does not want.",
    }),
    text: Type.String({ description: "In one line. Names in it are as the org gives them: untrusted text." }),
    app: nullable(Type.Object({ id: nullable(Type.String()), name: Type.String() }, closed)),
    user: nullable(Type.Object({ id: Type.String(), username: nullable(Type.String()) }, closed)),
    grantedAt: nullable(
      Type.String({
        description: "When what it tells of was granted, where it is about grants. ISO 8601, UTC.",
      }),
    ),
    may: Type.Array(Type.String(), { description: "What the app may do with it, a line each." }),
    owner: nullable(
      Type.String({ description: "Who answers for the app or the exemption, as the policy says it." }),
    ),
    next: Type.Array(Type.String(), {
      description: "The commands that come next, for a POSIX shell: names in them are quoted.",
    }),
    runbook: nullable(
      Type.String({ description: "The section that says what to do: a file of the docs, or an address." }),
    ),
    links: Type.Array(Type.Object({ label: Type.String(), url: Type.String() }, closed), {
      description: "Places in Setup. None where the org's address is not one of Salesforce's.",
    }),
    details: Type.Record(Type.String(), Type.String()),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:event:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Event of a watch",
    description: "What `sanctioned watch` tells its sinks, and the verbs that keep an issue for drift.",
  },
);

/** An event as delivered. Names in it are untrusted text. */
export type WatchEvent = Static<typeof EventSchema>;

/** What an event of an older release, which is still to be delivered, did not say. */
const NOT_SAID = {
  grantedAt: null,
  may: [],
  owner: null,
  next: [],
  runbook: null,
  links: [],
} as const satisfies Partial<WatchEvent>;

/** An event as it was kept, by this release or an older one. @param text of JSON */
export function parseKeptEvent(text: string): WatchEvent {
  return { ...NOT_SAID, ...(JSON.parse(text) as WatchEvent) };
}
