import { digestOf } from "../plan/digest.ts";
import { INLINE_POLICY } from "../policy/read.ts";
import { pulumiErrors } from "../pulumi/errors.ts";
import type { EngineProcess } from "../pulumi/launchers.ts";
import { NOTHING, type PlanShown } from "../pulumi/planShown.ts";
import { PolicyResources } from "../pulumi/policyResources.ts";
import {
  type Applied,
  type CheckedInputs,
  type Outputs,
  type OutputsBefore,
  refuseOtherOrg,
  saidIn,
} from "../pulumi/resourceState.ts";
import type { PolicySource } from "../run/observer.ts";
import { type Differences, differences } from "./differences.ts";
import { pluginErrors } from "./errors.ts";
import { hasSecret, hasUnknown, type Properties, revealed, secret, UNKNOWN } from "./propertyValues.ts";
import { namedOrgOf, settingsReader } from "./settings.ts";

/** By the outputs of the state, which has nothing there. */
const TO_REVOKE = "revocations.toRevoke" satisfies `revocations.${keyof PlanShown}`;

/** What only an update finds out. */
const KNOWN_AFTERWARDS = [
  "grants",
  "revoked",
  "reported",
  "drift",
  "policyDigest",
  "auditHead",
] as const satisfies readonly (keyof Outputs)[];

/** What an update did, with the outputs as they travel. */
export type Done = Pick<Applied, "failure"> & { readonly outputs: Properties };

/** What is wanted of a resource, and what the state holds of it. */
export interface DiffRequest {
  readonly urn: string;
  readonly id: string;
  /** The outputs that the state holds. */
  readonly olds: Properties;
  /** The inputs that `check` returned; in a refresh those that the state held. */
  readonly news: Properties;
  readonly ignoreChanges: readonly string[];
}

/**
 * The resource through the protocol of provider plugins, as plain values: what differs from the dynamic provider's is that the
 * protocol does not tell `check` which phase it is, tells the rest, and lets a plan be shown by itself.
 */
export class PluginResources {
  readonly #resources: PolicyResources;
  /** By URN, the inputs of the state that was read and not diffed yet, which is how a refresh asks, and whether there is drift. */
  readonly #refreshed = new Map<string, { readonly digest: string; readonly drifts: boolean }>();

  /** @param engine whose phase it serves; null where it cannot be told */
  constructor(engine?: EngineProcess | null) {
    this.#resources = new PolicyResources(engine);
  }

  /** Asks whatever this process does to stop. */
  get stop(): PolicyResources["stop"] {
    return this.#resources.stop;
  }

  /** Resolves once nothing is being revoked. */
  settled(): Promise<void> {
    return this.#resources.settled();
  }

  /**
   * @param settings secrets in the clear: never to be stored or logged
   * @param urn of the provider: nothing of the environment's login is added to one that the program makes
   */
  configure(settings: Properties, urn: string | undefined): void {
    this.#resources.configure({ setting: settingsReader(settings), namedOrg: namedOrgOf(urn) });
  }

