// What a Pulumi program imports as sanctioned/plugin. Written so that old compilers read its declarations (scripts/declarations.ts).
import * as pulumi from "@pulumi/pulumi";
import { endWithEngine } from "../pulumi/survivors.ts";

endWithEngine();

const PACKAGE = "sanctioned";

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

/**
 * The connected users of one Salesforce org, kept to a policy, through the provider plugin (docs/plugin.md). `pulumi preview` shows
 * each grant that breaks the policy as one line under `revocations`; `pulumi up` revokes exactly those; `pulumi destroy` forgets
 * the resource and revokes nothing.
 */
export class ConnectedUserPolicy extends pulumi.CustomResource {
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

  constructor(name: string, args: ConnectedUserPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    super(`${PACKAGE}:index:ConnectedUserPolicy`, name, { policy: args.policy, ...OUTPUTS }, opts);
  }
}

/** How to reach an org, and how to revoke there: the settings of docs/connecting.md and docs/revoking.md. */
export interface ProviderArgs {
  accessToken?: pulumi.Input<string>;
  instanceUrl?: pulumi.Input<string>;
  clientId?: pulumi.Input<string>;
  clientSecret?: pulumi.Input<string>;
  username?: pulumi.Input<string>;
  privateKey?: pulumi.Input<string>;
  privateKeyFile?: pulumi.Input<string>;
  loginUrl?: pulumi.Input<string>;
  audience?: pulumi.Input<string>;
  targetOrg?: pulumi.Input<string>;
  apiVersion?: pulumi.Input<string>;
  ownApp?: pulumi.Input<string>;
  concurrency?: pulumi.Input<number>;
  maxApiShare?: pulumi.Input<number>;
  composite?: pulumi.Input<boolean>;
  auditFile?: pulumi.Input<string>;
  approvedPlan?: pulumi.Input<string>;
  approvedPlanMaxAgeDays?: pulumi.Input<number>;
  allowedSigners?: pulumi.Input<string>;
  requiredApprovals?: pulumi.Input<number>;
  excludedApprovers?: pulumi.Input<string>;
  revokeConcurrency?: pulumi.Input<number>;
  revokesPerSecond?: pulumi.Input<number>;
  policyRoot?: pulumi.Input<string>;
}

/** A connection of its own, for programs with more than one org: `new ConnectedUserPolicy(name, args, { provider })`. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    super(PACKAGE, name, sealed(args), opts);
  }
}

/** Secrets are never to stand in the state in the clear, however the program has them. */
function sealed(args: ProviderArgs): ProviderArgs {
  const seal = (value: pulumi.Input<string> | undefined) =>
    value === undefined ? undefined : pulumi.secret(value);
  const { accessToken, clientSecret, privateKey, ...rest } = args;
  const secrets = {
    accessToken: seal(accessToken),
    clientSecret: seal(clientSecret),
    privateKey: seal(privateKey),
  };
  return Object.assign(
    rest,
    ...Object.entries(secrets).map(([key, value]) => (value ? { [key]: value } : {})),
  );
}
