// What a Pulumi program imports as sanctioned/plugin. Written so that old compilers read its declarations (scripts/declarations.ts).
import * as pulumi from "@pulumi/pulumi";
import { isSecretSetting } from "../pulumi/orgSettings.ts";
import type { ConnectedUserPolicyArgs } from "../pulumi/policyOutputs.ts";
import { PolicyOutputs } from "../pulumi/policyOutputs.ts";
import type { SalesforceOrgArgs } from "../pulumi/salesforceOrg.ts";
import { endWithEngine } from "../pulumi/survivors.ts";

export type { ConnectedUserPolicyArgs } from "../pulumi/policyOutputs.ts";

endWithEngine();

const PACKAGE = "sanctioned";

/**
 * The connected users of one Salesforce org, kept to a policy, through the provider plugin (docs/plugin.md). `pulumi preview` shows
 * who loses what, and why; `pulumi up` revokes exactly that; `pulumi destroy` forgets
 * the resource and revokes nothing.
 */
export class ConnectedUserPolicy extends PolicyOutputs {
  constructor(name: string, args: ConnectedUserPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    super(`${PACKAGE}:index:ConnectedUserPolicy`, name, { policy: args.policy }, opts);
  }
}

/** How to reach an org, and how to revoke there: the settings of docs/connecting.md and docs/revoking.md, lists as texts. */
export interface ProviderArgs extends Omit<SalesforceOrgArgs, "excludedApprovers" | "policyRoot"> {
  /** With commas between them. */
  excludedApprovers?: pulumi.Input<string>;
  /** As in PATH. */
  policyRoot?: pulumi.Input<string>;
}

/** A connection of its own, for programs with more than one org: `new ConnectedUserPolicy(name, args, { provider })`. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    super(PACKAGE, name, sealed(args), opts);
  }
}

function sealed(args: ProviderArgs): pulumi.Inputs {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      value !== undefined && isSecretSetting(key) ? pulumi.secret(value) : value,
    ]),
  );
}
