import * as pulumi from "@pulumi/pulumi";
import { shownError } from "../errors.ts";
import { PROVIDER_TEXT } from "../state/providerText.ts";
import { pulumiErrors } from "./errors.ts";
import type { ProgramInputs } from "./provider.ts";
import { refuseOtherProvider } from "./salesforceOrg.ts";
import { endWithEngine } from "./survivors.ts";

endWithEngine();

/** Pulumi's dynamic providers serve every type that begins with `pulumi-nodejs:dynamic`. */
const TYPE = "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy";

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
 * The connected users of one Salesforce org, kept to a policy: a dynamic resource. `pulumi preview` shows
 * each grant that breaks the policy as one line under `revocations`; `pulumi up` revokes exactly those;
 * `pulumi destroy` forgets the resource and revokes nothing. Credentials come from the `SalesforceOrg` that
 * is its provider, or from the stack's config or the environment. Numbers are of grants and of the last update, and not known in the preview of one.
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
    refuseOptions(opts ?? {});
    refuseOtherProvider(name, opts?.provider);
    const inputs: Record<keyof ProgramInputs, unknown> = {
      // One value: not known, or secret, where anything in it is.
      policy: pulumi.output(args.policy),
      __urn: pulumi.createUrn(name, TYPE, opts?.parent),
      __preview: pulumi.runtime.isDryRun(),
      __approval: "",
      __provider: PROVIDER_TEXT,
    };
    super(
      TYPE,
      name,
      { ...inputs, ...OUTPUTS },
      // The engine compares the digest of what is approved, and would show that it is another each time.
      { ...opts, hideDiffs: [...(opts?.hideDiffs ?? []), "__approval", "__urn"] },
    );
  }
}

/** @throws RunError, of which Pulumi shows the message alone, for an option that would make what is shown and what is done two things */
function refuseOptions({
  ignoreChanges = [],
  import: imported,
  id,
  urn,
}: pulumi.CustomResourceOptions): void {
  const paths = ignoreChanges.join(", ");
  const existing = imported ?? id ?? urn;
  const refusal =
    ignoreChanges.length > 0
      ? pulumiErrors["ignore-changes-refused"]({ paths })
      : existing !== undefined
        ? pulumiErrors["import-refused"]({ id: typeof existing === "string" ? existing : "an id" })
        : null;
  if (refusal !== null) throw new pulumi.RunError(shownError(refusal));
}
