import type { PolicySource } from "../run/observer.ts";
import type { Stop } from "../stop.ts";
import type { EngineProcess } from "./launchers.ts";
import {
  type Applied,
  type CheckedInputs,
  type Outputs,
  PolicyResources,
  userMessage,
} from "./policyResources.ts";

/** What the program hands in. `check` strips all but the policy. */
export interface ProgramInputs {
  policy: PolicySource;
  resourceUrn?: string;
  dryRun?: boolean;
}

/** The stack's config, with secrets in the clear: never to be stored or logged. */
interface Config {
  get(key: string): string | undefined;
}

/** The resource through the protocol of Pulumi's dynamic providers: the methods that the text kept in the state calls. */
export class ConnectedUserProvider {
  readonly #resources: PolicyResources;

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
    this.#resources.configure((key) => config.get(key));
  }

  /** Injects the plan into the inputs, where the engine diffs it line by line. */
  async check(
    olds: Partial<CheckedInputs>,
    news: ProgramInputs,
  ): Promise<{ inputs?: CheckedInputs; failures?: { property: string; reason: string }[] }> {
    try {
      const inputs = await this.#resources.check({
        policy: news.policy,
        urn: news.resourceUrn ?? "",
        isPreview: news.dryRun === true,
        stackOrg: olds.org?.id ?? null,
      });
      return { inputs };
    } catch (error) {
      return { failures: [{ property: "policy", reason: userMessage(error) }] };
    }
  }

  /**
   * No change where there is nothing to revoke and the policy is the one last applied. Otherwise it
   * leaves the comparison to the engine, which then prints only the lines that changed.
   */
  async diff(_id: string, olds: Partial<CheckedInputs>, news: CheckedInputs): Promise<{ changes?: boolean }> {
    return this.#resources.isSettled(olds, news) ? { changes: false } : {};
  }

  /** Revokes what was planned. The id is the org's. */
  async create(inputs: CheckedInputs): Promise<{ id: string; outs: Outputs }> {
    const { id } = inputs.org;
    return { id, outs: outputsOrThrow(await this.#resources.apply(inputs), id) };
  }

  /** Revokes what was planned. */
  async update(_id: string, olds: Outputs, news: CheckedInputs): Promise<{ outs: Outputs }> {
    return { outs: outputsOrThrow(await this.#resources.apply(news, olds.auditHead), news.org.id) };
  }

  async read(id: string, props: Outputs): Promise<{ id: string; props: Outputs; inputs: CheckedInputs }> {
    const { inputs, outputs } = this.#resources.read(props);
    return { id, props: outputs, inputs };
  }
}

/**
 * The engine keeps the outputs of a resource that is there but not as wanted, and updates it again next time.
 * @throws Error in the form in which Pulumi's dynamic provider takes that
 */
function outputsOrThrow({ outputs, failure }: Applied, id: string): Outputs {
  if (failure === null) return outputs;
  const { message, reasons } = failure;
  throw Object.assign(new Error(message), { id, properties: outputs, reasons });
}
