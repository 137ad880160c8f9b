import Type, { type Static } from "typebox";
import { FORM_NAMES } from "./forms.ts";
import {
  AMOUNTS,
  ANSWERS,
  ASKED_PERMISSIONS,
  DESCRIBED,
  FIELD,
  HEADERS,
  KEY,
  LOGIN_SUBTYPES,
  LOGIN_TYPES,
  METADATA_TYPES,
  OAUTH_CODES,
  SESSION_TYPES,
} from "./known.ts";

const closed = { additionalProperties: false };
const OneOf = <const T extends string>(values: readonly T[], description?: string) =>
  Type.Unsafe<T>({ type: "string", enum: [...values], ...(description ? { description } : {}) });
const Nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
/** A value for each of the names. */
const Each = <const Name extends string, T extends Type.TSchema>(names: readonly Name[], values: T) =>
  Type.Unsafe<Readonly<Record<Name, Static<T>>>>({
    type: "object",
    required: [...names],
    propertyNames: { enum: [...names] },
    additionalProperties: values,
  });
/** How often each of the names is there. */
const Count = <const Name extends string>(names: readonly Name[]) =>
  Type.Unsafe<Readonly<Partial<Record<Name | "other", (typeof AMOUNTS)[number]>>>>({
    type: "object",
    propertyNames: { enum: [...names, "other"] },
    additionalProperties: OneOf(AMOUNTS),
  });

const AnswerSchema = OneOf(ANSWERS, "`answered`, or the code of the refusal");
const Refusable = Type.Object(
  { answer: AnswerSchema, status: Type.Integer({ minimum: 0, maximum: 599 }) },
  closed,
);
const Keys = Type.Array(Type.String({ pattern: KEY }));
const FieldFacts = Type.String({
  pattern: "^(f?s?g?|-)$",
  description: "whether it can be filtered by (f), sorted by (s) and grouped by (g); - for none of them",
});

/** An org profile: what an org answers, without a word of whose it is. */
export const ProfileSchema = Type.Object(
  {
    version: Type.Literal(1),
    kind: Type.Literal("sanctioned-org-profile"),
    apiVersion: Type.String({ pattern: "^\\d{2,3}\\.0$" }),
    isSandbox: Type.Boolean(),
    permissions: Each(
      ASKED_PERMISSIONS,
      OneOf(["held", "missing", "no-field"], "of the user that asked; no-field: the org does not know it"),
    ),
    objects: Each(
      DESCRIBED,
      Type.Object(
        {
          answer: AnswerSchema,
          deletable: Type.Boolean(),
          fields: Type.Record(Type.String({ pattern: FIELD }), FieldFacts),
          otherFields: Type.Integer({ minimum: 0, description: "fields that the org added" }),
        },
        closed,
      ),
    ),
    grants: Type.Object(
      {
        amount: OneOf(AMOUNTS),
        ofOthers: Nullable(OneOf(AMOUNTS)),
        rowIds: OneOf(["filled", "null", "not-told"]),
        totalSizeAtCeiling: OneOf(["all", "capped", "not-told"]),
        pageRows: OneOf(AMOUNTS),
        pageMs: Nullable(Type.Integer({ minimum: 0, description: "time of the page, to 10 ms" })),
      },
      closed,
    ),
    queryForms: Each(FORM_NAMES, AnswerSchema),
    partition: Nullable(OneOf(["CreatedDate", "UserId", "UserId IN"])),
    externalClientApps: Type.Object(
      { ...Refusable.properties, amount: Nullable(OneOf(AMOUNTS)), inAppMenu: Nullable(Type.Boolean()) },
      closed,
    ),
    usage: Type.Object(
      {
        ...Refusable.properties,
        lists: OneOf(["all", "used", "not-told"], "every app, or those that somebody uses"),
        entryKeys: Keys,
        users: AnswerSchema,
        userKeys: Keys,
        usersWhenNone: OneOf(["empty", "404", "not-told"]),
        tokens: Type.Union([AnswerSchema, Type.Literal("not-asked")]),
        tokenKeys: Keys,
        besideRows: OneOf(["both", "usage-only-tokens", "usage-alone", "not-told"]),
      },
      closed,
    ),
    logins: Type.Object(
      {
        answer: AnswerSchema,
        byTime: AnswerSchema,
        types: Count(LOGIN_TYPES),
        subTypes: Count(LOGIN_SUBTYPES),
      },
      closed,
    ),
    sessions: Type.Object(
      { answer: AnswerSchema, current: Nullable(OneOf(AMOUNTS)), types: Count(SESSION_TYPES) },
      closed,
    ),
    metadata: Each(
      METADATA_TYPES,
      Type.Object(
        { list: AnswerSchema, amount: Nullable(OneOf(AMOUNTS)), read: Nullable(AnswerSchema), keys: Keys },
        closed,
      ),
    ),
    limits: Type.Object({ ...Refusable.properties, header: Type.Boolean() }, closed),
    headers: Type.Object({ names: Type.Array(OneOf(HEADERS)), others: Type.Integer({ minimum: 0 }) }, closed),
    revokeCall: Type.Object(
      {
        kind: OneOf(["unknown-token", "accepted", "wrong-form", "busy", "refused", "no-answer"]),
        status: Type.Integer({ minimum: 0, maximum: 599 }),
        code: Nullable(OneOf(OAUTH_CODES)),
      },
      closed,
    ),
    revocation: Nullable(
      Type.Object(
        {
          outcome: OneOf(["revoked", "already gone", "replaced", "failed", "unknown", "not tried"]),
          sessionsLeft: OneOf(AMOUNTS),
        },
        {
          ...closed,
          description: "what became of the grants of one user and app, where their revocation was asked for",
        },
      ),
    ),
  },
  {
    ...closed,
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "An org profile of sanctioned",
    description:
      "What an org answers to the questions of `sanctioned probe`: no token, name, id, username or host of the org is in it.",
  },
);
export type OrgProfile = Static<typeof ProfileSchema>;
