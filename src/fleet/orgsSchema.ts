import Type, { type Static } from "typebox";
import { SETTING_KEYS } from "../salesforce/settingKeys.ts";
import { DEFAULT_LIMITS, STACK_PATTERN } from "./orgsDefaults.ts";

const closed = { additionalProperties: false };
const optional = Type.Optional;
const Text = (description: string) => Type.String({ minLength: 1, description });

/** Settings that say how to reach an org, each with the name of the environment variable that holds it: what is secret stands in no file. */
const Variables = Type.Object(
  Object.fromEntries(
    SETTING_KEYS.map((key) => [
      key,
      optional(
        Type.String({
          pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
          description: `Name of the environment variable that holds \`${key}\`.`,
        }),
      ),
    ]),
  ),
  {
    ...closed,
    minProperties: 1,
    description: "Names of environment variables by setting; never their values.",
  },
) as unknown as Type.TUnsafe<Readonly<Partial<Record<(typeof SETTING_KEYS)[number], string>>>>;

/** More than the largest fleet has: what it holds must still be a limit. */
const Limit = (description: string, byDefault: number, maximum = 1_000_000) =>
  Type.Integer({ minimum: 0, maximum, description, default: byDefault });

/** `orgs.yaml`: the one source of its JSON Schema (`schema/orgs.schema.json`) and of its type. */
export const OrgsSchema = Type.Object(
  {
    version: Type.Literal(1, { description: "Version of the format." }),
    limits: optional(
      Type.Object(
        {
          revocations: optional(
            Limit("Grants that may be revoked in all orgs together.", DEFAULT_LIMITS.revocations),
          ),
          percent: optional(
            Type.Number({
              minimum: 0,
              maximum: 100,
              description: "The share of the grants of all orgs that may be revoked, in percent.",
              default: DEFAULT_LIMITS.percent,
            }),
          ),
          perApp: optional(
            Limit(
              "Grants that may be revoked of the apps of one name, in all orgs together.",
              DEFAULT_LIMITS.perApp,
            ),
          ),
          orgs: optional(Limit("Orgs in which something may be revoked.", DEFAULT_LIMITS.orgs)),
        },
        {
          ...closed,
          description:
            "Limits of the whole fleet, beside those of each org's policy. Exceeded, nothing is revoked in any org. Zero means zero.",
        },
      ),
    ),
    history: optional(
      Text(
        "File that each run adds a summary to, without names of people: lines of JSON, or a SQLite database where it ends with `.sqlite`. Relative to this file, and in its folder.",
      ),
    ),
    credentials: optional(Variables),
    orgs: Type.Array(
      Type.Object(
        {
          name: Type.String({
            pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
            description: "What the org is called here: small letters, digits and hyphens; no other org's.",
          }),
          id: Type.String({
            pattern: "^00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$",
            description: "Organization id. Whatever else is connected to is refused.",
          }),
          policy: Text("The org's policy, relative to this file."),
          stack: optional(
            Type.String({
              pattern: STACK_PATTERN,
              description:
                "The Pulumi stack that updates the org, of the project in the folder of this file.",
            }),
          ),
          wave: optional(
            Type.Integer({
              minimum: 0,
              maximum: 99,
              default: 1,
              description: "When the org is updated: after all orgs of lower waves. 0 is the canary.",
            }),
          ),
          owner: optional(Text("Who answers for the org, as an address.")),
          tags: optional(
            Type.Array(Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,62}$" }), {
              description: "Words to select orgs by: small letters, digits and hyphens.",
            }),
          ),
          loginUrl: optional(Text("Where to log in, where no variable says: an address is no secret.")),
          username: optional(Text("Who logs in, where no variable says.")),
          credentials: optional(
            Type.Union([
              Type.Literal("stack", { description: "The config of the org's stack, as an update reads it." }),
              Variables,
            ]),
          ),
        },
        closed,
      ),
      { minItems: 1, description: "Every org, each once." },
    ),
  },
  {
    ...closed,
    $id: "urn:sanctioned:schema:orgs:1",
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Orgs of a fleet",
    description:
      "The orgs that one repository keeps to policies. It is reviewed like those, and holds no secret.",
  },
);

/** `orgs.yaml` as written. */
export type OrgsFile = Static<typeof OrgsSchema>;
