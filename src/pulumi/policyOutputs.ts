import * as pulumi from "@pulumi/pulumi";

/** What the SDK is to resolve by what the provider returns. */
const OUTPUTS = {
  org: undefined,
  grants: undefined,
  revoked: undefined,
  reported: undefined,
  drift: undefined,
  policyDigest: undefined,
  auditHead: undefined,
};

export interface ConnectedUserPolicyArgs {
  /** The policy file, relative to the folder of Pulumi.yaml, or the policy itself as an object. */
  policy: pulumi.Input<string | Record<string, unknown>>;
}

/** What a program has of a policy, whichever provider it is a resource of. Numbers are of grants and of the last update, and not known in the preview of one. */
export abstract class PolicyOutputs extends pulumi.CustomResource {
  /** The org that the credentials lead to. */
  declare readonly org: pulumi.Output<{ id: string; name: string }>;
  /** How many grants the org had when the last update counted them, before it revoked any. */
  declare readonly grants: pulumi.Output<number>;
  /** How many the last update revoked. */
  declare readonly revoked: pulumi.Output<number>;
  /** How many the policy only reports. */
  declare readonly reported: pulumi.Output<number>;
  /** How many broke the policy and were left by the last update; after a refresh, how many break it then. */
  declare readonly drift: pulumi.Output<number>;
  /** The SHA-256 in hex of what the policy said: the record has the same for each run. */
  declare readonly policyDigest: pulumi.Output<string>;
  /**
   * The SHA-256 in hex that the audit record ended with after the last update that revoked; undefined before the first. To
   * hold the record against: `npx sanctioned audit verify --head "$(npx pulumi stack output auditHead)"`.
   */
  declare readonly auditHead: pulumi.Output<string | undefined>;

  protected constructor(
    type: string,
    name: string,
    inputs: pulumi.Inputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(type, name, { ...inputs, ...OUTPUTS }, opts);
  }
}
