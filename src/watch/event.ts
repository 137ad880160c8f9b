import Type, { type Static } from "typebox";
import { digestOf } from "../plan/digest.ts";

/** What a watch tells of. A stable interface: sinks and their receivers match on these. */
export const EVENT_KINDS = [
  "high-privilege-grant",
  "unlisted-app",
  "user-deactivated",
  "exemption-expiring",
  "exemption-expired",
  "inconclusive",
  "policy-invalid",
  "leavers-revoked",
  "leavers-refused",
] as const;

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
    severity: Type.Unsafe<"error" | "warning" | "note">({ enum: ["error", "warning", "note"] }),
    text: Type.String({ description: "In one line. Names in it are as the org gives them: untrusted text." }),
    app: nullable(Type.Object({ id: nullable(Type.String()), name: Type.String() }, closed)),
    user: nullable(Type.Object({ id: Type.String(), username: nullable(Type.String()) }, closed)),
    details: Type.Record(Type.String(), Type.String()),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:event:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Event of a watch",
    description: "What `sanctioned watch` tells its sinks.",
  },
);

/** An event as delivered. Names in it are untrusted text. */
export type WatchEvent = Static<typeof EventSchema>;

/** Something that holds or does not: it is told of when it begins, once for as long as it holds. */
export interface Condition
  extends Pick<WatchEvent, "kind" | "severity" | "text" | "app" | "user" | "details"> {
  /** The same for as long as it is the same thing. */
  readonly key: string;
  /** When it began, in milliseconds since the epoch; null where nothing says. */
  readonly since: number | null;
}

/** The key of a condition: of its kind and what it is about. */
export function conditionKey(kind: WatchEvent["kind"], ...subject: readonly (string | null)[]): string {
  return `${kind}:${digestOf(subject).slice(0, 32)}`;
}

/** The event that a condition begins or ends. @param at milliseconds since the epoch */
export function eventOf(
  { key, since: _, ...condition }: Condition,
  state: WatchEvent["state"],
  org: WatchEvent["org"],
  at: number,
): WatchEvent {
  const time = new Date(at).toISOString();
  return { version: 1, id: digestOf([key, state, time]).slice(0, 32), state, at: time, org, ...condition };
}
