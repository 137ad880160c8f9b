import type { RetryClock } from "../http/retry.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { listInventory } from "../inventory/listInventory.ts";
import type { DirectoryNeeds } from "../inventory/needs.ts";
import { type Evaluation, evaluate } from "../plan/evaluate.ts";
import type { Policy } from "../policy/policy.ts";
import { acceptPolicyObject, readPolicy } from "../policy/read.ts";
import { needsOf } from "../resolve/policyNeeds.ts";
import { type Credentials, readCredentials } from "../salesforce/credentials.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { SETTING_KEYS } from "../salesforce/settingKeys.ts";
import type { Stop } from "../stop.ts";
import { type RunSettings, readRunSettings } from "./settings.ts";

/** Where the policy is: a file, or the policy itself as an object. */
export type PolicySource = string | Readonly<Record<string, unknown>>;

/** What a run is given from outside. It holds secrets: never to be stored or logged. */
export interface RunSurroundings {
  /** A setting of the stack's config; left out where there is no stack. */
  readonly config?: (key: string) => string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** What a program calls the org, whose login and connection `config` alone says; left out where the environment may. */
  readonly namedOrg?: string;
  /** Policies, approved plans and records are named relative to it. */
  readonly folder: string;
  readonly clock?: RetryClock;
  /** Asks a run that revokes to stop; left out where nothing does but the files that it looks for. */
  readonly stop?: Stop;
  /** Shows how far a reading of the org is; made anew for each reading. */
  readonly showReading?: () => ReadingProgress;
}

export interface ReadingProgress {
  /** Of the grants that the org counted, how many are read. */
  at(read: number, total: number): void;
  stop(): void;
}

/** The way in that a run is given. It holds secrets. @throws SettingsError naming what is missing or not valid */
export function credentialsOf({ config = () => undefined, env, namedOrg }: RunSurroundings): Credentials {
  const given = Object.fromEntries(SETTING_KEYS.map((key) => [key, config(key)] as const));
  return readCredentials(given, env, namedOrg ?? null);
}

/** How a run logs in. */
export type Connect<Org extends OrgReader> = (credentials: Credentials, clock?: RetryClock) => Promise<Org>;

/**
 * The part of a run that looks: one login and one inventory, however often it is asked. It has nothing
 * that could revoke. `openObserver` makes one.
 */
export class Observer<Org extends OrgReader = OrgReader> {
  readonly settings: RunSettings;
  protected readonly surroundings: RunSurroundings;
  readonly #connect: () => Promise<Org>;
  #org: Promise<Org> | undefined;
  #listed: { readonly key: string; readonly inventory: Promise<Inventory> } | undefined;

  /** Connects to nothing yet. @throws SettingsError naming the setting that is not valid */
  constructor(surroundings: RunSurroundings, connect: Connect<Org>) {
    const { config = () => undefined, env, clock } = surroundings;
    this.settings = readRunSettings(config, env);
    const credentials = credentialsOf(surroundings);
    this.surroundings = surroundings;
    this.#connect = () => connect(credentials, clock);
  }

  /** Logs in, once. @throws UserError as `connect` */
  connect(): Promise<Org> {
    this.#org ??= this.#connect();
    return this.#org;
  }

  /** The policy as it is written now. @throws PolicyError */
  want(source: PolicySource): Policy {
    const { folder } = this.surroundings;
    const { policyRoots } = this.settings;
    return typeof source === "string"
      ? readPolicy(source, folder, policyRoots)
      : acceptPolicyObject(source, folder, policyRoots);
  }

  /**
   * The org's inventory, read once for the same needs until it is forgotten.
   * @throws UserError where there is no connection, InconclusiveError where the list cannot be proven complete
   */
  have(needs: DirectoryNeeds): Promise<Inventory> {
    const key = JSON.stringify(needs);
    if (this.#listed?.key !== key) this.#listed = { key, inventory: this.#list(needs) };
    return this.#listed.inventory;
  }

  /** The next question reads the org again. */
  forget(): void {
    this.#listed = undefined;
  }

  /** The org held against a policy. @param asOf milliseconds since the epoch @throws as `have`, PolicyError where the two do not fit */
  async observe(policy: Policy, asOf?: number): Promise<Evaluation> {
    const inventory = await this.have(needsOf(policy));
    return judge(policy, inventory, asOf ?? Date.now(), this.settings);
  }

  async #list(needs: DirectoryNeeds): Promise<Inventory> {
    const { at = () => undefined, stop } = this.surroundings.showReading?.() ?? {};
    try {
      const org = await this.connect();
      return await listInventory(org, { needs, onProgress: at });
    } finally {
      stop?.();
    }
  }
}

/** An inventory held against a policy, under the limits of the run. Pure. @throws PolicyError where the two do not fit */
export function judge(
  policy: Policy,
  inventory: Inventory,
  asOf: number,
  { raised }: Pick<RunSettings, "raised">,
): Evaluation {
  return evaluate(policy, inventory, asOf, raised?.limits);
}
