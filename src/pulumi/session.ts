import { existsSync } from "node:fs";
import path from "node:path";
import { decide } from "../decide/decide.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { listInventory } from "../inventory/list.ts";
import type { DirectoryNeeds } from "../inventory/needs.ts";
import { type Plan, plan } from "../plan/plan.ts";
import { needsOf } from "../policy/needs.ts";
import type { Policy } from "../policy/policy.ts";
import { PolicyError } from "../policy/problem.ts";
import { acceptPolicyObject, readPolicy } from "../policy/read.ts";
import { resolvePolicy } from "../policy/resolve.ts";
import { connect, type OrgConnection } from "../salesforce/connection.ts";
import { readCredentials, type Settings } from "../salesforce/credentials.ts";

/** Where the policy is: a file relative to the Pulumi project, or the policy itself as an object. */
export type PolicySource = string | Readonly<Record<string, unknown>>;

/** What one look at the org showed, held against the policy. */
export interface Observation {
  readonly policy: Policy;
  readonly inventory: Inventory;
  readonly plan: Plan;
}

/**
 * One phase of a Pulumi run: one login and one inventory, however many methods of the provider ask.
 * (Preview and update are different processes, so each sees the org afresh.)
 */
export class Session {
  readonly #settings: Settings;
  #connection: Promise<OrgConnection> | undefined;
  #inventory: Promise<Inventory> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  connection(): Promise<OrgConnection> {
    this.#connection ??= (async () => connect(readCredentials(this.#settings, process.env)))();
    return this.#connection;
  }

  /** The needs are those of the one policy of this process, so that the first answer holds. */
  inventory(needs: DirectoryNeeds): Promise<Inventory> {
    this.#inventory ??= this.connection().then((connection) => listInventory(connection, { needs }));
    return this.#inventory;
  }

  /** To be called once grants were revoked: the next question reads the org again. */
  forgetInventory(): void {
    this.#inventory = undefined;
  }

  /** @throws UserError for a policy or org that is not right; InconclusiveError where the list cannot be proven complete. */
  async observe(source: PolicySource): Promise<Observation> {
    const policy = loadPolicy(source);
    const inventory = await this.inventory(needsOf(policy));
    const asOf = Date.now();
    const resolution = resolvePolicy(policy, inventory, asOf);
    if ("problems" in resolution) throw new PolicyError(resolution.problems);
    return { policy, inventory, plan: plan(decide(resolution.resolved, inventory, asOf), inventory) };
  }
}

function loadPolicy(source: PolicySource): Policy {
  return typeof source === "string"
    ? readPolicy(source, projectFolder())
    : acceptPolicyObject(source, projectFolder());
}

/** The folder of the nearest Pulumi.yaml. The provider runs in the program's folder, which may lie below it. */
export function projectFolder(from = process.cwd()): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml")) || existsSync(path.join(folder, "Pulumi.yml")))
      return folder;
    if (path.dirname(folder) === folder) return from;
  }
}
