import * as pulumi from "@pulumi/pulumi";

const MODULE = "sanctioned";
const TYPE = "ConnectedUserPolicy";

/**
 * The provider as Pulumi writes it into the state. Constant and tiny, so that the state never holds
 * old code: each method only calls the package that the Pulumi project has installed now.
 */
const provider: pulumi.dynamic.ResourceProvider = {
  async configure(request) {
    const code = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`)(
      "sanctioned/provider",
    );
    code.configure(request);
  },
  async check(olds, news) {
    const code = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`)(
      "sanctioned/provider",
    );
    return code.check(olds, news);
  },
  async diff(id, olds, news) {
    const code = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`)(
      "sanctioned/provider",
    );
    return code.diff(id, olds, news);
  },
  async create(inputs) {
    const code = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`)(
      "sanctioned/provider",
    );
    return code.create(inputs);
  },
  async update(id, olds, news) {
    const code = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`)(
      "sanctioned/provider",
    );
    return code.update(id, olds, news);
  },
  async read(id, props) {
    const code = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`)(
      "sanctioned/provider",
    );
    return code.read(id, props);
  },
  async delete() {},
};

export interface ConnectedUserPolicyArgs {
  /** The policy file, relative to the folder of Pulumi.yaml, or the policy itself as an object. */
  policy: pulumi.Input<string | Record<string, unknown>>;
}

/**
 * The connected users of one Salesforce org, kept to a policy. `pulumi preview` shows each grant that
 * breaks it as one line under `revocations`; `pulumi up` revokes exactly those; `pulumi destroy`
 * forgets the resource and revokes nothing. Credentials come from the stack's config or the environment.
 */
export class ConnectedUserPolicy extends pulumi.dynamic.Resource {
  declare readonly org: pulumi.Output<{ id: string; name: string }>;

  constructor(name: string, args: ConnectedUserPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    const resourceUrn = pulumi.createUrn(name, `pulumi-nodejs:dynamic/${MODULE}:${TYPE}`, opts?.parent);
    const inputs = { policy: args.policy, resourceUrn, dryRun: pulumi.runtime.isDryRun() };
    super(provider, name, { ...inputs, org: undefined }, opts, MODULE, TYPE);
  }
}
