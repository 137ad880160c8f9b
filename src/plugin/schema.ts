import { isSecretSetting } from "../pulumi/orgSettings.ts";
import { SETTINGS } from "./settings.ts";

const ANY = { $ref: "pulumi.json#/Any" };

/** The type of the resource, and of the provider's package. */
const TYPE = "sanctioned:index:ConnectedUserPolicy";

/**
 * The package as Pulumi's schema says it (pulumi.com/docs/iac/extending-pulumi/schema): what SDKs are made from, and YAML programs are
 * checked against.
 */
export function schemaText(version: string): string {
  return `${JSON.stringify(packageSchema(version), null, 2)}\n`;
}

function packageSchema(version: string): Record<string, unknown> {
  const settings = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, { type, description }]) => [
      key,
      { type, description, ...(isSecretSetting(key) ? { secret: true } : {}) },
    ]),
  );
  return {
    name: "sanctioned",
    displayName: "Sanctioned",
    version,
    description: "Keeps the connected users of a Salesforce org to the apps that a policy sanctions.",
    keywords: ["salesforce", "oauth", "connected-apps", "category/infrastructure"],
    license: "Apache-2.0",
    config: { variables: settings },
    provider: {
      description: "How to reach one Salesforce org, and how to revoke there.",
      inputProperties: settings,
    },
    types: {
      "sanctioned:index:Org": {
        type: "object",
        description: "A Salesforce org.",
        properties: {
          id: { type: "string", description: "Its id, of 18 characters." },
          name: { type: "string", description: "Its name." },
        },
        required: ["id", "name"],
      },
    },
    resources: { [TYPE]: RESOURCE },
  };
}

const RESOURCE = {
  description:
    "The connected users of one Salesforce org, kept to a policy. A preview says who loses what; an update revokes exactly those; to destroy it only forgets it.",
  inputProperties: {
    policy: {
      description: "The policy file, relative to the folder of Pulumi.yaml, or the policy itself.",
      oneOf: [{ type: "string" }, { type: "object", additionalProperties: ANY }],
    },
  },
  requiredInputs: ["policy"],
  properties: {
    policy: {
      type: "object",
      additionalProperties: ANY,
      description: "The policy as it was applied last, as maps.",
    },
    policyFile: { type: "string", description: "Where it was written." },
    org: { $ref: "#/types/sanctioned:index:Org", description: "The org." },
    revocations: {
      type: "object",
      additionalProperties: ANY,
      description: "What is planned, in short (`toRevoke`); `nothing` once it is done.",
    },
    grants: {
      type: "integer",
      description: "How many grants the org had when the last update counted them, before it revoked any.",
    },
    revoked: { type: "integer", description: "How many the last update revoked." },
    reported: { type: "integer", description: "How many the policy only reports." },
    drift: {
      type: "integer",
      description:
        "How many broke the policy and were left by the last update; after a refresh, how many break it then.",
    },
    policyDigest: {
      type: "string",
      description: "The SHA-256 in hex of what the policy said: the record has the same for each run.",
    },
    auditHead: {
      type: "string",
      description:
        "The SHA-256 in hex that the audit record ended with after the last update that revoked; missing before the first.",
    },
  },
  required: ["policy", "org", "revocations", "grants", "revoked", "reported", "drift", "policyDigest"],
};
