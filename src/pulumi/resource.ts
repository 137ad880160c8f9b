import * as pulumi from "@pulumi/pulumi";
import { shownError } from "../errors.ts";
import { PROVIDER_TEXT } from "../state/providerText.ts";
import { pulumiErrors } from "./errors.ts";
import type { ConnectedUserPolicyArgs } from "./policyOutputs.ts";
import { PolicyOutputs } from "./policyOutputs.ts";
import type { ProgramInputs } from "./provider.ts";
import { refuseOtherProvider } from "./salesforceOrg.ts";
import { endWithEngine } from "./survivors.ts";

endWithEngine();

/** Pulumi's dynamic providers serve every type that begins with `pulumi-nodejs:dynamic`. */
const TYPE = "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy";

/**
 * The connected users of one Salesforce org, kept to a policy: a dynamic resource. `pulumi preview` says
 * who loses what, and why; `pulumi up` revokes exactly that;
 * `pulumi destroy` forgets the resource and revokes nothing. Credentials come from the `SalesforceOrg` that
 * is its provider, or from the stack's config or the environment.
 */
export class ConnectedUserPolicy extends PolicyOutputs {
  constructor(name: string, args: ConnectedUserPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    refuseOptions(opts ?? {});
    refuseOtherProvider(name, opts?.provider);
    const inputs: Record<keyof ProgramInputs, unknown> = {
      // One value: not known, or secret, where anything in it is.
      policy: pulumi.output(args.policy),
      __urn: pulumi.createUrn(name, TYPE, opts?.parent),
      __preview: pulumi.runtime.isDryRun(),
      __provider: PROVIDER_TEXT,
    };
    super(
      TYPE,
      name,
      inputs,
      // The engine compares who loses what, and would show that as something that is added each time. Releases before kept `__approval`.
      { ...opts, hideDiffs: [...(opts?.hideDiffs ?? []), "revocations.__plan", "__approval", "__urn"] },
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