  /**
   * The inputs with the plan in them. Where the policy is not known yet neither is that.
   * @throws CodedError for what a person can do something about
   */
  async check(urn: string, olds: Properties, news: Properties): Promise<Properties> {
    this.#refreshed.delete(urn); // what is asked next is of the program
    const given = revealed(news) as Properties;
    const { policy, ...others } = given;
    const before = revealed(olds) as Partial<CheckedInputs>;
    refuseIgnored(given, before);
    const [input] = Object.keys(others);
    if (input !== undefined) throw pluginErrors["input-unknown"]({ input });
    if (hasUnknown(policy)) {
      await this.#resources.checkUnknown(urn, true); // an update is never given such a one
      return { policy: UNKNOWN, revocations: { toRevoke: UNKNOWN } };
    }
    if (!isPolicySource(policy)) throw pulumiErrors["policy-not-known"]();
    const checked = await this.#resources.check({
      policy,
      urn,
      isPreview: null,
      stackOrg: before.org?.id ?? null,
      isNew: Object.keys(before).length === 0,
      compared: null,
      // After an import it is the draft as somebody would write it, and no text of a check.
      before: before.org === undefined ? undefined : before.policy,
    });
    return withPolicyAs(news, { ...checked });
  }

  /**
   * What an update would do: that something is to be revoked now, where there was nothing, whatever the state remembers of earlier
   * revocations; and what of the policy is another. In a refresh: whether what was read breaks the policy.
   * @throws UserError where that cannot be shown as it is
   */
  diff({ urn, id, olds, news, ignoreChanges }: DiffRequest): Differences {
    const refreshed = this.#refreshed.get(urn);
    if (refreshed?.digest === digestOf(news)) {
      this.#refreshed.delete(urn);
      return new Map(refreshed.drifts ? [["drift", "update"]] : []);
    }
    const paths = ignoreChanges.join(", ");
    if (ignoreChanges.length > 0) throw pulumiErrors["ignore-changes-refused"]({ paths });
    if (hasUnknown(news)) return new Map([[TO_REVOKE, "update"]]);
    const inputs = this.#checked(urn, news);
    refuseOtherOrg(id, inputs.org);
    // An import knows no file.
    const { policyFile } = inputs;
    const before: OutputsBefore = {
      ...{ policyFile, policy: {}, org: inputs.org },
      ...(revealed(olds) as Partial<OutputsBefore>),
    };
    const found = new Map([
      ...(inputs.revocations.__plan === undefined ? [] : ([[TO_REVOKE, "update"]] as const)),
      ...differences(saidIn(before.policy), inputs.policy, "policy"),
      ...differences(before.policyFile, inputs.policyFile, "policyFile"),
      ...differences(before.org, inputs.org, "org"),
      // A state that the dynamic provider wrote: it is to hold code no longer.
      ...("__provider" in olds ? ([["__provider", "delete"]] as const) : []),
    ]);
    const isAsFound = found.size > 0 || this.#resources.isSettled(urn, before, inputs);
    return isAsFound ? found : new Map([["policyDigest", "update"]]);
  }

  /** What an update will leave, as far as that is known. */
  preview(urn: string, news: Properties): { readonly id: string; readonly outputs: Properties } {
    const unknown = Object.fromEntries(KNOWN_AFTERWARDS.map((key) => [key, UNKNOWN]));
    if (hasUnknown(news)) return { id: "", outputs: { ...news, ...unknown, org: UNKNOWN } };
    const inputs = this.#checked(urn, news);
    return {
      id: inputs.org.id,
      outputs: withPolicyAs(news, { ...inputs, revocations: NOTHING, ...unknown }),
    };
  }

  /** Revokes what was planned. @param before id and outputs of the state; null for a resource that is new @throws Error where nothing was called */
  async apply(
    urn: string,
    news: Properties,
    before: { readonly id: string; readonly outputs: Properties } | null,
  ): Promise<Done> {
    const inputs = this.#checked(urn, news);
    if (before !== null) refuseOtherOrg(before.id, inputs.org);
    const { auditHead } = (before?.outputs ?? {}) as Partial<Outputs>;
    const { outputs, failure } = await this.#resources.apply(urn, inputs, auditHead);
    return { outputs: withPolicyAs(news, { ...outputs }), failure };
  }

  /** What a refresh finds; the inputs of an import where the state holds none. @throws CodedError where the org cannot be read, or is another */
  async read(
    urn: string,
    id: string,
    inputs: Properties,
    outputs: Properties,
  ): Promise<{ readonly id: string; readonly inputs: Properties; readonly outputs: Properties }> {
    if (Object.keys(outputs).length === 0) return this.#import(id);
    const { __provider, ...state } = revealed(outputs) as Properties;
    const read = await this.#resources.read(namedPolicy(inputs, state as unknown as OutputsBefore), urn);
    this.#refreshed.set(urn, { digest: digestOf(inputs), drifts: read.drifts });
    return {
      id,
      inputs: withPolicyAs(inputs, { ...read.inputs }),
      outputs: withPolicyAs(outputs, { ...read.outputs }),
    };
  }

  async #import(id: string): Promise<{ id: string; inputs: Properties; outputs: Properties }> {
    const { org, policy, outputs } = await this.#resources.draft();
    const isMeant = id === org.id || (id.length === 15 && org.id.startsWith(id));
    if (!isMeant) throw pluginErrors["import-of-another-org"]({ id, name: org.name, org: org.id });
    return { id: org.id, inputs: { policy }, outputs: { ...outputs } };
  }

  /** @throws UserError where they are not what `check` returned */
  #checked(urn: string, news: Properties): CheckedInputs {
    const inputs = revealed(news) as CheckedInputs;
    if (!this.#resources.isChecked(urn, inputs)) throw pulumiErrors["update-not-checked"]();
    return inputs;
  }
}

/** Secret as a whole where anything in the policy was: what is made of a part of it stands in other places. */
function withPolicyAs({ policy: given }: Properties, values: Properties): Properties {
  return hasSecret(given) ? { ...values, policy: secret(values.policy) } : values;
}

/** After an import and before the first update, the inputs name the file that the program has come to give. */
function namedPolicy({ policyFile }: Properties, state: OutputsBefore): OutputsBefore {
  if (state.policyFile !== undefined || typeof policyFile !== "string") return state;
  return { ...state, policyFile, ...(policyFile === INLINE_POLICY ? {} : { policy: saidIn(state.policy) }) };
}

/** What `check` makes of a policy. */
const CHECKED_KEYS: ReadonlySet<string> = new Set([
  "policyFile",
  "org",
  "revocations",
] satisfies (keyof CheckedInputs)[]);

/**
 * The engine puts what is to be ignored back to what the state holds before it asks for a check (`processIgnoreChanges` in
 * pkg/resource/deploy, v3.259.0). A policy as the state holds it is none that somebody could write.
 * @throws UserError
 */
function refuseIgnored(given: Properties, before: Partial<CheckedInputs>): void {
  const kept = Object.keys(given).filter((key) => CHECKED_KEYS.has(key));
  const isKept =
    before.policyFile !== undefined && digestOf(given.policy ?? null) === digestOf(before.policy);
  const paths = [...(isKept ? ["policy"] : []), ...kept];
  if (paths.length > 0) throw pulumiErrors["ignore-changes-refused"]({ paths: paths.join(", ") });
}

function isPolicySource(value: unknown): value is PolicySource {
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
