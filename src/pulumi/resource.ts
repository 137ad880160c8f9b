import * as pulumi from "@pulumi/pulumi";
import { PROVIDER_TEXT } from "../state/providerText.ts";
import { endWithEngine } from "./survivors.ts";

endWithEngine();

/** Pulumi's dynamic providers serve every type that begins with `pulumi-nodejs:dynamic`. */
const TYPE = "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy";

export interface ConnectedUserPolicyArgs {
  /** The policy file, relative to the folder of Pulumi.yaml, or the policy itself as an object. */
  policy: pulumi.Input<string | Record<string, unknown>>;
}

/**
 * The connected users of one Salesforce org, kept to a policy: a dynamic resource. `pulumi preview` shows
 * each grant that breaks the policy as one line under `revocations`; `pulumi up` revokes exactly those;
 * `pulumi destroy` forgets the resource and revokes nothing. Credentials come from the stack's config or
 * the environment.
 */
export class ConnectedUserPolicy extends pulumi.CustomResource {
  declare readonly org: pulumi.Output<{ id: string; name: string }>;
  /**
   * The SHA-256 in hex that the audit record ended with after the last update that revoked; undefined before the first. To
   * hold the record against: `npx sanctioned audit verify --head "$(npx pulumi stack output auditHead)"`.
   */
  declare readonly auditHead: pulumi.Output<string | undefined>;

  constructor(name: string, args: ConnectedUserPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = {
      policy: args.policy,
      resourceUrn: pulumi.createUrn(name, TYPE, opts?.parent),
      dryRun: pulumi.runtime.isDryRun(),
    };
    super(
      TYPE,
      name,
      { ...inputs, org: undefined, auditHead: undefined, __provider: PROVIDER_TEXT },
      // The engine compares the digest of what is approved, and would show that it is another each time.
      { ...opts, hideDiffs: [...(opts?.hideDiffs ?? []), "__approval"] },
    );
  }
}
