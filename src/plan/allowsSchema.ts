import Type, { type Static } from "typebox";
import type { PolicyFile } from "../policy/policySchema.ts";

const closed = { additionalProperties: false };
const nullable = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
const Text = Type.String();
const Listed = Type.Array(nullable(Type.Object({ key: Text, label: Text }, closed)));

/** What a policy allows in one org: enough to tell what another policy allows more, and nothing that needs the org again. */
export const AllowsSchema = Type.Object(
  {
    says: Type.Unsafe<PolicyFile>({
      type: "object",
      description: "The policy and the one that it extends as one, in the language of the policy.",
    }),
    places: Type.Record(Type.String(), Text, {
      description: "Where its keys and entries stand, as `apps[3]`: `policy/dieppe-trading.yaml:12`.",
    }),
    listed: Type.Object(
      { apps: Listed, identityProviders: Listed },
      {
        ...closed,
        description:
          "What each entry lists in the org, by the app's id or what it is called, and what people read for it; null for nothing.",
      },
    ),
    platform: Type.Object(
      { proven: Type.Array(Text), named: Type.Array(Text) },
      { ...closed, description: "Apps that no entry lists and that are Salesforce's own, or are called so." },
    ),
    signers: nullable(
      Type.Array(Type.Object({ fingerprint: Text, names: Text, options: Text }, closed), {
        description: "Who may approve; null where nothing has to be approved.",
      }),
    ),
    baseline: nullable(
      Type.Object(
        {
          expires: Text,
          written: nullable(Text),
          known: Type.Array(Type.Object({ app: Text, grants: Type.Array(Text) }, closed), {
            description: "By app, a digest of each grant that is known.",
          }),
        },
        closed,
      ),
    ),
    access: Type.Object(
      {
        apps: Type.Array(
          Type.Object(
            {
              key: Text,
              label: Text,
              isProvider: Type.Boolean(),
            },
            closed,
          ),
          {
            description:
              "The apps for which the answer is not the one for any other app, or any other identity provider.",
          },
        ),
        groups: Type.Array(
          Type.Object(
            {
              users: Type.String({
                pattern: "^[A-Za-z0-9]*$",
                description:
                  "Ids of users in order, of 15 characters, each as the number of characters that it shares with the one before (0 to f) and the rest.",
              }),
              may: Type.String({
                pattern: "^[A-Za-z0-9_-]*$",
                description:
                  "A bit for any other app, for any other identity provider, and for each app in turn, the highest of a byte first, in base64url: whether a grant that these users made now would be left to them.",
              }),
            },
            closed,
          ),
          { description: "The users who can log in, by what they may connect to." },
        ),
      },
      { ...closed, description: "Who may connect to what." },
    ),
  },
  { ...closed, description: "What the policy allows, to be compared with what another one does." },
);

/** What a policy allows in one org. Names in it are as the policy and the org give them: untrusted text. */
export type Allows = Static<typeof AllowsSchema>;
