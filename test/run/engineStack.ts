import { isDeepStrictEqual } from "node:util";
import { ConnectedUserProvider, type KeptInputs, type KeptOutputs } from "../../src/pulumi/provider.ts";
import type { PolicySource } from "../../src/run/observer.ts";
import { programInputs, URN } from "../pulumi/programInputs.ts";

/** What a command of the engine came to. */
interface Ended {
  /** `--expect-no-changes` takes anything else for a change. */
  readonly changes: boolean;
  /** How many revocations the inputs hold. */
  readonly planned: number;
  readonly failed: string | null;
}

interface State {
  readonly inputs: KeptInputs;
  readonly outputs: KeptOutputs;
  readonly initErrors: boolean;
}

/** `legacy` compares outputs alone (`PULUMI_ENABLE_LEGACY_REFRESH_DIFF`). */
type Refresh = boolean | "legacy";

interface Options {
  readonly refresh?: Refresh;
  readonly policy?: PolicySource;
  /** What a policy pack does to the inputs after the check. */
  readonly remediate?: (inputs: KeptInputs) => KeptInputs;
}

let commands = 0;

/**
 * A stack with one resource, as the engine leads it through the methods of a dynamic provider, by the rules of
 * step_generator.go, step.go and update.go in pkg/resource/deploy and pkg/engine, v3.259.0: what it compares where the provider
 * does not say, what it keeps of an update that failed in part, how it asks for the difference that a refresh found.
 */
export class EngineStack {
  state: State | null = null;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #policy: PolicySource;
  readonly #urn: string;

  constructor(settings: Readonly<Record<string, string>>, policy: PolicySource, urn = URN) {
    this.#settings = settings;
    this.#policy = policy;
    this.#urn = urn;
  }

  async preview(options: Options = {}): Promise<Ended> {
    return (await this.#phase(true, options)).ended;
  }

  /** Without a preview of its own. */
  async up(options: Options = {}): Promise<Ended> {
    const { ended, state } = await this.#phase(false, options);
    this.state = state;
    return ended;
  }

  /** `pulumi refresh`. @param saved false for `--preview-only` */
  async refresh(saved = true, how: Refresh = true): Promise<boolean> {
    const { state, changes } = await refreshed(this.#provider(), this.state!, how);
    if (saved) this.state = state;
    return changes;
  }

  /** The provider of another command's engine. */
  #provider(): ConnectedUserProvider {
    commands += 1;
    const provider = new ConnectedUserProvider({ pid: commands, started: "0" });
    provider.configure({ config: { get: (key) => this.#settings[key] } });
    return provider;
  }

  async #phase(
    preview: boolean,
    { refresh = false, policy = this.#policy, remediate = (inputs) => inputs }: Options,
  ): Promise<{ readonly ended: Ended; readonly state: State | null }> {
    const provider = this.#provider();
    const old =
      refresh !== false && this.state !== null
        ? (await refreshed(provider, this.state, refresh)).state
        : this.state;
    const news = programInputs(policy, { urn: this.#urn, preview });
    const { inputs: checked, failures = [] } = await provider.check(wire(old?.inputs ?? {}), news);
    if (checked === undefined)
      return { ended: { changes: true, planned: 0, failed: failures[0]!.reason }, state: old };
    const inputs = wire(remediate(wire(checked)));
    const planned = Object.values(inputs.revocations.__plan?.byApp ?? {}).flatMap((users) =>
      Object.keys(users),
    ).length;
    const changes =
      old === null ||
      old.initErrors ||
      (await differs(provider, { outputs: old.outputs, before: old.inputs, after: inputs }));
    if (preview || !changes)
      return {
        ended: { changes, planned, failed: null },
        state: old === null ? null : { ...old, inputs },
      };
    try {
      const { outs } =
        old === null
          ? await provider.create(inputs)
          : await provider.update(old.outputs.org.id, wire(old.outputs), inputs);
      const state = { inputs, outputs: wire(outs), initErrors: false };
      return { ended: { changes, planned, failed: null }, state };
    } catch (error) {
      const { message, properties } = error as Error & { properties?: KeptOutputs };
      const state =
        properties === undefined
          ? old
          : { inputs: old?.inputs ?? inputs, outputs: wire(properties), initErrors: true };
      return { ended: { changes, planned, failed: message }, state };
    }
  }
}

/** `RefreshStep.Apply`: the difference is asked of what was read to what the state held. */
async function refreshed(
  provider: ConnectedUserProvider,
  { inputs, outputs }: State,
  how: Refresh,
): Promise<{ readonly state: State; readonly changes: boolean }> {
  const read = wire(await provider.read(outputs.org.id, wire(outputs)));
  const changes =
    how === "legacy"
      ? !isDeepStrictEqual(read.props, outputs)
      : await differs(provider, { outputs: read.props, before: read.inputs, after: inputs });
  return { state: { inputs: read.inputs, outputs: read.props, initErrors: false }, changes };
}

/** `diffResource`. */
async function differs(
  provider: ConnectedUserProvider,
  {
    outputs,
    before,
    after,
  }: { readonly outputs: KeptOutputs; readonly before: KeptInputs; readonly after: KeptInputs },
): Promise<boolean> {
  const { changes } = await provider.diff(outputs.org.id, wire(outputs), wire(after));
  return changes ?? !isDeepStrictEqual(wire(before), wire(after));
}

/** As the engine hands values on: the same, with the keys of maps in another order, and with nothing that is undefined. */
function wire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).reverse())
      : inner,
  );
}
