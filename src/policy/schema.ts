import Type, { type Static } from "typebox";

const closed = { additionalProperties: false };
const Names = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description });

const Users = Type.Union(
  [
    Type.Literal("everyone", { description: "Every user of the org." }),
    Type.Object(
      {
        usernames: Type.Optional(Names("Usernames, compared without regard to case.")),
        profiles: Type.Optional(Names("Names of profiles.")),
      },
      { ...closed, minProperties: 1 },
    ),
  ],
  { description: "Who may be connected to the app: `everyone`, or whoever matches any of the lists." },
);

const App = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        description: "The app's label. Without an `id` the app is matched by it, which is weaker.",
      }),
    ),
    id: Type.Optional(
      Type.String({
        pattern: "^0(H4|xI)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$",
        description: "Id of the connected app (0H4…) or external client app (0xI…).",
      }),
    ),
    owner: Type.Optional(Type.String({ minLength: 1, description: "Who answers for the app." })),
    reason: Type.Optional(Type.String({ minLength: 1, description: "Why the app is sanctioned." })),
    users: Users,
  },
  { ...closed, description: "A sanctioned app. It needs a name, an id or both." },
);

/** The policy file: the one source of its JSON Schema (`schema/policy.schema.json`) and of its type. */
export const PolicySchema = Type.Object(
  {
    version: Type.Literal(1, { description: "Version of the policy language." }),
    org: Type.Optional(
      Type.Object(
        {
          name: Type.Optional(Type.String({ minLength: 1, description: "The org's name." })),
          id: Type.Optional(
            Type.String({
              pattern: "^00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$",
              description: "The org's id (00D…).",
            }),
          ),
        },
        {
          ...closed,
          minProperties: 1,
          description: "The org that this policy is for. Another org is refused.",
        },
      ),
    ),
    unlisted: Type.Union([Type.Literal("revoke"), Type.Literal("report")], {
      description: "What happens to grants of an app that is not listed: they are revoked, or only reported.",
    }),
    apps: Type.Array(App, { description: "The sanctioned apps." }),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:policy:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Policy of sanctioned connected apps",
    description: "Which apps may be connected to a Salesforce org, and for which users.",
  },
);

/** A policy as written. */
export type PolicyFile = Static<typeof PolicySchema>;
