import { isDeepStrictEqual } from "node:util";
import { digestOf } from "../plan/digest.ts";
import type { PolicySource } from "../run/observer.ts";
import type { Stop } from "../stop.ts";
import { pulumiErrors } from "./errors.ts";
import type { EngineProcess } from "./launchers.ts";
import { settingsOf } from "./orgSettings.ts";
import { PolicyResources, userMessage } from "./policyResources.ts";
import type { CheckedInputs, Outputs } from "./resourceState.ts";

/**
 * What the program hands in. `check` makes the inputs of the state from it. Keys that begin with `__` the engine does not
 * show (`IsInternalPropertyKey` in sdk/go/common/resource, v3.259.0).
 */
export interface ProgramInputs {
  policy?: PolicySource;
  /** The protocol hands a URN to no method. */
  __urn: string;
  /** Nor does it say which phase it is. */
  __preview: boolean;
  readonly __provider?: string;
}

/** The inputs as the engine keeps them. */
export interface KeptInputs extends CheckedInputs {
  /** By which `update` knows the resource, since it is told no more than these inputs. */
  readonly __urn: string;
  readonly __provider?: string;
}

/** The outputs as the engine keeps them. */
export interface KeptOutputs extends Outputs {
  readonly __urn: string;
  readonly __provider?: string;
}

/** The stack's config, with secrets in the clear: never to be stored or logged. */
interface Config {
  get(key: string): string | undefined;
}

/** What Pulumi writes in place of a value that is not known yet (`UnknownStringValue` in sdk/go/common/resource/plugin/rpc.go, v3.259.0). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The resource through the protocol of Pulumi's dynamic providers: the methods that the text kept in the state calls. */
export class ConnectedUserProvider {
  readonly #resources: PolicyResources;
  /** The resources that were checked, by URN. */
  readonly #asked = new Set<string>();
  /** Whether there is drift, by the digest of the outputs that `read` returned with that. */
  readonly #refreshed = new Map<string, boolean>();

  /** @param engine whose phase it serves; null where that cannot be told */
  constructor(engine?: EngineProcess | null) {
    this.#resources = new PolicyResources(engine);
  }

  /** Asks whatever this process does to stop. */
  get stop(): Stop {
    return this.#resources.stop;
  }

  /** Resolves once nothing is being revoked. */
  settled(): Promise<void> {
    return this.#resources.settled();
  }

  configure({ config }: { config: Config }): void {
    this.#resources.configure(settingsOf((key) => config.get(key)));
  }

  /** Injects the plan into the inputs. */
  async check(
    olds: Partial<KeptInputs>,
    news: ProgramInputs,
  ): Promise<{ inputs?: KeptInputs; failures?: { property: string; reason: string }[] }> {
    try {
      return { inputs: await this.#check(olds, news) };
    } catch (error) {
      // Pulumi would print the whole value of a property that it is said to be of.
      return { failures: [{ property: "", reason: userMessage(error) }] };
    }
  }

  /**
   * No change where there is nothing to revoke and the policy is the one last applied. Otherwise it
   * leaves the comparison to the engine, which then prints only what differs. The engine asks this of a refresh,
   * too, before any check, of what `read` returned and the inputs that it held: then it is whether there is drift.
   */
  async diff(_id: string, olds: KeptOutputs, news: KeptInputs): Promise<{ changes?: boolean }> {
    const { __urn } = news;
    const inputs = checkedInputs(news);
    // A state that the plugin wrote holds no code yet, which Pulumi runs to refresh it.
    const isTakenOver = news.__provider !== undefined && olds.__provider === undefined;
    if (this.#resources.isChecked(__urn, inputs))
      return !isTakenOver && this.#resources.isSettled(__urn, olds, inputs) ? { changes: false } : {};
    const { __provider, ...outputs } = olds;
    // What was changed after the check, by a policy pack, is no clean preview, whatever it was changed into.
    if (this.#asked.has(__urn)) return isUnknown(inputs) ? {} : { changes: true };
    const drifts = this.#refreshed.get(digestOf(outputs));
    return drifts === undefined ? {} : { changes: drifts };
  }

  /** Revokes what was planned. The id is the org's. */
  async create(inputs: KeptInputs): Promise<{ id: string; outs: KeptOutputs }> {
    return { id: inputs.org.id, outs: await this.#apply(inputs) };
  }

  /** Revokes what was planned. */
  async update(_id: string, olds: KeptOutputs, news: KeptInputs): Promise<{ outs: KeptOutputs }> {
    return { outs: await this.#apply(news, olds.auditHead) };
  }

  /**
   * The state as it is to be compared with: nothing is left over from earlier updates, so that each preview shows only
   * what is new; and how many grants break the policy now.
   * @throws Error where that cannot be told
   */
  async read(
    id: string,
    props: KeptOutputs,
  ): Promise<{ id: string; props: KeptOutputs; inputs: KeptInputs }> {
    const { __provider, __urn, ...kept } = props;
    const urn = __urn === undefined ? {} : { __urn }; // an older release wrote none
    try {
      const { inputs, outputs, drifts } = await this.#resources.read(kept, __urn);
      const read = { ...outputs, ...urn } as KeptOutputs;
      this.#refreshed.set(digestOf(read), drifts);
      return { id, props: read, inputs: { ...inputs, ...urn } as KeptInputs };
    } catch (error) {
      throw withoutStack(userMessage(error));
    }
  }

  async #check(olds: Partial<KeptInputs>, news: ProgramInputs): Promise<KeptInputs> {
    refuseOverridden(olds, news);
    const { policy, __urn, __preview } = news;
    this.#asked.add(__urn);
    if (policy === undefined || isUnknown(policy)) {
      await this.#resources.checkUnknown(__urn, __preview);
      const { org = UNKNOWN } = olds;
      return {
        policyFile: UNKNOWN,
        policy: UNKNOWN,
        org,
        revocations: { toRevoke: UNKNOWN },
        __urn,
      } as unknown as KeptInputs;
    }
    const inputs = await this.#resources.check({
      policy,
      urn: __urn,
      isPreview: __preview,
      stackOrg: olds.org?.id ?? null,
      isNew: olds.org === undefined,
      compared: olds,
      before: olds.policy,
    });
    return { ...inputs, __urn };
  }

  /**
   * The engine keeps the outputs of a resource that is there but not as wanted, and updates it again next time.
   * @throws Error in the form in which Pulumi's dynamic provider takes that
   */
  async #apply(inputs: KeptInputs, knownHead?: string): Promise<KeptOutputs> {
    const { __urn, __provider } = inputs;
    const { outputs, failure } = await this.#resources
      .apply(__urn, checkedInputs(inputs), knownHead)
      .catch((error) => {
        throw new Error(userMessage(error), { cause: error });
      });
    const kept: KeptOutputs = { ...outputs, __urn };
    if (failure === null) return kept;
    const { message, reasons } = failure;
    const { id } = inputs.org;
    throw Object.assign(new Error(message), { id, properties: { ...kept, __provider }, reasons });
  }
}

/** As the core made them. */
function checkedInputs({ __urn, __provider, ...inputs }: KeptInputs): CheckedInputs {
  return inputs;
}

/** @throws UserError where the engine put something of the last update in the place of what the program hands in */
function refuseOverridden({ policy: before }: Partial<KeptInputs>, news: ProgramInputs): void {
  const { policy, __urn, __preview, __provider, ...others } = news;
  const paths = Object.keys(others);
  if (typeof __urn !== "string" || typeof __preview !== "boolean") paths.push("*");
  if (typeof policy === "object" && isDeepStrictEqual(policy, before)) paths.push("policy");
  if (paths.length > 0) throw pulumiErrors["ignore-changes-refused"]({ paths: paths.join(", ") });
}

/** Whether anything in it is not known yet. */
function isUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN;
  return Object.values(value).some(isUnknown);
}

/** Pulumi prints the stack of whatever `read` throws. */
function withoutStack(message: string): Error {
  return Object.assign(new Error(message), { name: "", stack: "" });
}
